import {
  blocksOf,
  isOfScope,
  parseSshConfig,
  type SshConfigLine,
  type SshConfigScope,
  splitWords,
} from './ssh-config.ts'
import { sshKeyword } from './ssh-config-keywords.ts'
import {
  holdsFor,
  isForAll,
  type SshConfigTree,
  type SshSetting,
  sameArguments,
  settingsOf,
  witnessesOf,
} from './ssh-config-order.ts'

/** What is to stand in a configuration: one line for each value, in a scope. */
export interface SshConfigWish {
  readonly scope: SshConfigScope
  /** the keyword as a new line spells it */
  readonly keyword: string
  /** the arguments of each line as they are to be written */
  readonly values: readonly string[]
}

/** The values of a wish that stand in its scope already. */
export const standingValues = (tree: SshConfigTree, { scope, keyword, values }: SshConfigWish): readonly string[] => {
  const { name, cumulative } = sshKeyword(keyword)
  if (!cumulative && scope.kind === 'global' && isObeyedEverywhere(tree, name, values[0] ?? '')) return values
  const lines = parseSshConfig(tree.files[tree.root] ?? '')
  const own = ownLines(lines, scope, name).map(({ line }) => line)
  if (!cumulative) return own[0] !== undefined && sameArguments(own[0], values[0] ?? '') ? values : []
  return values.filter((value) => stands(own, name, value))
}

/** What a wish would take out: the values named that stand in its scope, or all where none is named. */
export const valuesToTake = (tree: SshConfigTree, { scope, keyword, values }: SshConfigWish): readonly string[] => {
  const own = ownLines(parseSshConfig(tree.files[tree.root] ?? ''), scope, sshKeyword(keyword).name)
  if (values.length === 0) return own.map(({ line }) => line.value)
  return values.filter((value) => own.some(({ line }) => hasArguments(line, value)))
}

/** Says whether a line has a value; of `SendEnv`, whether it has one of its words. */
export const hasArguments = (line: SshConfigLine, value: string): boolean =>
  line.keyword === 'sendenv'
    ? line.words.some((word) => splitWords(value).words.includes(word))
    : sameArguments(line, value)

/** Says which earlier blocks say otherwise for hosts of the scope, or may: ssh obeys them there, and they are left. */
export const overridesOf = (tree: SshConfigTree, { scope, keyword, values }: SshConfigWish): readonly string[] => {
  const { name, cumulative } = sshKeyword(keyword)
  if (cumulative || scope.kind === 'global') return []
  const hosts = witnessesOf(scope)
  const overrides = ({ within }: SshSetting): boolean =>
    isForAll(scope)
      ? !within.every(isForAll)
      : hosts.some((host) => {
          const answers = within.map((block) => holdsFor(block, host))
          return answers.includes(null) && !answers.includes(false)
        })
  const all = settingsOf(tree).filter(({ line }) => line.keyword === name)
  const own = all.findIndex(
    ({ file, within }) => file === tree.root && within[0] !== undefined && isOfScope(within[0], scope),
  )
  return all
    .slice(0, own < 0 ? all.length : own)
    .filter((one) => overrides(one) && !sameArguments(one.line, values[0] ?? ''))
    .map(({ file, number, line, within }) => {
      const head = within
        .map(({ kind, words }) => `${kind === 'host' ? 'Host' : 'Match'} ${words.join(' ')}`)
        .join(', ')
      return `${file}:${number} keeps "${line.spelled} ${line.value}" for ${head}`
    })
}

const stands = (own: readonly SshConfigLine[], name: string, value: string): boolean => {
  if (name !== 'sendenv') return own.some((line) => sameArguments(line, value))
  const sent = new Set(own.flatMap((line) => line.words))
  return splitWords(value).words.every((word) => sent.has(word))
}

/** A line and its index. */
export interface OwnLine {
  readonly line: SshConfigLine
  readonly index: number
}

/** The lines of a keyword in the blocks of a scope, by its name in lower case. */
export const ownLines = (lines: readonly SshConfigLine[], scope: SshConfigScope, name: string): readonly OwnLine[] =>
  blocksOf(lines)
    .filter((block) => isOfScope(block, scope))
    .flatMap(({ kind, from, to }) =>
      lines.slice(from, to).flatMap((line, offset) => {
        const isHead = kind !== 'global' && offset === 0
        return line.keyword === name && !isHead ? [{ line, index: from + offset }] : []
      }),
    )

/** Says whether the first line that applies has this value for every host, whatever its name. */
export const isObeyedEverywhere = (tree: SshConfigTree, name: string, value: string): boolean => {
  for (const { line, within } of settingsOf(tree).filter((one) => one.line.keyword === name)) {
    if (!sameArguments(line, value)) return false
    if (within.every(isForAll)) return true
  }
  return false
}

/** Writes an argument so that ssh reads it as one word, in quotes where it needs them. */
export const sshConfigWord = (word: string): string => {
  if (/^"[^"]*"$/.test(word)) return word
  return word === '' || /[\s"']|^#/.test(word) || word.startsWith('pkcs11:')
    ? `"${word.replace(/["\\]/g, '\\$&')}"`
    : word
}
