import { HostError } from '../contract/errors.ts'
import type { Look } from '../contract/look.ts'
import { hasWildcard } from '../formats/glob.ts'
import { flatten } from '../formats/sshd-tree.ts'
import { globPaths } from '../paths/glob.ts'
import { SSHD_CONFIG, sshdVersion, type Verdict, verdict } from '../sshd/ask.ts'
import { readSshdTree } from '../sshd/read-tree.ts'
import { toldRelease } from '../sshd/release.ts'
import { grammarOf, isGlobalOnlyIn } from '../sshd/setting.ts'
import { vouchForNeutral } from '../sshd/vouch.ts'

/** A file or directory that a daemon reads, and when it was last changed: the later of its text's time and its attributes'. */
export interface Watched {
  readonly path: string
  readonly changedMs: number
  /** when its attributes were, which nobody can set to a time of his own */
  readonly attributesMs: number
}

/** Looks at the paths that a task watches: patterns, files, and directories with the files in them. */
export const watchedPaths = async (on: Look, patterns: readonly string[]): Promise<readonly Watched[]> => {
  const found = await Promise.all(patterns.map((pattern) => withContents(on, pattern)))
  return await timesOf(on, found.flat())
}

const withContents = async (on: Look, pattern: string): Promise<readonly string[]> => {
  const paths = await globPaths(on, pattern)
  const all = await Promise.all(
    paths.map(async (path) => [path, ...((await on.list(path)) ?? []).map((name) => `${path}/${name}`)]),
  )
  return all.flat()
}

const DROP_INS = `${SSHD_CONFIG}.d`

/** Looks at everything that sshd reads when it starts: its files, those that they include, and the directories of Include's patterns. */
export const watchedBySshd = async (on: Look): Promise<readonly Watched[]> => {
  // asked at once what the tree mostly leads to, so that it takes two flights, not three
  const [tree] = await Promise.all([
    readSshdTree(on, SSHD_CONFIG, 'new'),
    on.list(DROP_INS, { texts: '.conf' }),
    on.file(DROP_INS, { text: false }),
  ])
  if (tree === null) return []
  vouchForNeutral(on, tree)
  const directories = Object.keys(tree.includes).filter(hasWildcard).map(fixedPart)
  return await timesOf(on, [...Object.keys(tree.files), ...directories], new Set(Object.keys(tree.files)))
}

/** The directory above the first wildcard of a pattern. */
const fixedPart = (pattern: string): string => {
  const parts = pattern.split('/')
  return parts.slice(0, parts.findIndex(hasWildcard)).join('/') || '/'
}

const timesOf = async (
  on: Look,
  paths: readonly string[],
  read: ReadonlySet<string> = new Set(),
): Promise<readonly Watched[]> => {
  const found = await Promise.all(
    [...new Set(paths)].map(async (path) => {
      const file = await on.file(path, { text: read.has(path) })
      const ms = file === null ? 0 : Math.max(file.modifiedMs, file.changedMs)
      const isPlanned = on.planned(path)
      return {
        path,
        changedMs: isPlanned ? Number.POSITIVE_INFINITY : ms,
        attributesMs: isPlanned ? Number.POSITIVE_INFINITY : (file?.changedMs ?? 0),
      }
    }),
  )
  return found.filter(({ changedMs }) => changedMs > 0)
}

/**
 * Why sshd refuses the configuration that is on disk, or that earlier tasks of a dry run planned; null where it does not.
 * Throws where it cannot be asked.
 *
 * @param isAccepted sshd was asked about what is on disk already, and takes it
 */
export const sshdRefusal = async (on: Look, isAccepted = false): Promise<string | null> => {
  const isPlanned = on.planned(SSHD_CONFIG) || on.planned(DROP_INS)
  if (isAccepted && !isPlanned) return null
  const answer = await (isPlanned ? ofPlanned(on) : verdict(on, { file: SSHD_CONFIG }))
  if (!('refusal' in answer)) return null
  if (answer.isUntestable) throw new HostError(`sshd cannot be tested here: ${answer.refusal}`)
  return answer.refusal
}

const ofPlanned = async (on: Look): Promise<Verdict> => {
  const version = await sshdVersion(on, toldRelease(on))
  const tree = await readSshdTree(on, SSHD_CONFIG, grammarOf(version))
  if (tree === null) return { refusal: `${SSHD_CONFIG} is not there`, isUntestable: false }
  return await verdict(on, { text: flatten(tree, isGlobalOnlyIn(version)) })
}
