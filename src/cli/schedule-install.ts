import { existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { UserError } from '../contract/errors.ts'
import { isOurs, unitsFor } from '../schedule/install.ts'
import { readSchedules } from '../schedule/read.ts'
import type { ScheduleFlags } from './flags.ts'
import type { Surroundings } from './surroundings.ts'

/** Writes a systemd timer that ticks a file of schedules, and says how to enable it. */
export const installTimer = async (path: string, flags: ScheduleFlags, around: Surroundings): Promise<number> => {
  const { file, schedules } = readSchedules(path)
  const user = flags.user === true || process.getuid?.() !== 0
  const units = unitsFor({
    name: basename(file)
      .replace(/\.ya?ml$/, '')
      .replace(/[^\w.-]/g, '-'),
    file,
    command: [process.execPath, realpathSync(join(around.home, 'dist', 'main.js'))],
    history: flags.historyFile === undefined ? null : resolve(flags.historyFile),
    user,
    schedules,
  })
  const home = around.environment.HOME ?? ''
  const config = around.environment.XDG_CONFIG_HOME ?? join(home, '.config')
  const directory = user ? join(config, 'systemd', 'user') : '/etc/systemd/system'
  const texts = { [`${units.name}.service`]: units.service, [`${units.name}.timer`]: units.timer }
  const say = (text: string): void => around.stdout.write(text)
  if (flags.print) for (const [name, text] of Object.entries(texts)) say(`# ${join(directory, name)}\n${text}\n`)
  else write(directory, texts, say)
  const systemctl = `systemctl${user ? ' --user' : ''}`
  say(`to enable it:\n  ${systemctl} daemon-reload\n  ${systemctl} enable --now ${units.name}.timer\n`)
  say(`or, by cron instead:\n  ${units.cron}\n`)
  return 0
}

const write = (directory: string, texts: Readonly<Record<string, string>>, say: (text: string) => void): void => {
  for (const name of Object.keys(texts)) {
    const path = join(directory, name)
    if (existsSync(path) && !isOurs(readFileSync(path, 'utf8')))
      throw new UserError(`${path} is there and was not written by keyward`, { hint: 'move it away, or use --print' })
  }
  try {
    mkdirSync(directory, { recursive: true })
    for (const [name, text] of Object.entries(texts)) {
      writeFileSync(join(directory, name), text, { mode: 0o644 })
      say(`written: ${join(directory, name)}\n`)
    }
  } catch (error) {
    throw new UserError(`cannot write in ${directory}: ${(error as Error).message}`, {
      hint: '--print shows the units',
    })
  }
}
