import { HostError } from '../contract/errors.ts'

/** A login that a server refused: who tried, with what, and what the server takes. */
export interface RefusedLogin {
  readonly user: string
  /** `address:port` */
  readonly where: string
  /** methods that the server named */
  readonly offered: readonly string[]
  /** keys that were refused, as messages call them */
  readonly refused: readonly string[]
  /** keys that it took, and wanted more after */
  readonly accepted: readonly string[]
  readonly keys: 'none' | 'given'
  readonly password: 'none' | 'given' | 'refused'
}

/** Says in whole words why there is no login, and what the user may do about it. */
export const refusalOf = (login: RefusedLogin): HostError =>
  new HostError(`${login.user}@${login.where}${messageOf(login)}`, { unreachable: true, hint: hintOf(login) })

const takesPassword = ({ offered }: RefusedLogin): boolean =>
  offered.includes('password') || offered.includes('keyboard-interactive')

const messageOf = (login: RefusedLogin): string => {
  const { accepted, refused, keys, password } = login
  const offered = login.offered.join(', ') || 'nothing'
  const tried = [...refused, ...(password === 'refused' ? ['the password'] : [])]
  const untaken = password === 'given' && !takesPassword(login) ? ['takes no password'] : []
  if (accepted.length > 0) {
    const more = tried.length > 0 ? `refuses ${tried.join(', ')}` : 'wants more than that'
    return ` accepts ${accepted.join(', ')}, and ${more}; it offers ${offered}`
  }
  if (tried.length > 0) return ` ${[`refuses ${tried.join(', ')}`, ...untaken].join(', and ')}; it offers ${offered}`
  if (untaken.length > 0) return ` takes no password; it offers ${offered}`
  if (keys === 'given') return ` takes no key; it offers ${offered}`
  return `: there is nothing to log in with; the server offers ${offered}`
}

const NAME_A_KEY = 'name a key (--private-key, ansible_ssh_private_key_file)'

const hintOf = (login: RefusedLogin): string => {
  const { user, accepted, refused, keys, password } = login
  const ask = takesPassword(login) && password === 'none'
  if (accepted.length > 0 && ask) return 'add -k (--ask-pass), which asks for a password'
  if (refused.length > 0) {
    const letIn = `let ${user} in with ${refused.length > 1 ? 'one of these keys' : 'this key'} (authorized_keys)`
    if (password === 'refused') return `check the password of ${user} on that host, or ${letIn}`
    return ask ? `${letIn}, or log in with a password the first time: -k` : letIn
  }
  if (password === 'refused')
    return `check the password of ${user} on that host${accepted.length > 0 ? '' : `, or ${NAME_A_KEY}`}`
  if (password === 'given')
    return `leave the password out (-k, ansible_password) and ${NAME_A_KEY}, or add one to the agent`
  if (keys === 'given' && ask) return 'use -k for a password'
  return ask
    ? `${NAME_A_KEY}, add one to the agent, or use -k for a password`
    : `${NAME_A_KEY}, or add one to the agent`
}
