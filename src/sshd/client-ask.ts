import type { Answer, Look } from '../contract/look.ts'
import { questions } from '../contract/questions.ts'
import { parseSshConfig, renderSshConfig, sshConfigLine } from '../formats/ssh-config.ts'
import { sshKeyword } from '../formats/ssh-config-keywords.ts'
import { type SshConfigTree, witnessesOf } from '../formats/ssh-config-order.ts'
import { plainMeaning, plainReading } from '../formats/ssh-config-plain.ts'
import type { SshConfigWish } from '../formats/ssh-config-wish.ts'

/** What ssh itself says of a setting; null where it cannot be asked. */
export interface ClientSays {
  /** why ssh refuses the wished lines, whatever else the file holds */
  readonly refusal: string | null
  /** why ssh refuses the file */
  readonly complaint: string | null
  /** what ssh makes of the wished lines alone, in its own words */
  readonly meaning: readonly string[] | null
  /** what it obeys for a host of the scope; of settings that add up, those of the wished ones */
  readonly obeyed: readonly string[] | null
  readonly notes: readonly string[]
}

const NOT_ASKED: ClientSays = { refusal: null, complaint: null, meaning: null, obeyed: null, notes: [] }

/**
 * Tells what ssh makes of a configuration: where its text is plain and has what is wished for, read off it; else ssh is
 * asked, with the powers of the look.
 */
export const askClient = async (
  look: Look,
  tree: SshConfigTree,
  wish: SshConfigWish,
  base: string,
): Promise<ClientSays> => {
  const read = plainReading(tree, wish)
  if (read !== null) return { ...NOT_ASKED, ...read }
  const runs = runsCommands(tree)
  const hosts = witnessesOf(wish.scope)
  const known = plainMeaning(wish)
  const [line, files] = await Promise.all([
    known === null ? askAlone(look, wish) : null,
    runs ? [] : askAboutFile(look, tree, { hosts, base, isAskedAhead: known === null }),
  ])
  if ([line, ...files].some((answer) => answer?.code === 127))
    return { ...NOT_ASKED, notes: ['there is no ssh here to ask'] }
  if (line !== null && line.code !== 0)
    return { ...NOT_ASKED, refusal: lastWords(line).replace(/^\/dev\/stdin:? ?line \d+: ?/, '') }
  const notes = runs ? ['ssh was not asked about the file: a Match there would run a command'] : []
  const complaint = files.find((answer) => answer.code !== 0)
  if (complaint !== undefined) {
    return { ...NOT_ASKED, complaint: lastWords(complaint).replaceAll('/dev/stdin', tree.root) }
  }
  const meaning = line === null ? (known ?? []) : valuesOf(line, wish.keyword)
  if (meaning.length === 0 || hosts.length === 0 || runs) return { ...NOT_ASKED, notes }
  return { ...NOT_ASKED, meaning, obeyed: obeyedOf(files, wish.keyword, meaning), notes }
}

/**
 * Asks beforehand what {@link askClient} is going to ask about a plain file, so that it need not wait for the file's text.
 * What may turn out not to need ssh is not asked.
 */
export const askAheadOfText = async (look: Look, path: string, wishes: readonly SshConfigWish[]): Promise<void> => {
  const asked = wishes.filter((wish) => plainMeaning(wish) === null)
  const hosts = new Set(asked.flatMap(({ scope }) => hostsToAsk(witnessesOf(scope))))
  await Promise.all([
    ...asked.map((wish) => askAlone(look, wish)),
    ...[...hosts].map((host) => look.ask(questions.sshEffectiveByFile(path, host))),
  ])
}

const ANY_HOST = 'any-host.invalid'

const hostsToAsk = (hosts: readonly string[]): readonly string[] => (hosts.length === 0 ? [ANY_HOST] : hosts)

const askAlone = (look: Look, { keyword, values }: SshConfigWish): Promise<Answer> =>
  look.ask(questions.sshEffective(ANY_HOST, STDIN), values.map((value) => `${keyword} ${value}\n`).join(''))

const askAboutFile = async (
  look: Look,
  tree: SshConfigTree,
  about: { readonly hosts: readonly string[]; readonly base: string; readonly isAskedAhead: boolean },
): Promise<readonly Answer[]> => {
  const names = hostsToAsk(about.hosts)
  const isPlanned = Object.keys(tree.files).some((path) => look.planned(path))
  const plain =
    isPlanned || !about.isAskedAhead
      ? []
      : await Promise.all(names.map((host) => look.ask(questions.sshEffectiveByFile(tree.root, host))))
  if (plain.length > 0 && plain.every(({ code }) => code !== NOT_PLAIN)) return plain
  const text = fromBase(tree.files[tree.root] ?? '', about.base)
  return await Promise.all(names.map((host) => look.ask(questions.sshEffective(host, STDIN), text)))
}

const NOT_PLAIN = 3

const STDIN = '/dev/stdin'

/** A look runs no commands of somebody else's: `Match exec`, however it is quoted, also where an Include hides it. */
const runsCommands = (tree: SshConfigTree): boolean =>
  Object.values(tree.files).some((text) => /^[\s=]*match\b.*exec/im.test(text.replace(/["'\\]/g, '')))

/** Through its standard input ssh would look for relative Includes in ~/.ssh. */
const fromBase = (text: string, base: string): string =>
  renderSshConfig(
    parseSshConfig(text).map((line) => {
      if (line.keyword !== 'include') return line
      const words = line.words.map((word) => (/^[/~]/.test(word) ? word : `${base}/${word}`))
      return sshConfigLine(`Include ${words.map((word) => `"${word}"`).join(' ')}`, line.end)
    }),
  )

const lastWords = ({ stderr }: Answer): string => {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '' && !/terminating|Pseudo-terminal/.test(line))
  return lines.at(-1)?.trim() ?? 'ssh refuses it without a word'
}

const valuesOf = ({ stdout }: Answer, keyword: string): readonly string[] => {
  const { name } = sshKeyword(keyword)
  return stdout.split('\n').flatMap((line) => {
    const at = line.indexOf(' ')
    return at > 0 && line.slice(0, at).toLowerCase() === name ? [line.slice(at + 1)] : []
  })
}

const obeyedOf = (answers: readonly Answer[], keyword: string, meaning: readonly string[]): readonly string[] => {
  const { cumulative } = sshKeyword(keyword)
  const each = answers.map((answer) => valuesOf(answer, keyword))
  if (cumulative) return meaning.filter((value) => each.every((values) => values.includes(value)))
  return each.find((values) => values.join('\n') !== meaning.join('\n')) ?? meaning
}
