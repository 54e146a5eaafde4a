import { HostError } from '../contract/errors.ts'
import type { Secret } from '../contract/secret.ts'
import { newMark } from './frame.ts'
import { isPerlWanted, PERL_OR_SHELL } from './perl.ts'

/** What stands before a shell and wants a password; it is never answered before it asks. */
export interface Lock {
  heard(stream: 'stdout' | 'stderr', chunk: Buffer): void
  /** what was said so far */
  words(): string
}

/** What a lock may do. */
export interface LockHands {
  write(bytes: Buffer): void
  open(): void
  refuse(error: HostError): void
}

/** How a shell with somebody's powers is started. */
export interface Powers {
  readonly argv: readonly string[]
  /** it may be perl that reads what the shell is sent */
  readonly isPerl?: boolean
  /** the same without perl */
  readonly plain?: Powers
  readonly unlock?: (hands: LockHands) => Lock
  /** the same in words that can be read, to be tried where `explain` makes nothing of the first */
  readonly inEnglish?: Powers
  /** says whether an end is understood */
  understands?(code: number | null, words: string): boolean
  /** says why there is no shell: by its exit code (null: it hangs) and its last words */
  explain(code: number | null, words: string): HostError
}

const lastLine = (words: string): string =>
  words
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .at(-1) ?? ''

const shellArgv = (isPerl: boolean): readonly string[] => (isPerl ? ['/bin/sh', '-c', PERL_OR_SHELL] : ['/bin/sh'])

/** The login user's own shell. */
export const loginPowers = (user: string, isPerl = isPerlWanted()): Powers => ({
  argv: shellArgv(isPerl),
  ...(isPerl ? { isPerl, plain: loginPowers(user, false) } : {}),
  explain: (code, words) =>
    new HostError(`${user} gets no shell: ${lastLine(words) || `it ended with exit code ${code}`}`, {
      unreachable: true,
    }),
})

/** Root's shell, by sudo. */
export const rootPowers = (user: string, password: Secret | undefined, isPerl = isPerlWanted()): Powers => {
  const perl = isPerl ? { isPerl, plain: rootPowers(user, password, false) } : {}
  const explain = (code: number | null, words: string): HostError =>
    sudoRefusal(user, code, words) ?? new HostError(`sudo gives no shell: ${lastLine(words) || `exit code ${code}`}`)
  if (password === undefined) {
    const argv = ['sudo', '-n', '-H', ...shellArgv(isPerl)]
    const inEnglish = { ...perl, argv: ['env', 'LC_ALL=C', ...argv], explain }
    // an env between costs every host a program more, and is needed by those alone that refuse in another language
    return { ...perl, argv, explain, inEnglish, understands: (code, words) => sudoRefusal(user, code, words) !== null }
  }
  const prompt = newMark()
  const start = newMark()
  const shell = isPerl ? PERL_OR_SHELL : 'exec /bin/sh'
  return {
    ...perl,
    argv: ['env', 'LC_ALL=C', 'sudo', '-S', '-H', '-p', prompt, '/bin/sh', '-c', `printf ${start}; ${shell}`],
    unlock: (hands) => passwordLock(hands, { user, password, prompt, start }),
    explain,
  }
}

const passwordLock = (
  hands: LockHands,
  about: { user: string; password: Secret; prompt: string; start: string },
): Lock => {
  const heard = { stdout: '', stderr: '' }
  let given = false
  return {
    words: () => heard.stderr,
    heard(stream, chunk) {
      heard[stream] += chunk.toString('latin1')
      // what sudo may say before its shell starts ends exactly here: no frame was sent yet
      if (stream === 'stdout' && heard.stdout.endsWith(about.start)) return hands.open()
      if (stream !== 'stderr' || !heard.stderr.includes(about.prompt)) return
      const before = heard.stderr.slice(0, heard.stderr.indexOf(about.prompt))
      heard.stderr = heard.stderr.slice(before.length + about.prompt.length)
      if (given) return hands.refuse(new HostError(`sudo refuses the password of ${about.user}`))
      given = true
      hands.write(Buffer.from(`${about.password.reveal()}\n`, 'utf8'))
    },
  }
}

/** Why sudo gives no shell; null where it says nothing that is known. */
const sudoRefusal = (user: string, code: number | null, words: string): HostError | null => {
  if (code === null) return new HostError(`sudo does not answer: ${lastLine(words)}`)
  if (/a password is required|a terminal is required to read the password|no password was provided/.test(words))
    return new HostError('sudo wants a password', { hint: 'add -K (--ask-become-pass)' })
  if (/must have a tty/.test(words))
    return new HostError('sudo wants a terminal (requiretty in sudoers)', {
      hint: `write \`Defaults:${user} !requiretty\` into a file in /etc/sudoers.d`,
    })
  if (/not in the sudoers file|not allowed to (?:run sudo|execute)|may not run sudo/.test(words))
    return new HostError(`sudo refuses ${user}: ${lastLine(words)}`, {
      hint: `let ${user} use sudo, or log in as root`,
    })
  if (code === 127) return new HostError('sudo is not installed', { hint: 'log in as root (-u root), or install sudo' })
  if (/incorrect password|Sorry, try again/.test(words)) return new HostError(`sudo refuses the password of ${user}`)
  return null
}
