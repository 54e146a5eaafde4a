// Whom sshd's answer is about: where nothing that it reads has a Match, it is the same for every connection.

import { byText } from '../contract/by-text.ts'
import type { SshdTree } from '../formats/sshd-tree.ts'
import { SSHD_CONFIG } from './ask.ts'

/** The directory that the main file mostly includes. */
export const DROP_INS = `${SSHD_CONFIG}.d`

// Rather once too often than once too rarely: sshd skips blanks, an = and quotes before a keyword, and how the paths of an
// Include are split is a matter of its release where they are not plain.
const MAY_DIFFER = /^[\s"'=]*(?:match(?![a-z0-9])|include[^\n]*["'#\\=])|^\s*["'=]/im

/** Says whether a text surely says the same to every connection, by itself. */
export const isTextForAll = byText((text): boolean => !MAY_DIFFER.test(text))

/** Says whether all that sshd reads surely says the same to every connection, whatever the release. */
export const isForAll = ({ files }: SshdTree): boolean => Object.values(files).every(isTextForAll)
