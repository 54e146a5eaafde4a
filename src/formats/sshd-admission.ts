// Whom sshd admits before it looks at any key, as its own code judges it: `sshd -T` prints the lists and does not.

import { takesPattern } from './sshd-pattern.ts'

/** What `sshd -T` said: values by keyword in lower case, a line each. */
export type Said = ReadonlyMap<string, readonly string[]>

/** An account, as far as sshd asks about it. */
export interface Applicant {
  readonly name: string
  readonly uid: number
  readonly group: string
  readonly groups: readonly string[]
}

/** Why sshd's settings let an account in by no key, each reason in the words of the setting; none where they may. */
export const whyKeptOut = (said: Said, applicant: Applicant): readonly string[] =>
  JUDGES.map((judge) => judge(said, applicant)).filter((why) => why !== null)

/** What a key needs besides to let an account in, in the words of the setting; none where it is enough. */
export const whatElseIsAsked = (said: Said, { uid }: Applicant): readonly string[] =>
  [
    keyMethods(said) === 'not enough'
      ? `something else too (AuthenticationMethods ${methodsOf(said).join(' ')})`
      : null,
    uid === 0 && first(said, 'permitrootlogin') === 'forced-commands-only'
      ? 'command= before it (PermitRootLogin forced-commands-only)'
      : null,
  ].filter((one) => one !== null)

type Judge = (said: Said, applicant: Applicant) => string | null

const all = (said: Said, keyword: string): readonly string[] => (said.get(keyword) ?? []).filter((one) => one !== '')

const first = (said: Said, keyword: string): string | null => all(said, keyword)[0]?.toLowerCase() ?? null

const JUDGES: readonly Judge[] = [
  (said) => (first(said, 'refuseconnection') === 'yes' ? 'RefuseConnection yes' : null),
  (said) => (first(said, 'maxauthtries') === '0' ? 'MaxAuthTries 0' : null),
  (said) => (first(said, 'maxsessions') === '0' ? 'MaxSessions 0' : null),
  (said) => (first(said, 'pubkeyauthentication') === 'no' ? 'PubkeyAuthentication no' : null),
  (said) => (keyMethods(said) === 'never' ? `AuthenticationMethods ${methodsOf(said).join(' ')}` : null),
  (said, { uid }) => (uid === 0 && first(said, 'permitrootlogin') === 'no' ? 'PermitRootLogin no' : null),
  (said, { name }) => {
    const by = all(said, 'denyusers').find((pattern) => namesUser(pattern, name, 'everywhere'))
    return by === undefined ? null : `DenyUsers ${by}`
  },
  (said, { name }) => {
    const allowed = all(said, 'allowusers')
    const isIn = allowed.length === 0 || allowed.some((pattern) => namesUser(pattern, name, 'somewhere'))
    return isIn ? null : `AllowUsers ${few(allowed)}`
  },
  (said, applicant) => {
    const by = all(said, 'denygroups').find((pattern) => namesGroup(pattern, applicant))
    return by === undefined ? null : `DenyGroups ${by}`
  },
  (said, applicant) => {
    const allowed = all(said, 'allowgroups')
    const isIn = allowed.length === 0 || allowed.some((pattern) => namesGroup(pattern, applicant))
    return isIn ? null : `AllowGroups ${few(allowed)}, and ${applicant.name} is in ${few(groupsOf(applicant))}`
  },
]

const methodsOf = (said: Said): readonly string[] => all(said, 'authenticationmethods').flatMap((one) => one.split(' '))

/** Whether a key alone lets somebody in: each list of methods asks for all of its own. */
const keyMethods = (said: Said): 'enough' | 'not enough' | 'never' => {
  const lists = methodsOf(said).map((list) => list.split(',').map((method) => method.split(':')[0]))
  if (lists.length === 0 || lists.some((list) => list.length === 1 && KEY_IS_ENOUGH.has(list[0] ?? ''))) return 'enough'
  return lists.some((list) => list.includes('publickey')) ? 'not enough' : 'never'
}

const KEY_IS_ENOUGH = new Set(['publickey', 'any'])

/** Says whether `user` or `user@host` is about a user, wherever from; `!` negates nothing here. */
const namesUser = (pattern: string, name: string, from: 'everywhere' | 'somewhere'): boolean => {
  const at = pattern.lastIndexOf('@')
  if (at < 0) return takesPattern(pattern, name)
  return takesPattern(pattern.slice(0, at), name) && (from === 'somewhere' || pattern.slice(at + 1) === '*')
}

const groupsOf = ({ group, groups }: Applicant): readonly string[] => [...new Set([group, ...groups])]

const namesGroup = (pattern: string, applicant: Applicant): boolean =>
  groupsOf(applicant).some((group) => takesPattern(pattern, group))

const MOST_NAMES = 6

const few = (names: readonly string[]): string =>
  names.length <= MOST_NAMES
    ? names.join(', ')
    : `${names.slice(0, MOST_NAMES).join(', ')} and ${names.length - MOST_NAMES} more`
