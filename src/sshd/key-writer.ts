// Who writes a file of keys: the user whose it is, so that a link that the user made leads to nothing that is not the
// user's; root only where the user may not and no link led there.

import type { Found, Look, User } from '../contract/look.ts'
import { questions } from '../contract/questions.ts'

/** The place of a file of keys, links resolved. */
export interface KeyPlace {
  readonly user: User
  /** the directory that it lies in; of one that is missing, that in which it would be made */
  readonly directory: Found
  readonly file: Found | null
  /** a link led here from the user's home */
  readonly isLed: boolean
  /** the directory is made the user's before the file is written */
  readonly isRepaired: boolean
}

/** Finds out who writes a file of keys that is the user's; undefined: the task's power. */
export const keyWriter = async (on: Look, place: KeyPlace): Promise<string | undefined> => {
  const { user, file, isLed, isRepaired } = place
  const isRoot = on.connection.power === 'root'
  if (!isRoot || isRepaired || (await mayWrite(on, place))) return user.name
  // the text of such a file is the user's to write; to replace it takes the directory's owner
  return isLed && file?.owner !== user.name ? user.name : undefined
}

const mayWrite = async (on: Look, { user, directory, file }: KeyPlace): Promise<boolean> => {
  if (user.uid === 0) return true
  const mode = Number.parseInt(directory.mode, 8)
  const isOthers = file !== null && file.owner !== user.name && directory.owner !== user.name
  // in a directory as /tmp is, nobody replaces what is somebody else's
  if ((mode & 0o1000) !== 0 && isOthers) return false
  const bit = directory.owner === user.name ? 0o200 : isIn(user, directory.group) ? 0o020 : 0o002
  if ((mode & bit) !== 0) return true
  // an access list may say otherwise
  return !on.planned(directory.path) && (await on.as(user.name).ask(questions.mayWrite(directory.path))).code === 0
}

const isIn = ({ group, groups }: User, name: string): boolean => group === name || groups.includes(name)
