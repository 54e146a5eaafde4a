// Whom sshd's answer is about: where nothing that it reads has a Match, it is the same for every connection.

import type { Look } from '../contract/look.ts'
import type { SshdTree } from '../formats/sshd-tree.ts'
import { ahead } from './ahead.ts'
import { SSHD_CONFIG } from './ask.ts'
import { sshdTree } from './file-tree.ts'

/** The directory that the main file mostly includes. */
export const DROP_INS = `${SSHD_CONFIG}.d`

// Rather once too often than once too rarely: sshd skips blanks, an = and quotes before a keyword, and how the paths of an
// Include are split is a matter of its release where they are not plain.
const MAY_DIFFER = /^[\s"'=]*(?:match(?![a-z0-9])|include[^\n]*["'#\\=])|^\s*["'=]/im

/** Says whether a text surely says the same to every connection, by itself. */
export const isTextForAll = (text: string): boolean => !MAY_DIFFER.test(text)

/** Says whether all that sshd reads surely says the same to every connection, whatever the release. */
export const isForAll = ({ files }: SshdTree): boolean => Object.values(files).every(isTextForAll)

/** Says whether what sshd reads surely says the same to every connection: a Match of the main file is seen in one flight. */
export const isSameForAll = async (on: Look): Promise<boolean> => {
  void ahead(on.list(DROP_INS, { texts: '.conf' }))
  const main = (await on.file(SSHD_CONFIG))?.text
  if (typeof main === 'string' && !isTextForAll(main)) return false
  const tree = await sshdTree(on, 'new')
  return tree !== null && isForAll(tree)
}
