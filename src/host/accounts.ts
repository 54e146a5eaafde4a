import type { User } from '../contract/look.ts'

/** An account, with what `setpriv` wants to know of it. */
export interface Account {
  readonly user: User
  readonly gid: number
}

/** Where a machine keeps its own accounts. */
export const ACCOUNT_FILES = { passwd: '/etc/passwd', group: '/etc/group' } as const

/** Says whether a file has a say in what accounts there are. */
export const isAccountFile = (path: string): boolean => /^\/etc\/(?:passwd|group|shadow|nsswitch\.conf)$/.test(path)

/** Says whether an account can have such a name, which no tool takes for a flag and no list of fields for two. */
export const isUserName = (name: string): boolean => name !== '' && !/^-|[:/\n\0]/.test(name)

/** The account of a name as the machine's own files tell it; null where they do not know it. */
export const accountInFiles = (name: string, passwd: string, group: string): Account | null => {
  const fields = linesOf(passwd).find(([entry]) => entry === name)
  if (fields === undefined) return null
  const gid = fields[3]
  const all = linesOf(group)
  const primary = all.find((one) => one[2] === gid)?.[0] ?? ''
  const others = all.filter((one) => one[2] !== gid && one[3]?.split(',').includes(name)).map((one) => one[0] ?? '')
  return accountOf(fields, { primary, groups: [primary || (gid ?? ''), ...others] })
}

/** An account from its entry's fields; null where they are none. */
export const accountOf = (
  fields: readonly string[],
  about: { readonly primary: string; readonly groups: readonly string[] },
): Account | null => {
  const [name, , uid, gid, , home, shell] = fields
  if (name === undefined || !isNumber(uid) || !isNumber(gid) || home === undefined) return null
  const user: User = {
    name,
    uid: Number(uid),
    group: about.primary || gid,
    home: home === '' ? '/' : home,
    shell: shell === undefined || shell === '' ? '/bin/sh' : shell,
    groups: [...new Set(about.groups)],
  }
  return { user, gid: Number(gid) }
}

const linesOf = (text: string): readonly (readonly string[])[] =>
  text.split('\n').flatMap((line) => (line === '' || /^[+#-]/.test(line) ? [] : [line.split(':')]))

const isNumber = (text: string | undefined): text is string => text !== undefined && /^\d+$/.test(text)
