import type { Look } from '../contract/look.ts'
import { questions } from '../contract/questions.ts'
import { field, record } from '../contract/schema.ts'
import { Missing } from '../contract/signals.ts'
import { findUnit } from '../units/find.ts'

/** OpenSSH's server on a machine; null where there is none, or where only root may know. */
export const sshSchema = record({
  version: field.text('its version, as 9.2'),
  unit: field.text('the name of its service: ssh or sshd'),
  port: field.number('the first port on which it is to listen'),
})

interface SshFact {
  readonly version?: string | null
  readonly unit?: string | null
  readonly port?: number | null
}

/** Reads about OpenSSH's server; only the parts that are named, since each of them is a question of its own. */
export const sshFact = async (on: Look, parts: ReadonlySet<string>): Promise<SshFact> => {
  const found = await Promise.all(
    Object.entries(PARTS)
      .filter(([name]) => parts.has(name) || parts.has(''))
      .map(async ([name, read]) => [name, await read(on)] as const),
  )
  return Object.fromEntries(found)
}

const PARTS: Readonly<Record<string, (on: Look) => Promise<string | number | null>>> = {
  version: async (on) => {
    const { stdout, stderr } = await on.ask(questions.sshdVersion())
    return /OpenSSH_(\d+(?:\.\d+)*)/.exec(`${stdout}\n${stderr}`)?.[1] ?? null
  },
  unit: async (on) => await unitName(on),
  port: async (on) => {
    const { stdout } = await on.ask(questions.sshdEffective(NEUTRAL))
    const port = /^port (\d+)$/im.exec(stdout)?.[1]
    return port === undefined ? on.connection.port : Number(port)
  },
}

const NEUTRAL = { user: 'nobody', host: 'host.invalid', addr: '192.0.2.1', laddr: '192.0.2.2', lport: 65535 }

const unitName = async (on: Look): Promise<string | null> => {
  try {
    return (await findUnit(on, 'ssh', { brief: true })).name
  } catch (error) {
    if (error instanceof Missing) return null
    throw error
  }
}
