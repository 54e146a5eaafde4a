import { HostError } from '../contract/errors.ts'
import type { Channel, Ended, Wire } from './channel.ts'
import type { Flights } from './flights.ts'
import { Collector, newMark, type RawAnswer } from './frame.ts'
import { askingShell, type Item, USUAL_MS } from './item.ts'
import { CANNOT, GO_ON } from './perl.ts'
import type { Lock, Powers } from './powers.ts'
import { type Reader, Speech } from './speech.ts'

/** Why a shell is no more: `culprit` is the frame that it was given up for, if one was. */
export interface Gone {
  readonly error: HostError
  readonly culprit: Item | null
  readonly waiting: readonly Item[]
  /** no new shell would do better */
  readonly final: boolean
  /** it never opened, and may do so with these: whoever refused it spoke no English, or perl did not start */
  readonly instead: Powers | null
  /** perl read it: the next one is a shell's */
  readonly isPerl: boolean
  /** the process group to end */
  readonly group: number | null
}

/** What a session is made of. */
export interface SessionParts {
  readonly wire: Wire
  readonly powers: Powers
  readonly flights: Flights
  /** a process group of a shell given up, which this one ends */
  readonly leftOver: number | null
  /** what read its sessions in an earlier run, where that is remembered */
  readonly reader?: Reader
  gone(how: Gone): void
}

const MOST_OUTPUT = 64 * 1024 * 1024

interface Sent {
  /** null: the preamble */
  readonly item: Item | null
  readonly flight: number
}

/** One channel with a shell on it; what is sent in the same turn of the event loop leaves in one write. */
export class Session {
  readonly #parts: SessionParts
  readonly #channel: Channel
  readonly #lock: Lock | undefined
  readonly #collector = new Collector((answer) => this.#answered(answer))
  readonly #sent: Sent[] = []
  readonly #unsent: Item[] = []
  /** what perl left to the script, with all that was sent behind it */
  #left: Item[] = []
  readonly #speech: Speech
  #state: 'locked' | 'opening' | 'ready' | 'over' = 'locked'
  #group: number | null = null
  #flushing: NodeJS.Immediate | null = null
  #timer: NodeJS.Timeout | null = null

  constructor(parts: SessionParts) {
    const { powers } = parts
    this.#parts = parts
    this.#speech = new Speech(powers.isPerl === true, parts.reader)
    parts.flights.opened()
    this.#channel = parts.wire.open(powers.argv, {
      stdout: (chunk) => this.#heard('stdout', chunk),
      stderr: (chunk) => this.#heard('stderr', chunk),
      ended: (how) => this.#ended(how),
    })
    this.#lock = powers.unlock?.({
      write: (bytes) => this.#channel.write(bytes),
      open: () => this.#open(),
      refuse: (error) => this.#giveUp(error, { final: true }),
    })
    if (this.#lock === undefined) this.#open()
    this.#watch()
  }

  /** Runs a frame after those sent before. */
  send(item: Item): void {
    this.#unsent.push(item)
    this.#flushSoon()
  }

  /** Ends the shell and tells nobody. */
  close(): void {
    this.#state = 'over'
    if (this.#timer !== null) clearTimeout(this.#timer)
    if (this.#flushing !== null) clearImmediate(this.#flushing)
    this.#channel.close()
  }

  #open(): void {
    this.#state = 'opening'
    this.#channel.write(this.#speech.begin(this.#parts.leftOver, this.#expect(null)))
    this.#flushSoon()
  }

  #flushSoon(): void {
    this.#flushing ??= setImmediate(() => this.#flush())
  }

  #flush(): void {
    this.#flushing = null
    if (this.#state !== 'opening' && this.#state !== 'ready') return
    // in their order: what was sent behind something that has to be asked again comes back unasked
    if (this.#left.length > 0 && this.#sent.length > 0) return
    const again = this.#left.length > 0 ? [GO_ON] : []
    const items = [...this.#left.splice(0), ...this.#unsent.splice(0)]
    const all = [...again, ...items.flatMap((item) => this.#textOf(item))]
    if (all.length > 0) this.#channel.write(Buffer.concat(all))
    if (this.#timer === null) this.#watch()
  }

  #textOf(item: Item): Buffer | [] {
    const mark = newMark()
    try {
      const text = this.#speech.frame(item.frame, mark)
      this.#expect(item, mark)
      return text
    } catch (error) {
      // what no shell can be told
      item.reject(error instanceof Error ? error : new Error(String(error)))
      return []
    }
  }

  #expect(item: Item | null, mark = newMark()): string {
    this.#collector.expect(mark)
    this.#sent.push({ item, flight: item?.frame.flight ?? this.#parts.flights.depart() })
    return mark
  }

  #heard(stream: 'stdout' | 'stderr', chunk: Buffer): void {
    if (this.#state === 'over') return
    if (this.#state === 'locked') this.#lock?.heard(stream, chunk)
    else this.#collector.hear(stream, chunk)
    const first = this.#sent[0]?.item
    if (first != null && this.#collector.pending() > MOST_OUTPUT)
      this.#giveUp(new HostError(`${first.frame.shown}: it put out more than 64 MiB`), { culprit: first })
  }

  #answered(answer: RawAnswer): void {
    const first = this.#sent.shift()
    if (first === undefined) return
    // nothing waits for the preamble: what is sent behind it is of the same flight, whenever it is answered
    if (first.item !== null) this.#parts.flights.land(first.flight)
    if (first.item === null) {
      this.#state = 'ready'
      this.#group = this.#speech.begun(answer)
    } else if (answer.code === CANNOT && this.#isLeft(first.item)) {
      this.#left.push(askingShell(first.item))
    } else first.item.resolve(answer)
    if (this.#left.length > 0 && this.#sent.length === 0) this.#flushSoon()
    this.#watch()
  }

  /** Says whether perl left something to the script; behind what changes something it leaves all. */
  #isLeft({ frame }: Item): boolean {
    return frame.ask !== undefined || this.#left.some((item) => !item.frame.again)
  }

  /** Times the frame that is being answered: those behind it wait, and their own time has not begun. */
  #watch(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    const item = this.#sent[0]?.item ?? null
    if (item === null && this.#state === 'ready') return
    this.#timer = setTimeout(() => this.#late(item), item?.frame.timeoutMs ?? USUAL_MS)
  }

  #late(item: Item | null): void {
    if (item === null) this.#giveUp(this.#parts.powers.explain(null, this.#words()), { final: true })
    else {
      const { shown, timeoutMs } = item.frame
      this.#giveUp(new HostError(`${shown}: no answer within ${timeoutMs / 1000} s`), { culprit: item })
    }
  }

  #words(): string {
    const { stdout, stderr } = this.#collector.leftOver()
    return `${stdout.toString('utf8')}\n${this.#lock?.words() ?? ''}${stderr.toString('utf8')}`
  }

  #ended(how: Ended): void {
    if (how.lost !== undefined) this.#giveUp(how.lost, { final: true })
    else if (how.code === null && how.signal === null)
      this.#giveUp(new HostError('connection lost', { unreachable: true }), { final: true })
    else if (this.#state !== 'ready') this.#refused(how.code)
    else {
      const first = this.#sent[0]?.item ?? null
      // what only looks is asked of a shell again
      const culprit = this.#speech.isPerl && first?.frame.again ? null : first
      const what = how.signal === null ? `exit code ${how.code}` : `signal ${how.signal}`
      this.#giveUp(new HostError(`${first?.frame.shown ?? 'a shell'}: its shell ended (${what})`), { culprit })
    }
  }

  #refused(code: number | null): void {
    const { powers } = this.#parts
    const words = this.#words()
    const isUnread = powers.understands?.(code, words) === false
    // sudo may allow a shell without arguments alone, and perl may not start
    const instead = this.#speech.isPerl ? powers.plain : isUnread ? powers.inEnglish : undefined
    this.#giveUp(powers.explain(code, words), { final: instead === undefined, instead: instead ?? null })
  }

  #giveUp(
    error: HostError,
    how: { readonly culprit?: Item | null; readonly final?: boolean; readonly instead?: Powers | null },
  ): void {
    if (this.#state === 'over') return
    const waiting = [...this.#left, ...this.#sent.flatMap((one) => one.item ?? []), ...this.#unsent]
    this.close()
    const { culprit = null, final = false, instead = null } = how
    this.#parts.gone({ error, culprit, waiting, final, instead, isPerl: this.#speech.isPerl, group: this.#group })
  }
}
