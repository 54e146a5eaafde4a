import { posix } from 'node:path'
import type { Found, Look } from '../contract/look.ts'
import { isOwnDirectory } from '../contract/own-directory.ts'
import type { WantedOwners } from './owners.ts'

const OWNER_MAY_READ = 0o400
const OWNER_MAY_PASS = 0o100
const OTHERS_MAY_PASS = 0o011

/**
 * The user as whom root writes a file: whose own it is and stays, where its directory is that user's too, he gets there and
 * may write in it. Nobody else then changes names under root's pen, and no place has to be made that he cannot reach.
 * Nothing for any other file, which root writes himself: what would have to be given away in a directory of that user, too.
 */
export const ownWriter = async (
  on: Look,
  { path, owner, group, mode }: Found,
  wanted: WantedOwners,
): Promise<{ readonly as?: string }> => {
  if (on.connection.power !== 'root' || owner === 'root' || !has(mode, OWNER_MAY_READ)) return {}
  if ((wanted.owner ?? owner) !== owner || (wanted.group ?? group) !== group) return {}
  const [user, directory, ...above] = await Promise.all([
    on.user(owner),
    ...directoriesOf(path).map((one) => on.file(one, { text: false })),
  ])
  const isHis = directory !== null && directory !== undefined && isOwnDirectory(directory, owner)
  return user?.groups.includes(group) && isHis && above.every((one) => isPassed(one, owner)) ? { as: owner } : {}
}

/** The directory of a path, and those above it. */
const directoriesOf = (path: string): readonly string[] => {
  const directory = posix.dirname(path)
  return directory === '/' ? ['/'] : [directory, ...directoriesOf(directory)]
}

/** Whichever of its rights are the user's: those of the group may be. */
const isPassed = (directory: Found | null, user: string): boolean =>
  directory !== null && has(directory.mode, directory.owner === user ? OWNER_MAY_PASS : OTHERS_MAY_PASS)

const has = (mode: string, bits: number): boolean => (Number.parseInt(mode, 8) & bits) === bits
