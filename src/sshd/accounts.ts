import { takesPattern } from '../formats/sshd-pattern.ts'

/** The accounts and groups of a machine, as far as they are known. */
export interface Accounts {
  readonly users: ReadonlyMap<string, { readonly uid: string; readonly gid: string }>
  readonly groups: readonly { readonly name: string; readonly gid: string; readonly members: readonly string[] }[]
}

/** Reads what `/etc/passwd` and lines of the group database say. */
export const readAccounts = (passwd: string, groups: string): Accounts => ({
  users: new Map(entries(passwd).map(([name = '', , uid = '', gid = '']) => [name, { uid, gid }] as const)),
  groups: entries(groups).map(([name = '', , gid = '', members = '']) => ({
    name,
    gid,
    members: members.split(',').filter((member) => member !== ''),
  })),
})

const entries = (text: string): readonly (readonly string[])[] =>
  text
    .split('\n')
    .filter((line) => /^[^#+:-][^:]*:/.test(line))
    .map((line) => line.trimEnd().split(':'))

/** The groups of a user; null where the account is none of the machine's own. */
export const groupsOf = ({ users, groups }: Accounts, user: string): readonly string[] | null => {
  const account = users.get(user)
  if (account === undefined) return null
  return groups.filter(({ gid, members }) => gid === account.gid || members.includes(user)).map(({ name }) => name)
}

/** Somebody in a group that a pattern takes; null where nobody is known. */
export const memberOf = ({ users, groups }: Accounts, pattern: string): string | null => {
  for (const group of groups.filter(({ name }) => takesPattern(pattern, name))) {
    const [first] = [...group.members, ...[...users].filter(([, { gid }]) => gid === group.gid).map(([name]) => name)]
    if (first !== undefined) return first
  }
  return null
}

/** Says whether an account has root's powers. */
export const isRootAccount = ({ users }: Accounts, user: string): boolean =>
  user === 'root' || users.get(user)?.uid === '0'
