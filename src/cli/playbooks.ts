import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { UserError } from '../contract/errors.ts'
import { didYouMean } from '../contract/suggest.ts'
import { aligned } from '../output/aligned.ts'
import { isColored, paints } from '../output/paint.ts'
import type { Words } from './commands.ts'
import type { Surroundings } from './surroundings.ts'

/** Lists the playbooks that come along, or prints the text of one. */
export const playbooks = async ({ args: [name], flags }: Words, around: Surroundings): Promise<number> => {
  const directory = join(around.home, 'playbooks')
  const shipped = shippedIn(directory)
  if (name !== undefined) {
    around.stdout.write(textOf(name, directory, shipped))
    return 0
  }
  const paint = paints(isColored(around.stdout, around.environment, (flags as { color: boolean }).color))
  const rows = shipped.map((file) => [file.replace(/\.ya?ml$/, ''), firstWords(join(directory, file))])
  const where = relative(process.cwd(), directory) || '.'
  around.stdout.write(
    `${[
      paint.strong(`playbooks that come along, in ${where.startsWith('..') ? directory : where}:`),
      ...aligned(rows),
      '',
      `text of one:  ${paint.command(`${around.program} playbooks NAME`)}`,
      `to make it yours:  ${paint.command(`${around.program} playbooks NAME > NAME.yml`)}`,
    ].join('\n')}\n`,
  )
  return 0
}

const shippedIn = (directory: string): readonly string[] =>
  readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name))
    .map((entry) => entry.name)
    .sort()

const textOf = (name: string, directory: string, shipped: readonly string[]): string => {
  const file = shipped.find((one) => one === name || one.replace(/\.ya?ml$/, '') === name)
  if (file !== undefined) return readFileSync(join(directory, file), 'utf8')
  const names = shipped.map((one) => one.replace(/\.ya?ml$/, ''))
  throw new UserError(`no playbook "${name}" comes along`, {
    hint: `there are: ${names.join(', ')}`,
    ...didYouMean(name, names),
  })
}

/** What a playbook says of itself: its first comment, or the name of its first play. */
const firstWords = (file: string): string => {
  const text = readFileSync(file, 'utf8')
  const comment = text.split('\n').find((line) => /^# (?!yaml-language-server)/.test(line))
  return comment?.slice(2) ?? /^- name: (.*)$/m.exec(text)?.[1] ?? ''
}
