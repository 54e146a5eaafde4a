import type { Client, ParsedKey } from 'ssh2'
import { type EarlySession, earlySessions } from './early.ts'
import { type Handler, type Protocol, protocolOf } from './inside.ts'
import type { Credential } from './keyring.ts'
import { signatureOf } from './signature.ts'

/** What a login is showing, and what is known of it. */
export interface Showing {
  /** null where it is no key */
  readonly key: Credential | null
  /** no other key comes behind it */
  readonly isLast: boolean
  /** nothing else is shown at all */
  readonly isOnly: boolean
  /** another host of this run took it */
  readonly isTaken: boolean
}

/** What a login may do before it is asked to. */
export interface Hurry {
  showing(): Showing
  /** the first thing shown is an RSA key, which waits for the server to say by which algorithms it may sign */
  readonly startsWithRsa: boolean
  /** a command whose session is asked for with the login; null for none */
  readonly command: string | null
}

/**
 * Spares a login the round trips that the protocol does not need and ssh2 takes all the same: what is tried first leaves
 * with the request for its service, and a key signs at once instead of asking whether it would do (RFC 4252, section 7,
 * allows it). Whatever is refused is refused as often as on the plain way, and what is tried next waits for that answer:
 * a server counts failures. With a command, the first session is asked for in the flight of what will log in.
 */
export const hurryLogin = (client: Client, hurry: Hurry): (() => EarlySession | null) => {
  const protocol = protocolOf(client)
  if (protocol === null) return () => null
  const early = earlySessions(client, protocol, hurry.command)
  requestAhead(protocol, hurry.startsWithRsa)
  showAtOnce(protocol, hurry, early.ask)
  return early.session
}

/** Tries the first thing without waiting until its service is granted. */
const requestAhead = (protocol: Protocol, startsWithRsa: boolean): void => {
  const accepted = protocol._handlers.SERVICE_ACCEPT as Handler
  const told = protocol._handlers.EXT_INFO
  const service = protocol.service.bind(protocol)
  let isAhead = false
  let areAlgorithmsKnown = !startsWithRsa
  protocol._handlers.EXT_INFO = (...said) => {
    areAlgorithmsKnown = true
    told?.(...said)
  }
  protocol._handlers.SERVICE_ACCEPT = (...said) => {
    if (isAhead) isAhead = false
    else accepted(...said)
  }
  protocol.service = (name) => {
    // behind all that came in the packet which ended the key exchange: it tells of algorithms too
    if (name === 'ssh-userauth')
      process.nextTick(() => {
        if (!areAlgorithmsKnown) return
        isAhead = true
        accepted(protocol, name)
      })
    service(name)
  }
}

const showAtOnce = (protocol: Protocol, { showing }: Hurry, ask: () => void): void => {
  const authenticate = protocol.authPK.bind(protocol)
  protocol.authPK = (user, shown, algorithm, sign) => {
    // the server has said that this key will do
    if (sign !== undefined)
      return authenticate(user, shown, algorithm, (data, done) =>
        sign(data, (signature) => {
          done(signature)
          ask()
        }),
      )
    const now = showing()
    const signer = signerOf(now, shown, algorithm)
    if (signer === null) return authenticate(user, shown, algorithm)
    authenticate(user, shown, algorithm, (data, done) =>
      signer(data, (signature) => {
        // whoever cannot sign is asked as before, which ends with the error
        if (signature instanceof Error) return authenticate(user, shown, algorithm)
        done(signature)
        if (now.isLast || now.isTaken) ask()
      }),
    )
  }
  const give = protocol.authPassword.bind(protocol)
  protocol.authPassword = (...given) => {
    give(...given)
    ask()
  }
  const answer = protocol.authInfoRes.bind(protocol)
  protocol.authInfoRes = (answers) => {
    answer(answers)
    // PAM asks for nothing when it has had all
    if (answers === undefined) ask()
  }
}

type Signer = (data: Buffer, done: (signature: Buffer | Error) => void) => void

/** What signs before the server has said that the key will do; an agent, which may ask its user, only where that is sure. */
const signerOf = (
  { key, isOnly, isTaken }: Showing,
  shown: ParsedKey,
  algorithm: string | undefined,
): Signer | null => {
  const hash = algorithm === undefined ? undefined : HASHES[algorithm]
  if (key === null || (algorithm !== undefined && hash === undefined)) return null
  const own = key.key
  if (own !== null) return (data, done) => done(signatureOf(own, data, hash))
  const agent = key.agentKey?.agent
  if (agent === undefined || !(isOnly || isTaken)) return null
  return (data, done) =>
    agent.sign(shown, data, hash === undefined ? {} : { hash }, (error, signature) =>
      done(error ?? signature ?? new Error('no signature')),
    )
}

/** The algorithms that RSA keys sign by: only theirs are named apart from the key. */
const HASHES: Readonly<Record<string, 'sha1' | 'sha256' | 'sha512'>> = {
  'rsa-sha2-256': 'sha256',
  'rsa-sha2-512': 'sha512',
  'ssh-rsa': 'sha1',
}
