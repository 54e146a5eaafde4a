import { posix } from 'node:path'
import type { Found, Look } from '../contract/look.ts'
import { isOwnDirectory } from '../contract/own-directory.ts'

/**
 * The user as whom root writes a file: whose own it is, where its directory is that user's too and he may write in it.
 * Nobody else then changes names under root's pen, and no place has to be made that he cannot reach. Nothing for any
 * other file, which root writes himself.
 */
export const ownWriter = async (on: Look, { path, owner }: Found): Promise<{ readonly as?: string }> => {
  if (on.connection.power !== 'root' || owner === 'root') return {}
  const [directory, user] = await Promise.all([on.file(posix.dirname(path), { text: false }), on.user(owner)])
  return user !== null && directory !== null && isOwnDirectory(directory, owner) ? { as: owner } : {}
}
