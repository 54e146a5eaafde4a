import { bytesOf } from '../contract/bytes.ts'
import { framed, framedBare, type RawAnswer } from './frame.ts'
import { type Frame, scriptOf } from './item.ts'
import { type Library, libraryText, preamble } from './library.ts'
import { noPerl, type PerlPart, perlPart, perlProgram, spoken } from './perl.ts'

/** What reads a host's sessions, as far as it is known before one is open. */
export interface Reader {
  readonly wasPerl: boolean
  heard(isPerl: boolean): void
}

/** Writes what a session is sent: for a shell, for perl, or, until it is known which of them reads it, for both. */
export class Speech {
  readonly #defined = new Set<Library | PerlPart>()
  readonly #before: Reader | undefined
  #reader: 'shell' | 'perl' | 'either'

  constructor(isPerl: boolean, before: Reader | undefined) {
    this.#reader = isPerl ? 'either' : 'shell'
    this.#before = before
  }

  /** It is, or may be, perl that reads it. */
  get isPerl(): boolean {
    return this.#reader !== 'shell'
  }

  begin(leftOver: number | null, mark: string): Buffer {
    const { text, script, ask } = preamble(leftOver)
    const bare = framedBare(script, mark)
    if (this.#reader === 'shell') return bytesOf(text + bare)
    return Buffer.concat([perlProgram(), spoken({ defined: text, script: bare, mark, ask, again: true })])
  }

  /** Hears the answer to what was sent first, and tells the process group. */
  begun({ stdout }: RawAnswer): number | null {
    // a login shell's own files may have put something out before it
    const [, perl, group] = /(perl )?(\d+)$/.exec(stdout.toString('latin1')) ?? []
    if (this.#reader === 'either') this.#before?.heard(perl !== undefined)
    this.#reader = perl === undefined ? 'shell' : 'perl'
    return Number(group ?? 0) || null
  }

  frame(frame: Frame, mark: string): Buffer {
    const { libraries, ask, again } = frame
    const whole = (): string => framed(scriptOf(frame), mark)
    if (this.#reader === 'shell' || ask === undefined) {
      const text = whole()
      const defined = this.#define(libraries)
      if (this.#reader === 'shell') return bytesOf(defined + text)
      return spoken({ defined, script: text, mark, ask, again })
    }
    const isEither = this.#reader === 'either' && !(again && this.#before?.wasPerl)
    // a host that had perl the last time is sent the script only where it asks for that
    const text = isEither ? whole() : this.#reader === 'perl' ? '' : noPerl(mark)
    const parts = ask.parts.filter((part) => this.#isNew(part)).map(perlPart)
    const defined = this.#define(isEither ? [...libraries, ...ask.libraries] : ask.libraries)
    return Buffer.concat([...parts, spoken({ defined, script: text, mark, ask, again })])
  }

  #define(all: readonly Library[]): string {
    return all
      .filter((library) => this.#isNew(library))
      .map(libraryText)
      .join('')
  }

  #isNew(text: Library | PerlPart): boolean {
    const { size } = this.#defined
    return this.#defined.add(text).size > size
  }
}
