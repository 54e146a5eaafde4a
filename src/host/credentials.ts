import type { AnyAuthMethod, AuthHandlerMiddleware } from 'ssh2'
import type { Secret } from '../contract/secret.ts'
import { fingerprintOf } from '../formats/public-key.ts'
import type { Showing } from './eager.ts'
import type { Credential } from './keyring.ts'

/** What to try at a login, in order: keys, and then a password. */
export interface Attempts {
  readonly keys: readonly Credential[]
  readonly password: Secret | undefined
  /** learn the offered methods first, by the method `none` */
  readonly none?: true
}

/** How a login went. */
export interface Tried {
  readonly handler: AuthHandlerMiddleware
  /** what is tried now, and what is known of it */
  showing(): Showing
  /** the first thing tried is an RSA key */
  readonly startsWithRsa: boolean
  /** methods that the server named */
  offered(): readonly string[]
  /** what was tried last: what logged in, where something did */
  last(): Credential | 'password' | null
  /** what was tried and not taken, as messages call it */
  shown(): readonly string[]
  /** what the server took, and wanted more after */
  accepted(): readonly string[]
}

/** What messages call a password. */
export const PASSWORD = 'the password'

/**
 * Tries one credential after the other, never one that the server did not offer.
 *
 * @param taken the keys that hosts of this run took
 */
export const tryAll = (user: string, attempts: Attempts, taken: ReadonlySet<Credential> = new Set()): Tried => {
  const keys = [...attempts.keys]
  const shown: string[] = []
  const accepted: string[] = []
  let password = attempts.password
  // a server says what it offers when something was refused: without keys, `none` is
  let noneLeft = attempts.none ?? attempts.keys.length === 0
  let offered: readonly string[] | null = null
  let last: Credential | 'password' | null = null

  const isOffered = (method: string): boolean => offered === null || offered.includes(method)

  const next = (): AnyAuthMethod | null => {
    if (noneLeft) {
      noneLeft = false
      return { type: 'none', username: user }
    }
    const key = isOffered('publickey') ? keys.shift() : undefined
    if (key !== undefined) {
      last = key
      shown.push(`the key ${key.shown} (${fingerprintOf(key.publicKey.split(' ')[1] ?? '')})`)
      return keyMethod(user, key)
    }
    const method = password === undefined ? null : passwordMethod(user, password, isOffered)
    password = undefined
    if (method === null) return null
    last = 'password'
    shown.push(PASSWORD)
    return method
  }

  return {
    handler: (methodsLeft: readonly string[] | null, partial, proceed) => {
      // null before the server has named any
      if (methodsLeft !== null) offered = methodsLeft
      if (partial) accepted.push(...shown.splice(-1))
      // ssh2 takes false as the end, which its types do not know
      proceed(next() ?? (false as unknown as AnyAuthMethod))
    },
    showing: () => {
      const key = last === 'password' ? null : last
      return {
        key,
        isLast: keys.length === 0,
        isOnly: attempts.keys.length === 1 && attempts.password === undefined,
        isTaken: key !== null && taken.has(key),
      }
    },
    startsWithRsa: !noneLeft && attempts.keys[0]?.publicKey.startsWith('ssh-rsa ') === true,
    offered: () => offered ?? [],
    last: () => last,
    shown: () => shown,
    accepted: () => accepted,
  }
}

const keyMethod = (user: string, { key, agentKey }: Credential): AnyAuthMethod | null => {
  if (key !== null) return { type: 'publickey', username: user, key }
  return agentKey === null ? null : { type: 'agent', username: user, agent: agentKey.agent }
}

const passwordMethod = (user: string, secret: Secret, isOffered: (method: string) => boolean): AnyAuthMethod | null => {
  const password = secret.reveal()
  if (isOffered('password')) return { type: 'password', username: user, password }
  if (!isOffered('keyboard-interactive')) return null
  return {
    type: 'keyboard-interactive',
    username: user,
    prompt: (_name, _instructions, _language, prompts, finish) => finish(prompts.map(() => password)),
  }
}
