import { type KeyLine, optionsLength, readAuthorizedKeys } from './authorized-keys.ts'
import { whyDead } from './authorized-life.ts'
import { isBadOptions, readOptions, sameOptions } from './authorized-options.ts'
import { isBadKey, type PublicKey, readPublicKey } from './public-key.ts'

/** A key that a user asks for. */
export interface WantedKey {
  readonly key: PublicKey
  /** null: whatever stands there stays */
  readonly options: string | null
  /** null: whatever stands there stays */
  readonly comment: string | null
}

/** What a user asks for, as a module's parameters have it. */
export interface KeyRequest {
  readonly key: string | readonly string[]
  readonly key_options?: string
  readonly comment?: string
  readonly state: 'present' | 'absent'
}

/** A mistake in a request, with the parameter that it is in. */
export interface KeyMistake {
  readonly param: 'key' | 'key_options' | 'comment'
  readonly message: string
  readonly hint?: string
}

/** A request as it was read: the keys, every mistake that can be seen without a host, and what is worth saying. */
export interface ReadRequest {
  readonly keys: readonly WantedKey[]
  readonly mistakes: readonly KeyMistake[]
  readonly notes: readonly string[]
}

/** Reads the keys of a request. */
export const readRequest = (request: KeyRequest): ReadRequest => {
  const texts = typeof request.key === 'string' ? [request.key] : request.key
  const foreign = texts.flatMap(foreignMistake)
  if (foreign.length > 0) return { keys: [], mistakes: foreign, notes: [] }
  const read = texts.flatMap((text) => text.split(/\r?\n/)).flatMap((line) => readKeyText(line, request))
  const keys = merged(read.flatMap((one) => ('key' in one ? [one] : [])))
  const mistakes = [
    ...read.flatMap((one) => ('message' in one ? [one] : [])),
    ...('clash' in keys ? [keys.clash] : []),
    ...optionMistakes(request),
    ...commentMistakes(request),
  ]
  if (mistakes.length === 0 && 'keys' in keys && keys.keys.length === 0)
    return { keys: [], mistakes: [{ param: 'key', message: 'no key is given: its text is empty' }], notes: [] }
  const notes = [...new Set(read.flatMap((one) => ('note' in one && one.note !== null ? [one.note] : [])))]
  return { keys: 'keys' in keys ? keys.keys : [], mistakes, notes }
}

const foreignMistake = (text: string): readonly KeyMistake[] => {
  const one = (message: string, hint: string): readonly KeyMistake[] => [{ param: 'key', message, hint }]
  if (PRIVATE.test(text))
    return one('invalid key specified: this is a private key', 'give the public one, the file that ends in .pub')
  if (/^\s*(https?|file):\/\//i.test(text))
    return one(
      `invalid key specified: ${text.trim().split(/\s/)[0]} is not fetched`,
      `write the key here, or read a file beside the playbook: '{{ file "keys/alice.pub" }}'`,
    )
  if (/^---- BEGIN SSH2 PUBLIC KEY ----|-----BEGIN [A-Z ]*PUBLIC KEY-----/m.test(text))
    return one('invalid key specified: it is in a format that sshd does not read', 'ssh-keygen -i -f FILE converts it')
  return []
}

const PRIVATE = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----|PuTTY-User-Key-File|b3BlbnNzaC1rZXktdjE/

const readKeyText = (text: string, { key_options, comment, state }: KeyRequest): readonly (ReadKey | KeyMistake)[] => {
  const [line] = readAuthorizedKeys(text.replace(/^\ufeff/, ''))
  if (line === undefined) return []
  if (line.kind !== 'key') return line.kind === 'dead' ? [{ param: 'key', ...whyInvalid(text.trim()) }] : []
  const mistake = state === 'absent' ? null : keyMistake(line, key_options)
  if (mistake !== null) return [{ param: 'key', ...mistake }]
  return [
    {
      key: line.key,
      options: state === 'absent' ? null : (key_options?.trim() ?? line.options),
      comment: comment?.trim() ?? (line.comment === '' ? null : line.comment),
      note: state === 'absent' ? null : overruledNote(line, key_options),
    },
  ]
}

interface ReadKey extends WantedKey {
  readonly note: string | null
}

const overruledNote = ({ key, options }: KeyLine, keyOptions: string | undefined): string | null =>
  keyOptions === undefined || options === null || sameOptions(options, keyOptions.trim())
    ? null
    : `key_options takes the place of the options written before the key ${key.fingerprint}: ${options}`

const keyMistake = (line: KeyLine, keyOptions: string | undefined): { message: string; hint?: string } | null => {
  const shown = `invalid key specified: ${shorten(line.key.type, line.key.blob, line.comment)}`
  if (line.key.isCertificate)
    return {
      message: `${shown}: it is a certificate, which sshd never looks for here, so it would let nobody in`,
      hint: 'authorize the key that signed it, with key_options: cert-authority',
    }
  const dead = keyOptions === undefined && line.options !== null ? whyDead(line.options, UNKNOWN) : null
  return dead === null ? null : { message: `${shown}: its options would let nobody in: ${dead}` }
}

const UNKNOWN = { now: null, usesDns: null, services: null }

const whyInvalid = (text: string): { message: string; hint?: string } => {
  const words = text.split(/[ \t]+/)
  const at = words.findIndex((word) => /^(ssh|ecdsa|sk)-|@/.test(word))
  const [type = '', blob = ''] = words.slice(Math.max(at, 0))
  const key = readPublicKey(type, blob)
  // text without a type may be part of a private key: it is not shown
  if (at < 0) return { message: 'invalid key specified: no type of key stands in it, such as ssh-ed25519' }
  const shown = `invalid key specified: ${shorten(...words)}`
  if (isBadKey(key))
    return {
      message: `${shown}: ${blob === '' ? 'no key follows its type: is it broken over two lines?' : key.problem}`,
    }
  return optionsLength(text) === null
    ? { message: `${shown}: a quote stays open` }
    : {
        message: `${shown}: a blank outside quotes ends the options`,
        hint: 'write the options without blanks after commas',
      }
}

/** Enough of a key to know it by, and not enough to be one. */
const shorten = (...words: readonly string[]): string => {
  const text = words.map((word) => (word.length > 24 ? `${word.slice(0, 12)}…${word.slice(-4)}` : word)).join(' ')
  return text.length > 80 ? `${text.slice(0, 79)}…` : text
}

const optionMistakes = ({ key_options: options, state }: KeyRequest): readonly KeyMistake[] => {
  if (options === undefined || state === 'absent') return []
  const text = options.trim()
  if (/[\r\n]/.test(text)) return [{ param: 'key_options', message: 'key_options must be one line' }]
  const dead = whyDead(text, UNKNOWN)
  const read = readOptions(text)
  const hint = isBadOptions(read) ? 'sshd(8), AUTHORIZED_KEYS FILE FORMAT, lists the options' : undefined
  return dead === null
    ? []
    : [{ param: 'key_options', message: `key_options would let nobody in: ${dead}`, ...(hint ? { hint } : {}) }]
}

const commentMistakes = ({ comment }: KeyRequest): readonly KeyMistake[] =>
  comment !== undefined && /[\r\n]/.test(comment) ? [{ param: 'comment', message: 'comment must be one line' }] : []

/** A key that is named twice counts once, with the last comment; options that differ are a contradiction, none too. */
const merged = (keys: readonly ReadKey[]): { readonly keys: readonly WantedKey[] } | { readonly clash: KeyMistake } => {
  const all = new Map<string, WantedKey>()
  for (const one of keys) {
    const before = all.get(one.key.blob)
    if (before !== undefined && !sameOptions(before.options, one.options))
      return {
        clash: {
          param: 'key',
          message: `the key ${shorten(one.key.type, one.key.blob)} is given twice, with options that differ`,
        },
      }
    all.set(one.key.blob, {
      key: one.key,
      options: before?.options ?? one.options,
      comment: one.comment ?? before?.comment ?? null,
    })
  }
  return { keys: [...all.values()] }
}
