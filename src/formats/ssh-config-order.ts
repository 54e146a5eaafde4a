// The first-match rule of ssh_config(5): of each setting that does not add up, the first line that applies is obeyed.

import {
  blocksOf,
  criteriaOf,
  parseSshConfig,
  type SshConfigLine,
  type SshConfigScope,
  type SshCriterion,
  splitWords,
} from './ssh-config.ts'
import { sshKeyword } from './ssh-config-keywords.ts'

/** A configuration with the files that its Includes lead to. */
export interface SshConfigTree {
  readonly root: string
  readonly files: Readonly<Record<string, string>>
  /** the paths that each Include pattern takes, in order, by the pattern as it is written */
  readonly includes: Readonly<Record<string, readonly string[]>>
}

/** A setting, in the order in which ssh meets them. */
export interface SshSetting {
  readonly file: string
  /** from 1 */
  readonly number: number
  readonly line: SshConfigLine
  /** the blocks that it stands in, the outermost first; empty where it holds for every host */
  readonly within: readonly SshConfigScope[]
  /** the index, in the root file, of the line itself or of the Include that leads to it */
  readonly place: number
}

/** How deep ssh follows Includes. */
export const SSH_INCLUDE_DEPTH = 16

/** Walks through all settings of a configuration in the order in which ssh meets them; Includes are followed. */
export const settingsOf = (tree: SshConfigTree): readonly SshSetting[] => walk(tree, tree.root, [], null, 0)

const walk = (
  tree: SshConfigTree,
  file: string,
  around: readonly SshConfigScope[],
  place: number | null,
  depth: number,
): readonly SshSetting[] => {
  if (depth > SSH_INCLUDE_DEPTH) return []
  const lines = parseSshConfig(tree.files[file] ?? '')
  return blocksOf(lines).flatMap((block) => {
    const within = block.kind === 'global' ? around : [...around, { kind: block.kind, words: block.words }]
    const first = block.kind === 'global' ? block.from : block.from + 1
    return lines.slice(first, block.to).flatMap((line, offset) => {
      if (line.keyword === null) return []
      const index = first + offset
      const self: SshSetting = { file, number: index + 1, line, within, place: place ?? index }
      if (line.keyword !== 'include') return [self]
      const paths = line.words.flatMap((pattern) => tree.includes[pattern] ?? [])
      return [self, ...paths.flatMap((path) => walk(tree, path, within, place ?? index, depth + 1))]
    })
  })
}

/** Says whether a scope holds for every host that there is. */
export const isForAll = ({ kind, words }: SshConfigScope): boolean => {
  if (kind === 'global') return true
  if (kind === 'host') return words.includes('*') && !words.some((word) => word.startsWith('!'))
  return criteriaOf(words).every(({ name }) => name === 'all')
}

/** Says whether a scope holds for a host name as it is typed; null where only a login can tell. */
export const holdsFor = (scope: SshConfigScope, host: string): boolean | null => {
  if (scope.kind === 'global') return true
  if (scope.kind === 'host') return takesHost(scope.words, host)
  const answers = criteriaOf(scope.words).map((criterion) => criterionHolds(criterion, host))
  if (answers.includes(false)) return false
  return answers.includes(null) ? null : true
}

const criterionHolds = ({ name, value }: SshCriterion, host: string): boolean | null => {
  const bare = name.replace(/^!/, '')
  const holds = plainCriterionHolds(bare, value, host)
  return holds === null || bare === name ? holds : !holds
}

const plainCriterionHolds = (name: string, value: string, host: string): boolean | null => {
  if (name === 'all') return true
  if (name === 'canonical' || name === 'final') return false
  if (name === 'originalhost') return takesHost(value.split(','), host)
  return null
}

const takesHost = (patterns: readonly string[], host: string): boolean => {
  const takes = (pattern: string): boolean => wildcard(pattern).test(host)
  if (patterns.some((pattern) => pattern.startsWith('!') && takes(pattern.slice(1)))) return false
  return patterns.some((pattern) => !pattern.startsWith('!') && takes(pattern))
}

const wildcard = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .replace(/[\\^$.+()[\]{}|]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
    's',
  )

/** Host names for which a scope holds, one for each of its patterns where there is one: what ssh is asked about. */
export const witnessesOf = (scope: SshConfigScope): readonly string[] => {
  if (isForAll(scope)) return ['any-host.invalid']
  const patterns =
    scope.kind === 'host'
      ? scope.words
      : criteriaOf(scope.words).flatMap(({ name, value }) =>
          name === 'host' || name === 'originalhost' ? value.split(',') : [],
        )
  const names = patterns
    .filter((pattern) => !pattern.startsWith('!'))
    .map((pattern) => pattern.replaceAll('*', 'any').replaceAll('?', 'x'))
  return names.filter((name) => /^[^-\s]\S*$/.test(name) && holdsFor(scope, name) === true)
}

/** Says whether two ways to write the arguments of a setting mean the same to ssh. */
export const sameArguments = (line: SshConfigLine, value: string): boolean => {
  const wanted = sshKeyword(line.spelled).command ? [value] : splitWords(value).words
  const spelled = (words: readonly string[]): string => JSON.stringify(words.length === 1 ? words.map(flag) : words)
  return spelled(line.words) === spelled(wanted)
}

const FLAGS: Readonly<Record<string, string>> = { yes: 'yes', true: 'yes', no: 'no', false: 'no' }

const flag = (word: string): string => FLAGS[word.toLowerCase()] ?? word
