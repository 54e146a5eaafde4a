import type { Answer, Look } from '../contract/look.ts'
import { questions } from '../contract/questions.ts'
import { missing, refuse } from '../contract/signals.ts'
import { readSlots, readTokenKeys, readTokenObjects, type TokenKey, type TokenSlot, withIds } from '../formats/token.ts'
import { chooseKey, type TokenWish } from '../formats/token-choice.ts'

/** Which key of which card is meant. */
export interface CardWish extends TokenWish {
  /** the PKCS#11 library, or `auto`: OpenSC's, wherever this system has it */
  readonly provider: string
  /** the label of the token, where the provider may show several */
  readonly token?: string | undefined
  /** the state of the PIN is asked for too */
  readonly withPinState: boolean
}

/** The key of a card, and what is known of the PIN without sending one. */
export interface CardKey extends TokenKey {
  readonly provider: string
  /** null: not asked */
  readonly pin: 'ok' | 'last try' | 'locked' | null
  /** how many tokens of the provider want a PIN; null: not asked */
  readonly tokens: number | null
}

/** Reads the public keys off the card of a machine and chooses the one that is meant; no PIN is sent. */
export const lookAtCard = async (on: Look, wish: CardWish): Promise<CardKey> => {
  const provider = await providerPath(on, wish.provider)
  const [answer, library] = await Promise.all([
    on.ask(questions.tokenKeys(provider)),
    on.file(provider, { text: false }),
  ])
  if (library === null) missing({ kind: 'file', name: provider, message: `there is no PKCS#11 provider ${provider}` })
  if (answer.code === 127) missing({ kind: 'tool', name: 'ssh-keygen' })
  const keys = readTokenKeys(answer.stdout)
  if (keys.length === 0) return await whyNoKeys(on, provider, answer)
  const needsObjects = wish.id !== undefined || wish.token !== undefined || keys.length > 1
  const [slots, objects] = await Promise.all([
    wish.withPinState || wish.token !== undefined ? on.ask(questions.tokenSlots(provider)) : null,
    needsObjects ? on.ask(questions.tokenObjects(provider, wish.token)) : null,
  ])
  if (wish.withPinState && slots?.code === 127) missing({ kind: 'tool', name: 'pkcs11-tool', message: NO_TOOL })
  const tokens = readSlots(slots?.stdout ?? '').filter(({ holds }) => holds === 'token')
  const known = withIds(keys, readTokenObjects(objects?.stdout ?? ''))
  const chosen = chooseKey(onToken(known, wish, tokens, objects), wish)
  if ('problem' in chosen) return refuse(`${provider}: ${chosen.problem}`)
  return { ...chosen.key, provider, ...pinState(wish, tokens) }
}

const NO_TOOL =
  'pkcs11-tool (of the package opensc) is not there: without it nobody knows how many tries a PIN has left'

const FOLDERS = [
  ...['/usr/lib64/pkcs11', '/usr/lib64', '/usr/lib/pkcs11', '/usr/lib', '/usr/local/lib/pkcs11', '/usr/local/lib'],
  ...['x86_64', 'aarch64', 'arm', 'i386', 'ppc64le', 'riscv64', 's390x'].map(
    (machine) => `/usr/lib/${machine}-linux-gnu${machine === 'arm' ? 'eabihf' : ''}`,
  ),
]

const providerPath = async (on: Look, provider: string): Promise<string> => {
  if (provider !== 'auto') return provider
  const paths = FOLDERS.map((folder) => `${folder}/opensc-pkcs11.so`)
  const found = await Promise.all(paths.map((path) => on.file(path, { text: false })))
  const at = found.findIndex((one) => one !== null)
  return (
    paths[at] ??
    missing({
      kind: 'file',
      name: 'opensc-pkcs11.so',
      message: 'there is no PKCS#11 provider: opensc-pkcs11.so (of the package opensc) is in none of its usual places',
    })
  )
}

/** Says which of reader, card, token and key is not there. */
const whyNoKeys = async (on: Look, provider: string, { stderr }: Answer): Promise<never> => {
  if (/is not a PKCS11 library/.test(stderr)) refuse(`${provider} is not a PKCS#11 provider: ${firstLine(stderr)}`)
  const answer = await on.ask(questions.tokenSlots(provider))
  const said = `ssh-keygen -D ${provider}: ${linesOf(stderr).join('; ')}`
  if (answer.code === 127)
    refuse(`there is no key, no token or no card (${said}; pkcs11-tool of opensc would tell which)`)
  const slots = readSlots(answer.stdout)
  if (slots.length === 0) {
    missing({
      kind: 'tool',
      name: 'card reader',
      message: `no card reader is found by ${provider}, and so no card: is the reader plugged in, and pcscd.socket started?`,
    })
  }
  const holds = (what: TokenSlot['holds']): boolean => slots.some((slot) => slot.holds === what)
  if (holds('token')) {
    return refuse(
      `there is no key to see on the card (${said}): one without a certificate may show itself only after a login`,
    )
  }
  if (holds('unknown')) refuse(`no token: ${provider} does not know the card in the reader`)
  if (holds('uninitialized')) refuse(`no token: no slot of ${provider} holds one that is initialized`)
  return refuse(`no card is in the reader (no token in ${slots.map(({ name }) => name).join(', ')})`)
}

// ssh-keygen ends lines as a terminal in raw mode wants it
const linesOf = (text: string): readonly string[] => text.trim().split(/\r*\n/)

const firstLine = (text: string): string => linesOf(text)[0] ?? ''

/** Only the keys of the token that is meant; `ssh-keygen -D` shows those of all. */
const onToken = (
  keys: readonly TokenKey[],
  { token }: CardWish,
  tokens: readonly TokenSlot[],
  objects: Answer | null,
): readonly TokenKey[] => {
  if (token === undefined) return keys
  if (tokens.length > 0 && !tokens.some(({ label }) => label === token)) {
    refuse(`no token is called "${token}"; there is ${tokens.map(({ label }) => `"${label}"`).join(', ')}`)
  }
  return tokens.length > 1 && objects?.code === 0 ? keys.filter(({ id }) => id !== null) : keys
}

const pinState = ({ withPinState, token }: CardWish, tokens: readonly TokenSlot[]): Pick<CardKey, 'pin' | 'tokens'> => {
  if (!withPinState) return { pin: null, tokens: null }
  const meant = tokens.filter(({ label }) => token === undefined || label === token)
  const has = (flag: string): boolean => meant.some(({ flags }) => flags.includes(flag))
  const pin = has('user PIN locked') ? 'locked' : has('final user PIN try') ? 'last try' : 'ok'
  return { pin, tokens: tokens.filter(({ flags }) => flags.includes('login required')).length }
}
