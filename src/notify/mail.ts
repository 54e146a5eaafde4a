import type { Channel } from '../schedule/shape.ts'
import { DeliveryError } from './delivery-error.ts'
import { type Around, readGiven } from './given.ts'
import type { Payload } from './shape.ts'

type Mail = Extract<Channel, { kind: 'mail' }>

/** Sends a message as plain text; a password travels by TLS only, but to this machine. Throws DeliveryError. */
export const sendMail = async (
  channel: Mail,
  payload: Payload,
  around: Around & { readonly timeoutMs: number },
): Promise<void> => {
  const { from, to, server, user, password } = channel
  if ([from, ...to].some((address) => /[\r\n\0]/.test(address)))
    throw new DeliveryError('an address holds a line end', 'later')
  const { hostname, port, isSecure } = serverOf(server)
  const auth = user === null ? null : { user, pass: password === null ? '' : await readGiven(password, around) }
  const { createTransport } = await import('nodemailer')
  const { timeoutMs } = around
  const transport = createTransport({
    host: hostname,
    port,
    secure: isSecure,
    ...(auth === null ? {} : { auth, requireTLS: !isSecure && !isHere(hostname) }),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  const timer = setTimeout(() => transport.close(), timeoutMs)
  try {
    const sent = transport.sendMail({
      from,
      to: [...to],
      subject: payload.text,
      text: bodyOf(payload),
      messageId: `<${payload.id}@keyward>`,
      headers: { 'Auto-Submitted': 'auto-generated' },
    })
    await Promise.race([sent, late(timeoutMs)])
  } catch (error) {
    throw error instanceof DeliveryError ? error : troubleOf(error, hostname)
  } finally {
    clearTimeout(timer)
    transport.close()
  }
}

const serverOf = (text: string): { readonly hostname: string; readonly port: number; readonly isSecure: boolean } => {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || !/^smtps?:$/.test(url.protocol) || url.hostname === '')
    throw new DeliveryError('its server is no smtp or smtps URL', 'later')
  const isSecure = url.protocol === 'smtps:'
  const port = url.port === '' ? (isSecure ? 465 : 25) : Number(url.port)
  return { hostname: url.hostname.replace(/^\[(.*)\]$/, '$1'), port, isSecure }
}

const isHere = (hostname: string): boolean => /^(localhost|127(\.\d+){3}|::1)$/.test(hostname)

const late = (timeoutMs: number): Promise<never> =>
  new Promise((_, reject) => {
    setTimeout(() => reject(new DeliveryError('the mail was not taken in time', 'soon')), timeoutMs).unref()
  })

/** The code alone: what the server says may hold what it was told. */
const troubleOf = (error: unknown, hostname: string): DeliveryError => {
  const { code, responseCode, command } = error as { code?: string; responseCode?: number; command?: string }
  const isSignIn = code === 'EAUTH'
  const step = /^[A-Z]+/.exec(command ?? '')?.[0]
  const words = [
    isSignIn ? 'the sign-in was refused' : undefined,
    responseCode === undefined
      ? isSignIn
        ? undefined
        : `no connection (${code ?? 'unknown error'})`
      : `answered ${responseCode}`,
    step === undefined || step === 'CONN' ? undefined : `at ${step}`,
  ].filter((word) => word !== undefined)
  const isFinal = !isSignIn && responseCode !== undefined && responseCode >= 500
  return new DeliveryError(`${hostname}: ${words.join(' ')}`, isSignIn ? 'later' : isFinal ? 'never' : 'soon')
}

const bodyOf = ({ schedule, slot, run, head, summary, left_out, id }: Payload): string =>
  [
    ...summary,
    ...(left_out === 0 ? [] : ['', `${left_out} more in the history`]),
    '',
    `schedule: ${schedule}`,
    `slot: ${slot}`,
    ...(run === null ? [] : [`run: ${run}`]),
    ...(head === null ? [] : [`head: ${head}`]),
    `message: ${id}`,
    '',
  ].join('\n')
