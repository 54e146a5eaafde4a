import { readFileSync } from 'node:fs'
import { textOf } from '../../src/contract/bytes.ts'
import { globTakes, hasWildcard } from '../../src/formats/glob.ts'
import { parseSshdConfig, type SshdGrammar } from '../../src/formats/sshd-config.ts'
import { includePatterns, type SshdTree } from '../../src/formats/sshd-tree.ts'

type RecordedFile = string | { readonly base64?: string; readonly symlink?: string; readonly directory?: true }

/** A recorded tree, and what each sshd said of it: by connection its exit code and the lines of the keywords. */
export interface Recorded {
  readonly files: Readonly<Record<string, RecordedFile>>
  readonly keywords: readonly string[]
  readonly connections: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly flat: RecordedFile | null
  readonly unfaithful: readonly string[]
  readonly answers: readonly {
    readonly versions: readonly string[]
    readonly dump: Readonly<Record<string, readonly [number, ...string[]]>>
    readonly stderr: readonly string[]
  }[]
}

/** The recorded trees by id. */
export const recordings: Readonly<Record<string, Recorded>> = JSON.parse(
  readFileSync(new URL('./recordings/sshd.json', import.meta.url), 'utf8'),
)

/** The text of a recorded file; null where it is no file. */
export const recordedText = (files: Recorded['files'], path: string): string | null => {
  const file = files[path]
  if (typeof file === 'string') return file
  if (file?.base64 !== undefined) return textOf(Buffer.from(file.base64, 'base64'))
  if (file?.symlink === '/dev/null') return ''
  return file?.symlink === undefined ? null : recordedText(files, file.symlink)
}

const matches = (pattern: string, path: string): boolean => {
  const [wanted, found] = [pattern.split('/'), path.split('/')]
  return (
    wanted.length === found.length && wanted.every((part, index) => part === '' || globTakes(part, found[index] ?? ''))
  )
}

/** The tree of files in memory, as sshd would read it from a disk. */
export const treeOf = (
  files: Recorded['files'],
  grammar: SshdGrammar = 'new',
  root = '/etc/ssh/sshd_config',
): SshdTree => {
  const texts = Object.fromEntries(
    Object.keys(files).flatMap((path) => {
      const text = recordedText(files, path)
      return text === null ? [] : [[path, text]]
    }),
  )
  const patterns = Object.values(texts).flatMap((text) =>
    parseSshdConfig(text, grammar).flatMap((line) => includePatterns(line, grammar)),
  )
  const taken = (pattern: string): readonly string[] =>
    Object.keys(texts)
      .filter((path) => (hasWildcard(pattern) ? matches(pattern, path) : path === pattern))
      .sort()
  return { root, grammar, files: texts, includes: Object.fromEntries(patterns.map((one) => [one, taken(one)])) }
}
