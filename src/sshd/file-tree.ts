// The tree that a file is of, and what keeps sshd from reading it.

import { posix } from 'node:path'
import type { Look } from '../contract/look.ts'
import { missing, refuse } from '../contract/signals.ts'
import type { SshdGrammar } from '../formats/sshd-config.ts'
import { includePatterns, statements } from '../formats/sshd-tree.ts'
import { SSHD_CONFIG } from './ask.ts'
import { type ReadTree, readSshdTree, withNewFile } from './read-tree.ts'

/** A tree and the path by which it has a file. */
export interface Placed {
  readonly tree: ReadTree
  readonly path: string
}

/** What sshd reads where /etc/ssh/sshd_config is not there, if its maker has it so. */
export const VENDOR_CONFIG = '/usr/etc/ssh/sshd_config'

/** Reads the tree that sshd reads by itself; null where there is none. */
export const sshdTree = async (on: Look, grammar: SshdGrammar): Promise<ReadTree | null> =>
  (await readSshdTree(on, SSHD_CONFIG, grammar)) ?? (await readSshdTree(on, VENDOR_CONFIG, grammar))

/**
 * Gives the tree that a file is of: that of sshd, now or once the file is there; else, as it may be another sshd's, its
 * own.
 */
export const treeOf = async (on: Look, path: string, grammar: SshdGrammar): Promise<Placed> => {
  const [known, file] = await Promise.all([readSshdTree(on, SSHD_CONFIG, grammar), on.file(path)])
  const main = known ?? (path === SSHD_CONFIG ? null : await readSshdTree(on, VENDOR_CONFIG, grammar))
  const named = Object.keys(main?.files ?? {}).find((one) => one === path || main?.real[one] === file?.path)
  if (main !== null && named !== undefined) return { tree: main, path: named }
  const extended = main === null || file !== null ? null : withNewFile(main, path)
  if (extended !== null) return { tree: extended, path }
  const own = await readSshdTree(on, path, grammar)
  const empty = { root: path, grammar, files: { [path]: '' }, includes: {}, real: { [path]: path }, isNew: true }
  return { tree: own ?? empty, path }
}

/** Refuses what a file of sshd's directory is to say where sshd does not read it. */
export const refuseUnread = async (on: Look, { tree, path }: Placed): Promise<void> => {
  if (!isUnread(tree) || !posix.normalize(path).startsWith('/etc/ssh/')) return
  const main = await sshdTree(on, tree.grammar)
  if (main === null) {
    return missing({
      kind: 'file',
      name: SSHD_CONFIG,
      message: `${SSHD_CONFIG} does not exist, and without it sshd does not read ${path}`,
    })
  }
  const dir = posix.dirname(path)
  const near = statements(main).flatMap(({ file, number, line }) =>
    includePatterns(line, main.grammar)
      .filter((pattern) => posix.dirname(pattern) === dir)
      .map((pattern) => `${file}:${number} includes ${pattern} only`),
  )[0]
  const wanted = dir === '/etc/ssh' || !path.endsWith('.conf') ? path : `${dir}/*.conf`
  refuse(`sshd does not read ${path}: ${near ?? `${main.root} has no line "Include ${wanted}"`}`)
}

/** Ends a probe where a new file could not be made: its directory is missing. */
export const refuseNoDirectory = async (on: Look, path: string): Promise<void> => {
  const dir = posix.dirname(path)
  const found = await on.file(dir, { text: false })
  if (found === null) missing({ kind: 'directory', name: dir, message: `${path}: its directory does not exist` })
  else if (found.kind !== 'directory') refuse(`${path}: ${dir} is no directory`)
}

/** Says whether a tree is one that sshd is not led to by itself. */
export const isUnread = ({ root }: ReadTree): boolean => root !== SSHD_CONFIG && root !== VENDOR_CONFIG
