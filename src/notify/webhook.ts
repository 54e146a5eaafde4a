import type { Channel } from '../schedule/shape.ts'
import { DeliveryError } from './delivery-error.ts'
import { type Around, readGiven } from './given.ts'
import type { Payload } from './shape.ts'

type Webhook = Extract<Channel, { kind: 'webhook' }>

/** Posts a message as JSON; 2xx is delivered. Redirects are not followed. Throws DeliveryError. */
export const postWebhook = async (
  channel: Webhook,
  payload: Payload,
  around: Around & { readonly timeoutMs: number; readonly now: Date },
): Promise<void> => {
  const url = urlOf(await readGiven(channel.url, around))
  const headers = await headersOf(channel, payload, url, around)
  const { host } = url
  url.username = ''
  url.password = ''
  const response = await fetch(url, {
    method: 'POST',
    headers,
    body: JSON.stringify(payload),
    redirect: 'manual',
    signal: AbortSignal.timeout(around.timeoutMs),
  }).catch((error: unknown) => {
    throw new DeliveryError(`${host}: ${troubleOf(error)}`, 'soon')
  })
  await response.body?.cancel().catch(() => {})
  if (response.ok) return
  const { status } = response
  if (status >= 300 && status < 400)
    throw new DeliveryError(`${host} answered ${status}, and redirects are not followed`, 'never')
  const isPassing = status === 429 || status >= 500
  throw new DeliveryError(`${host} answered ${status}`, isPassing ? 'soon' : 'never', retryAfter(response, around.now))
}

const urlOf = (text: string): URL => {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new DeliveryError('its url is no http or https URL', 'later')
  return url
}

const headersOf = async (
  { headers }: Webhook,
  payload: Payload,
  { username, password }: URL,
  around: Around,
): Promise<Headers> => {
  const all = new Headers({
    'content-type': 'application/json',
    'user-agent': 'keyward',
    'idempotency-key': payload.id,
  })
  // fetch refuses an address with a password in it, in words that hold the password
  if (username !== '' || password !== '') {
    const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
    all.set('authorization', `Basic ${Buffer.from(pair).toString('base64')}`)
  }
  for (const [name, given] of Object.entries(headers)) {
    const value = await readGiven(given, around)
    try {
      all.set(name, value)
    } catch {
      throw new DeliveryError(`the value of its header ${name} cannot be sent`, 'later')
    }
  }
  return all
}

/** The code of a network error; its message may hold more of the address than its host. */
const troubleOf = (error: unknown): string => {
  const { name, cause } = error as { name?: string; cause?: { code?: string } }
  if (name === 'TimeoutError') return 'no answer in time'
  return typeof cause?.code === 'string' ? `no connection (${cause.code})` : 'no connection'
}

const LONGEST_WAIT_MS = 3_600_000

/** Seconds or a date; RFC 9110, 10.2.3. */
const retryAfter = (response: Response, now: Date): number => {
  const text = response.headers.get('retry-after') ?? ''
  const waitMs = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now.getTime()
  return Number.isNaN(waitMs) ? 0 : Math.min(Math.max(waitMs, 0), LONGEST_WAIT_MS)
}
