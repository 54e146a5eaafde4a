import { textOf } from '../contract/bytes.ts'
import { HostError } from '../contract/errors.ts'
import { type Account, accountOf } from './accounts.ts'
import type { RawAnswer } from './frame.ts'

/** Reads the report of `k_user`; null where there is no account of that very name. */
export const parseUser = (name: string, answer: RawAnswer): Account | null => {
  if (answer.code === 1) return null
  const [passwd = '', primary = '', ...groups] = textOf(answer.stdout).split('\n')
  const fields = passwd.split(':')
  if (fields[0] !== name) return null
  const account = accountOf(fields, {
    primary: primary.split(':')[0] ?? '',
    groups: groups.filter((line) => line !== '').map((line) => line.split(':')[0] ?? ''),
  })
  if (account === null) throw new HostError(`the account ${name} cannot be read: "${passwd}"`)
  return account
}
