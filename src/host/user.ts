import { textOf } from '../contract/bytes.ts'
import { HostError } from '../contract/errors.ts'
import type { User } from '../contract/look.ts'
import type { RawAnswer } from './frame.ts'

/** Reads the report of `k_user`; null where there is no account of that very name. */
export const parseUser = (name: string, answer: RawAnswer): User | null => {
  if (answer.code === 1) return null
  const [passwd = '', primary = '', ...groups] = textOf(answer.stdout).split('\n')
  const fields = passwd.split(':')
  const [entry, , uid, gid, , home, shell] = fields
  if (entry !== name) return null
  if (uid === undefined || gid === undefined || home === undefined)
    throw new HostError(`the account ${name} cannot be read: "${passwd}"`)
  return {
    name,
    uid: Number(uid),
    group: primary.split(':')[0] || gid,
    home: home === '' ? '/' : home,
    shell: shell === undefined || shell === '' ? '/bin/sh' : shell,
    groups: groups.filter((line) => line !== '').map((line) => line.split(':')[0] ?? ''),
  }
}
