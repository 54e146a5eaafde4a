import { byText } from '../contract/by-text.ts'
import { HostError } from '../contract/errors.ts'
import type { Answer, Look } from '../contract/look.ts'
import { type Question, questions, type SshdConnection } from '../contract/questions.ts'
import { missing, refuse } from '../contract/signals.ts'
import type { Flattened } from '../formats/sshd-tree.ts'

/** What sshd obeys: the values of each setting by its keyword in lower case, a line each, and what it warned of. */
export interface Obeyed {
  readonly values: ReadonlyMap<string, readonly string[]>
  readonly warnings: readonly string[]
}

/** What sshd said about a configuration; `isUntestable`: it is the machine that keeps it from judging. */
export type Verdict = Obeyed | { readonly refusal: string; readonly isUntestable: boolean }

/** A connection that no Match of a sensible file is about. */
export const NEUTRAL: SshdConnection = {
  user: 'nobody',
  host: 'host.invalid',
  addr: '192.0.2.1',
  laddr: '192.0.2.2',
  lport: 65535,
}

const NO_RUN_DIRECTORY = /Missing privilege separation directory/
const UNTESTABLE =
  /Missing privilege separation directory|Privilege separation user|no hostkeys available|: Permission denied|not owned by root/

/** The file that sshd reads where it is told none. */
export const SSHD_CONFIG = '/etc/ssh/sshd_config'

/** Asks sshd what it obeys, by the configuration on disk or by a text. */
export const verdict = async (
  on: Look,
  about: { readonly file: string } | { readonly text: Flattened },
  connection: SshdConnection = NEUTRAL,
): Promise<Verdict> => {
  const text = 'text' in about ? about.text : null
  const from = text !== null ? '/dev/stdin' : 'file' in about && about.file !== SSHD_CONFIG ? about.file : undefined
  const isOwn = text === null && from === undefined
  const question = isOwn ? questions.sshdObeys(connection) : questions.sshdEffective(connection, from)
  const answer = await asked(on, question, text?.text)
  if (answer.code === 0) return { values: valuesOf(answer.stdout), warnings: linesOf(answer.stderr).map(tidy) }
  const isUntestable = UNTESTABLE.test(answer.stderr)
  const hint =
    isUntestable && on.connection.power !== 'root'
      ? ` (it takes root, ${on.connection.power} is not: become: true)`
      : ''
  return { refusal: refusalOf(answer, text) + hint, isUntestable }
}

/** Gives what sshd obeys; where it refuses, ends with its words behind `what`, or with "cannot be tested here". */
export const obeyed = (answer: Verdict, what: string): Obeyed => {
  if (!('refusal' in answer)) return answer
  if (answer.isUntestable) throw new HostError(`sshd cannot be tested here: ${answer.refusal}`)
  return refuse(`${what}: ${answer.refusal}`)
}

const asked = async (on: Look, question: Question, text: string | undefined): Promise<Answer> => {
  const first = await on.ask(question, text)
  if (first.code === 127) missing({ kind: 'tool', name: 'sshd', message: 'sshd is not there: /usr/sbin/sshd' })
  if (first.code === 0 || !NO_RUN_DIRECTORY.test(first.stderr)) return first
  const second = await on.ask(questions.withRunDirectory(question), text)
  const isElsewhere = second.code !== 0 && /unshare|mount|mkdir/.test(second.stderr)
  return isElsewhere || second.code === 127 ? first : second
}

const valuesOf = byText((stdout): ReadonlyMap<string, readonly string[]> => {
  const found = new Map<string, string[]>()
  for (const line of linesOf(stdout)) {
    const [, keyword = '', value = ''] = /^(\S+)(?: (.*))?$/.exec(line) ?? []
    const name = keyword.toLowerCase()
    found.set(name, [...(found.get(name) ?? []), value])
  }
  return found
})

const linesOf = (text: string): readonly string[] => text.split(/\r?\n/).filter((line) => line !== '')

/** sshd's own words for what it refuses, with the file and line that they are about. */
const refusalOf = ({ code, stderr }: Answer, text: Flattened | null): string => {
  const all = linesOf(stderr)
  const errors = all.filter((line) => !/: terminating, |Deprecated option|Unsupported option|^debug/.test(line))
  const [first] = errors.length > 0 ? errors : all
  return first === undefined ? `sshd ended with code ${code} and without a word` : tidy(placed(first, text))
}

const placed = (line: string, text: Flattened | null): string =>
  line.replace(/^\/dev\/stdin(?: line |: line |:)(\d+)/, (whole, number: string) => {
    const at = text?.from[Number(number) - 1]
    return at === undefined ? whole : `${at.file} line ${at.number}`
  })

const tidy = (line: string): string => line.replace(/^\/dev\/stdin:? (?:line \d+: )?/, '').replace(/\.$/, '')

/** The version of sshd, such as `9.2`; `told` is what the server of this connection says of itself. */
export const sshdVersion = async (on: Look, told: string | null = null): Promise<string> => {
  const question = told === null ? questions.sshdVersion() : questions.sshdVersionTold(told)
  const { code, stdout, stderr } = await on.ask(question)
  if (code === 127) missing({ kind: 'tool', name: 'sshd', message: 'sshd is not there: /usr/sbin/sshd' })
  const found = /OpenSSH_(\d+\.\d+)/.exec(`${stdout}\n${stderr}`)?.[1]
  if (found === undefined) throw new HostError(`sshd does not tell its version: ${stderr.trim() || stdout.trim()}`)
  return found
}
