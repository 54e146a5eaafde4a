import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { Channel } from '../schedule/shape.ts'
import { runCommand } from './command.ts'
import { DeliveryError } from './delivery-error.ts'
import { sendMail } from './mail.ts'
import { channelsWaiting, giveBack, settle, type Turn, take, type Waiting } from './outbox.ts'
import type { Limits, Notified, Parts, Payload } from './shape.ts'
import { postWebhook } from './webhook.ts'

const LIMITS: Limits = { webhookMs: 10_000, commandMs: 30_000, mailMs: 30_000, quickMs: [0, 1_000, 4_000] }
const DAY_MS = 86_400_000
/** The waits after the first, second, … failed round of quick tries; the last one holds on. */
const LATER_MS = [60_000, 300_000, 900_000, 1_800_000, 3_600_000]

/**
 * Delivers what waits, all channels side by side, each channel's messages in order: one that cannot be delivered holds
 * up those behind it, so that nobody is told of the cure before the illness. After a day a message is given up.
 */
export const deliver = async (parts: Parts, file: Notified): Promise<void> => {
  const waiting = channelsWaiting(parts.database, file.file)
  await Promise.all(waiting.map((channel) => deliverTo(parts, file, channel)))
}

const deliverTo = async (parts: Parts, file: Notified, name: string): Promise<void> => {
  const turn: Turn = { file: file.file, channel: name, claim: randomUUID() }
  const channel = file.channels.find((one) => one.name === name)
  let waitMs = 0
  for (;;) {
    const nowMs = parts.clock().getTime()
    const message = waitMs > 0 ? null : take(parts.database, turn, nowMs)
    if (message === null) return giveBack(parts.database, turn, waitMs > 0 ? nowMs + waitMs : 0)
    waitMs = await deliverOne(parts, file, { name, channel }, message)
  }
}

/** Gives for how long the channel is left alone, in milliseconds: 0 where the next message may follow. */
const deliverOne = async (
  parts: Parts,
  file: Notified,
  { name, channel }: { readonly name: string; readonly channel: Channel | undefined },
  message: Waiting,
): Promise<number> => {
  const { tries, error } = await quickTries(parts, file, channel, message.payload)
  const nowMs = parts.clock().getTime()
  const end = (status: 'sent' | 'given up' | 'waiting'): void =>
    settle(parts.database, message.id, { status, tries, error: error?.message ?? null }, nowMs)
  if (error === null) {
    end('sent')
    return 0
  }
  const about = `notification ${message.id} to ${name}`
  const isOld = nowMs - message.madeMs >= DAY_MS
  if (error.again === 'never' || isOld) {
    end('given up')
    parts.tell(`${about} is given up: ${error.message}`)
    // where nobody answered for a day, those behind it need not be tried all at once
    return error.again === 'never' ? 0 : (LATER_MS[0] ?? 0)
  }
  end('waiting')
  parts.tell(`${about} is tried again later: ${error.message}`)
  const rounds = Math.floor(message.attempts / (parts.limits?.quickMs ?? LIMITS.quickMs).length)
  return Math.max(LATER_MS[Math.min(rounds, LATER_MS.length - 1)] ?? 0, error.waitMs)
}

const quickTries = async (
  parts: Parts,
  file: Notified,
  channel: Channel | undefined,
  payload: Payload,
): Promise<{ readonly tries: number; readonly error: DeliveryError | null }> => {
  const waits = parts.limits?.quickMs ?? LIMITS.quickMs
  let error: DeliveryError | null = null
  let tries = 0
  for (const waitMs of waits) {
    if (waitMs > 0) await pause(waitMs)
    tries += 1
    error = await send(parts, file, channel, payload)
    const next = waits[tries] ?? 0
    // what is asked to wait for longer than the next quick try waits for a later tick
    if (error === null || error.again !== 'soon' || error.waitMs > next) break
  }
  // tries that were left out count: the waits grow by rounds
  return { tries: error === null ? tries : waits.length, error }
}

const send = async (
  { environment, clock, limits }: Parts,
  { file }: Notified,
  channel: Channel | undefined,
  payload: Payload,
): Promise<DeliveryError | null> => {
  const { webhookMs, commandMs, mailMs } = { ...LIMITS, ...limits }
  const around = { environment, file }
  try {
    switch (channel?.kind) {
      case 'webhook':
        await postWebhook(channel, payload, { ...around, timeoutMs: webhookMs, now: clock() })
        return null
      case 'command':
        await runCommand(channel, payload, { ...around, timeoutMs: commandMs })
        return null
      case 'mail':
        await sendMail(channel, payload, { ...around, timeoutMs: mailMs })
        return null
      case undefined:
        return new DeliveryError('no channel has this name any more', 'later')
    }
  } catch (error) {
    // the words of what is no DeliveryError may hold anything
    return error instanceof DeliveryError ? error : new DeliveryError('it cannot be sent', 'later')
  }
}
