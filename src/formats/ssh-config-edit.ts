import {
  blocksOf,
  isOfScope,
  parseSshConfig,
  renderSshConfig,
  type SshConfigLine,
  splitWords,
  sshConfigLine,
} from './ssh-config.ts'
import { attachedFrom, inserted, lineEnd, withBlock } from './ssh-config-insert.ts'
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
import { hasArguments, isObeyedEverywhere, ownLines, type SshConfigWish, standingValues } from './ssh-config-wish.ts'

/** A text that has what was wished for, or the line that ssh would obey instead and that no edit can come before. */
export interface SshConfigEdit {
  readonly text: string
  readonly outranked: SshSetting | null
}

/** Edits the root of a configuration so that ssh obeys what is wished for wherever the scope holds. */
export const withSshSetting = (tree: SshConfigTree, wish: SshConfigWish): SshConfigEdit => {
  const { name, cumulative } = sshKeyword(wish.keyword)
  const text = rootText(tree)
  if (cumulative) {
    const standing = standingValues(tree, wish)
    const missing = wish.values.filter((value) => !standing.includes(value))
    return done(missing.reduce((before, value) => inserted(before, wish, value), text))
  }
  if (wish.scope.kind === 'global' && isObeyedEverywhere(tree, name, wish.values[0] ?? '')) return done(text)
  const plain = withOneValue(text, wish, name)
  const winner = outrankedBy(withRoot(tree, plain), wish, name)
  if (winner === null) return done(plain)
  return wish.scope.kind === 'global' ? beforeInclude(plain, wish, winner) : beforeBlock(tree, wish, name)
}

const done = (text: string): SshConfigEdit => ({ text, outranked: null })

const rootText = (tree: SshConfigTree): string => tree.files[tree.root] ?? ''

const withRoot = (tree: SshConfigTree, text: string): SshConfigTree => ({
  ...tree,
  files: { ...tree.files, [tree.root]: text },
})

/** Sets the first line of the scope in place, or adds one; later ones that differ go. */
const withOneValue = (text: string, wish: SshConfigWish, name: string): string => {
  const value = wish.values[0] ?? ''
  const lines = parseSshConfig(text)
  const [first, ...later] = ownLines(lines, wish.scope, name)
  if (first === undefined) return inserted(text, wish, value)
  const gone = new Set(later.filter(({ line }) => !sameArguments(line, value)).map(({ index }) => index))
  return renderSshConfig(
    lines.flatMap((line, index) => {
      if (gone.has(index)) return []
      return index === first.index && !sameArguments(line, value) ? [withValue(line, value)] : [line]
    }),
  )
}

const withValue = (line: SshConfigLine, value: string): SshConfigLine =>
  sshConfigLine(`${line.indent}${line.spelled} ${value}${line.comment}`, line.end)

/** The first line that ssh obeys instead of the wished one, for a host that the scope holds for. */
const outrankedBy = (tree: SshConfigTree, { scope, values }: SshConfigWish, name: string): SshSetting | null => {
  const hosts = witnessesOf(scope)
  const applies = ({ within }: SshSetting): boolean =>
    scope.kind === 'global' ||
    within.every(isForAll) ||
    hosts.some((host) => within.every((block) => holdsFor(block, host) === true))
  const isOwn = ({ file, within }: SshSetting): boolean =>
    file === tree.root && isOfScope(within[0] ?? { kind: 'global', words: [] }, scope)
  for (const one of settingsOf(tree).filter(({ line }) => line.keyword === name)) {
    if (isOwn(one)) return null
    if (applies(one) && !sameArguments(one.line, values[0] ?? '')) return one
  }
  return null
}

/** Moves a global line before the Include of a file that would win. */
const beforeInclude = (text: string, wish: SshConfigWish, winner: SshSetting): SshConfigEdit => {
  const lines = parseSshConfig(text)
  const include = lines[winner.place]
  const own = new Set(ownLines(lines, wish.scope, sshKeyword(wish.keyword).name).map(({ index }) => index))
  const line = sshConfigLine(`${include?.indent ?? ''}${wish.keyword} ${wish.values[0] ?? ''}`, lineEnd(lines))
  return done(
    renderSshConfig(
      lines.flatMap((one, index) => (index === winner.place ? [line, one] : own.has(index) ? [] : [one])),
    ),
  )
}

/** Makes a block before the block whose line would win; what wins for every host from the top of the file, nothing can outrank. */
const beforeBlock = (tree: SshConfigTree, wish: SshConfigWish, name: string): SshConfigEdit => {
  const winner = outrankedBy(tree, wish, name)
  const lines = parseSshConfig(rootText(tree))
  const block = blocksOf(lines).findLast(({ from, kind }) => kind !== 'global' && from <= (winner?.place ?? -1))
  if (block === undefined) return { text: rootText(tree), outranked: winner }
  const text = renderSshConfig(withBlock(lines, attachedFrom(lines, block.from), wish, wish.values[0] ?? ''))
  return done(withOneValue(text, wish, name))
}

/** Takes a setting out of a scope (of some values, or of all), and a block that is empty then with it. */
export const withoutSshSetting = (text: string, { scope, keyword, values }: SshConfigWish): string => {
  const { name } = sshKeyword(keyword)
  const lines = parseSshConfig(text)
  const own = ownLines(lines, scope, name)
  const taken = values.length === 0 ? own : own.filter(({ line }) => values.some((value) => hasArguments(line, value)))
  const gone = new Set(taken.filter(({ line }) => remainder(line, values) === '').map(({ index }) => index))
  const shorter = new Map(taken.map(({ line, index }) => [index, remainder(line, values)]))
  const emptied = blocksOf(lines).filter(({ kind, from, to }) => {
    const rest = lines.slice(from + 1, to).filter((_, offset) => !gone.has(from + 1 + offset))
    return kind !== 'global' && to - from - 1 > rest.length && rest.every((line) => line.text.trim() === '')
  })
  const isEmptied = (index: number): boolean => emptied.some(({ from, to }) => index >= from && index < to)
  const kept = lines.flatMap((line, index) => {
    if (gone.has(index) || isEmptied(index)) return []
    const rest = shorter.get(index)
    return rest === undefined ? [line] : [withValue(line, rest)]
  })
  return renderSshConfig(emptied.length > 0 ? withoutLastBlanks(kept) : kept)
}

const withoutLastBlanks = (lines: readonly SshConfigLine[]): readonly SshConfigLine[] =>
  lines.slice(0, lines.findLastIndex((line) => line.text.trim() !== '') + 1)

/** What of a line stays when values are taken from it: words of `SendEnv`, else nothing. */
const remainder = (line: SshConfigLine, values: readonly string[]): string => {
  if (line.keyword !== 'sendenv' || values.length === 0) return ''
  const taken = new Set(values.flatMap((value) => splitWords(value).words))
  return line.words.filter((word) => !taken.has(word)).join(' ')
}
