import { HostError } from '../contract/errors.ts'
import type { Command } from '../contract/questions.ts'
import { Secret } from '../contract/secret.ts'

/** Writes a string as one word of sh; a secret never gets this far, and no shell can hold a NUL. */
export const quote = (word: string): string => {
  if ((word as unknown) instanceof Secret) throw new Error('a secret may reach a host by standard input only')
  if (word.includes('\0')) throw new HostError('a NUL byte cannot be part of a command')
  return `'${word.replaceAll("'", "'\\''")}'`
}

const PLAIN = /^[A-Za-z0-9_./=:-]+$/

/** Writes words for a login shell, which may be csh or fish: those that need no quotes get none. */
export const words = (all: readonly string[]): string =>
  all.map((word) => (PLAIN.test(word) ? word : quote(word))).join(' ')

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/

/** Writes a command as sh runs it: in the shell's place, so that no builtin or function stands in for the program. */
export const commandScript = (command: Command): string => {
  if (command.argv.length === 0) throw new Error('a command needs a program')
  if (command.inPlace && command.env === undefined) {
    const [, , script = '', , ...args] = command.argv
    return `{ k_here() {\n${script}\n}\nk_here ${args.map(quote).join(' ')}; }`
  }
  const environment = Object.entries(command.env ?? {}).map(([name, value]) => {
    if (!NAME.test(name)) throw new HostError(`"${name}" is no name for an environment variable`)
    return `${name}=${quote(value)}`
  })
  // dash's exec knows no `--`
  const program = `exec ${command.argv[0]?.startsWith('-') ? 'env -- ' : ''}${command.argv.map(quote).join(' ')}`
  return environment.length === 0 ? program : `{ export ${environment.join(' ')}; ${program}; }`
}

/** What messages and traces call a command. */
export const shownOf = ({ shown, argv }: Command): string =>
  shown ?? argv.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : quote(word))).join(' ')

// control characters, which old shells mistake for their own marks inside quotes
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are meant
const UNSAFE = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f\udc80-\udcff]/

/** Writes a script whose output is a text: by printf, a builtin, so that it never stands in a list of processes. */
export const textScript = (text: string, bytes: Buffer): string =>
  UNSAFE.test(text)
    ? `printf '%s' ${quote(bytes.toString('base64'))} 2>/dev/null | base64 -d`
    : `printf '%s' ${quote(text)} 2>/dev/null`
