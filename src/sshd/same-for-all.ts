import { ahead } from '../contract/ahead.ts'
import type { Look } from '../contract/look.ts'
import { SSHD_CONFIG } from './ask.ts'
import { sshdTree } from './file-tree.ts'
import { DROP_INS, isForAll, isTextForAll } from './for-all.ts'
import { vouchForNeutral } from './vouch.ts'

/** Says whether what sshd reads surely says the same to every connection: a Match of the main file is seen in one flight. */
export const isSameForAll = async (on: Look): Promise<boolean> => {
  void ahead(on.list(DROP_INS, { texts: '.conf' }))
  const main = (await on.file(SSHD_CONFIG))?.text
  if (typeof main === 'string' && !isTextForAll(main)) return false
  const tree = await sshdTree(on, 'new')
  if (tree !== null) vouchForNeutral(on, tree)
  return tree !== null && isForAll(tree)
}
