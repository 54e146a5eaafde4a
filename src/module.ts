// Everything a module file may import, and nothing else.
export type { ClientCard } from './card/card-client.ts'
export {
  authorityPaths,
  cardComplaints,
  cardWish,
  clientEnrolment,
  enrolledKey,
  isCardMeant,
} from './card/card-params.ts'
export { type AuthorityRecord, lookAtAuthorities, planAuthorities } from './card/enroll-authorities.ts'
export { type ClientRecord, lookAtClient, planClient } from './card/enroll-client.ts'
export { type KeyRecord, lookAtEnrolment, planEnrolment } from './card/enroll-key.ts'
export { lookAtCard } from './card/look-card.ts'
export { checkPinMayBeTried, tryPin } from './card/try-pin.ts'
export { bytesOf, textOf } from './contract/bytes.ts'
export type { Source } from './contract/control.ts'
export { HostError } from './contract/errors.ts'
export { LATER, type Later } from './contract/later.ts'
export type { Answer, Connection, Found, LoginAnswer, LoginRequest, Look, Touch, User } from './contract/look.ts'
export { type AboutTask, type Complaint, defineModule, type Facts, type Module } from './contract/module.ts'
export { type Command, type Question, questions } from './contract/questions.ts'
export { field, optional, param, params, record, type Static } from './contract/schema.ts'
export { Secret } from './contract/secret.ts'
export { missing, refuse, skip, wait } from './contract/signals.ts'
export type { DirectoryState, FileState, LinkState, PathState, State } from './contract/state.ts'
export { didYouMean } from './contract/suggest.ts'
export { blobsIn, deadKeys, editKeys, entrance, type KeyFile, remarks, whyKeyDead } from './formats/authorized-edit.ts'
export { readRequest, type WantedKey } from './formats/authorized-wanted.ts'
export { shortDigest } from './formats/digest.ts'
export { editedText, type LineProblem, type LineRules, lineProblems } from './formats/line-rules.ts'
export { nameAndVersion, type PackageManager, packageManagers } from './formats/packages.ts'
export { fingerprintOf, generatorName, type PublicKey, readPublicLine } from './formats/public-key.ts'
export { currentName, parseLocal, parseStored, policyType } from './formats/selinux-booleans.ts'
export { shellWords } from './formats/shell-words.ts'
export { splitWords } from './formats/ssh-config.ts'
export { withoutSshSetting, withSshSetting } from './formats/ssh-config-edit.ts'
export type { SshConfigTree } from './formats/ssh-config-order.ts'
export { sshConfigArguments, valueProblem } from './formats/ssh-config-value.ts'
export { overridesOf, type SshConfigWish, standingValues, valuesToTake } from './formats/ssh-config-wish.ts'
export { commentOf, lookAtPair } from './keypair/look-pair.ts'
export { commentKey, makePair } from './keypair/make-pair.ts'
export {
  checkLinks,
  isClosed,
  keptPairFiles,
  newPairFiles,
  ownerOf,
  type PairWish,
  publicLineOf,
  whyReplaced,
} from './keypair/plan-pair.ts'
export { bitsOf, fipsProblem, hasSizes, sizeProblem } from './keypair/sizes.ts'
export { entryOf, knownText } from './paths/entry.ts'
export { globPaths } from './paths/glob.ts'
export { ownWriter } from './paths/own-writer.ts'
export { ownerSpelling } from './paths/owners.ts'
export { type NewPath, newPath } from './paths/parents.ts'
export { limited, lookAtPermissions } from './paths/permissions.ts'
export { fileSource } from './paths/source.ts'
export { refuseForeignLinks } from './paths/trusted.ts'
export { validated, validateProblem } from './paths/validated.ts'
export { askAheadOfText, askClient } from './sshd/client-ask.ts'
export { clientTree, readClientFiles } from './sshd/client-files.ts'
export { ownFiles } from './sshd/client-own.ts'
export type { KeyFileSight } from './sshd/key-files.ts'
export { withKeyTexts } from './sshd/key-owners.ts'
export { checkKeysTaken, lookForKeys } from './sshd/look-keys.ts'
export { lookAtMethods } from './sshd/look-methods.ts'
export { lookAtSetting } from './sshd/look-setting.ts'
export { METHODS as loginMethods } from './sshd/methods.ts'
export { wrongParams } from './sshd/setting-params.ts'
export { settled } from './sshd/settle.ts'
export { controlSystemd, controlUnit, type Verb } from './units/control.ts'
export {
  hasOldFiles,
  isEnabled,
  isMasked,
  loadProblem,
  ownName,
  setEnabled,
} from './units/enabled.ts'
export { findUnit, globProblem, type Unit } from './units/find.ts'
export { globIn, isSshd } from './units/names.ts'
export { clockOf, newerOf, suspectsOf } from './units/newer.ts'
export { reloadUnit } from './units/reload.ts'
export { sshdRefusal, type Watched, watchedBySshd, watchedPaths } from './units/watched.ts'
