import {
  blocksOf,
  isOfScope,
  parseSshConfig,
  renderSshConfig,
  type SshConfigBlock,
  type SshConfigLine,
  sshConfigLine,
} from './ssh-config.ts'
import { isForAll } from './ssh-config-order.ts'
import { type SshConfigWish, sshConfigWord } from './ssh-config-wish.ts'

/** The line end of a file: that of its first line. */
export const lineEnd = (lines: readonly SshConfigLine[]): '\n' | '\r\n' => (lines[0]?.end === '\r\n' ? '\r\n' : '\n')

/** Adds a line to the first block of a scope, which is made where there is none. */
export const inserted = (text: string, wish: SshConfigWish, value: string): string => {
  const lines = terminated(parseSshConfig(text))
  const blocks = blocksOf(lines)
  const block = blocks.find((one) => isOfScope(one, wish.scope))
  if (block !== undefined) return renderSshConfig(withLine(lines, block, wish.keyword, value))
  const catchAll = isForAll(wish.scope) ? undefined : blocks.find((one) => one.kind !== 'global' && isForAll(one))
  const at = catchAll === undefined ? lines.length : attachedFrom(lines, catchAll.from)
  return renderSshConfig(withBlock(lines, at, wish, value))
}

const terminated = (lines: readonly SshConfigLine[]): readonly SshConfigLine[] =>
  lines.map((line) => (line.end === '' ? { ...line, end: lineEnd(lines) } : line))

const withLine = (
  lines: readonly SshConfigLine[],
  block: SshConfigBlock,
  keyword: string,
  value: string,
): readonly SshConfigLine[] => {
  const first = block.kind === 'global' ? block.from : block.from + 1
  const settings = lines.slice(first, block.to).filter((line) => line.keyword !== null)
  const indent = settings[0]?.indent ?? (block.kind === 'global' ? '' : blockIndent(lines))
  const line = sshConfigLine(`${indent}${keyword} ${value}`, lineEnd(lines))
  const commented = lines.findIndex((one, index) => index >= first && index < block.to && isCommented(one, keyword))
  const last = lines.findLastIndex((one, index) => index >= first && index < block.to && one.keyword !== null)
  if (commented >= 0) return spliced(lines, commented + 1, [line])
  if (last >= 0) return spliced(lines, last + 1, [line])
  if (block.kind !== 'global') return spliced(lines, block.from + 1, [line])
  if (block.to === lines.length) return [...lines, line]
  return spliced(lines, attachedFrom(lines, block.to), [line, sshConfigLine('', line.end)])
}

/** Says whether a comment is a setting that was commented out, not prose that begins with its word. */
const isCommented = (line: SshConfigLine, keyword: string): boolean =>
  line.keyword === null && new RegExp(`^\\s*#\\s*${keyword}(\\s+|\\s*=\\s*)\\S+\\s*$`, 'i').test(line.text)

const blockIndent = (lines: readonly SshConfigLine[]): string => {
  const indented = lines.find((line) => line.keyword !== null && line.indent !== '')
  return indented?.indent ?? '    '
}

/** The index of the comments right above a head, which belong to it. */
export const attachedFrom = (lines: readonly SshConfigLine[], head: number): number => {
  let at = head
  while (at > 0 && /^#/.test(lines[at - 1]?.text ?? '')) at -= 1
  return at
}

/** Adds a block of one line before the line of an index. */
export const withBlock = (
  lines: readonly SshConfigLine[],
  at: number,
  { scope, keyword }: SshConfigWish,
  value: string,
): readonly SshConfigLine[] => {
  const end = lineEnd(lines)
  const isBlank = (line: SshConfigLine | undefined): boolean => line === undefined || line.text.trim() === ''
  const head = `${scope.kind === 'host' ? 'Host' : 'Match'} ${scope.words.map(sshConfigWord).join(' ')}`
  const texts = [
    ...(isBlank(lines[at - 1]) ? [] : ['']),
    ...[head, `${blockIndent(lines)}${keyword} ${value}`],
    ...(isBlank(lines[at]) ? [] : ['']),
  ]
  return spliced(
    terminated(lines),
    at,
    texts.map((text) => sshConfigLine(text, end)),
  )
}

const spliced = (
  lines: readonly SshConfigLine[],
  at: number,
  more: readonly SshConfigLine[],
): readonly SshConfigLine[] => [...lines.slice(0, at), ...more, ...lines.slice(at)]
