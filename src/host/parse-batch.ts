import { bytesOf, textOf } from '../contract/bytes.ts'
import { CutOff, readerOf } from './answer-reader.ts'
import { type Looked, parseReport, type Report, reportOf } from './found.ts'
import type { RawAnswer } from './frame.ts'

/** What was asked in a batch: a path, the names in a directory with the texts of some files in it, a script, or a question with an answer that files decide. */
export type BatchItem =
  | { readonly kind: 'path'; readonly path: string; readonly withText: boolean }
  | { readonly kind: 'list'; readonly path: string }
  | { readonly kind: 'said' | 'account' }
  | { readonly kind: 'question' }

/** What was said of an item; null where it has to be asked again by itself. */
export type BatchAnswer =
  | { readonly kind: 'path'; readonly report: (user: string) => Report }
  | { readonly kind: 'list'; readonly said: RawAnswer; readonly reports: ReadonlyMap<string, Report> }
  | { readonly kind: 'said'; readonly said: RawAnswer }
  | { readonly kind: 'question'; readonly said: RawAnswer }
  | null

interface Sorted {
  readonly kind: string
  readonly asked: string
  readonly path: string
  readonly withText: boolean
  readonly odd?: RawAnswer
  readonly text?: Buffer
}

/** The directory of a path as it was asked for; nothing for that of `/`. */
export const directoryOf = (path: string): string => path.slice(0, path.lastIndexOf('/'))

/** Under which name a batch asks for what is in no directory, to hear whether a user gets as far as that. */
export const nowhere = (path: string, mark: string): string => `${directoryOf(path)}/.${mark}/`

/** Whether root answered for a user, who had to read the texts himself and to miss what is not there. */
export const FOR_USER = 'user'

/** Reads what a batch said of its items, in their order. */
export const parseBatch = (answer: RawAnswer, items: readonly BatchItem[], mark: string): readonly BatchAnswer[] => {
  const words = wordsOf(answer, mark)
  try {
    const missed = words.next() === FOR_USER ? missedIn(textOf(answer.stderr)) : null
    const sorted = items.map((item) => {
      if (item.kind === 'path') return sortedOf(words, item.path, item.withText)
      if (item.kind === 'question') return null
      if (item.kind === 'said' || item.kind === 'account') return { scripted: words.answer(words.complaints()) }
      const said = words.answer(words.all)
      const inside: Sorted[] = []
      while (words.next() === 'f') inside.push(sortedOf(words, words.next(), true))
      return { said, inside }
    })
    const all = sorted.flatMap((one) => (one === null || 'scripted' in one ? [] : 'inside' in one ? one.inside : [one]))
    // it is asked behind all scripts
    const answered = sorted.includes(null) ? words.answer(words.behind) : null
    const stats = statsOf(textOf(words.untilMark()), all)
    const texts = textsOf(words.rest(), all, stats)
    return sorted.map((one) => {
      if (one === null) return answered === null ? null : { kind: 'question', said: answered }
      if ('scripted' in one) return { kind: 'said', said: one.scripted }
      if (!('inside' in one)) {
        if (missed !== null && !isReached(one, missed, mark)) return null
        const looked = lookedAt(one, stats, texts)
        return looked === null ? null : { kind: 'path', report: looked }
      }
      const reports = one.inside.flatMap((file) => {
        const looked = file.odd === undefined ? lookedAt(file, stats, texts) : null
        return looked === null ? [] : [[file.asked, looked('')] as const]
      })
      return { kind: 'list', said: one.said, reports: new Map(reports) }
    })
  } catch (error) {
    if (error instanceof CutOff) return items.map(() => null)
    throw error
  }
}

const wordsOf = (answer: RawAnswer, mark: string) => {
  const reader = readerOf(answer, mark)
  const bytes = (): Buffer => reader.until(0)
  return { ...reader, bytes, next: () => textOf(bytes()) }
}

const sortedOf = (words: ReturnType<typeof wordsOf>, asked: string, withText: boolean): Sorted => {
  const kind = words.next()
  const about = { kind, asked, path: words.next(), withText }
  if (kind === 'v') return { ...about, text: words.bytes() }
  return kind === 'o' ? { ...about, odd: words.answer(words.all) } : about
}

/** What a user's tail did not find, of the paths that it was given: so far it got. */
const missedIn = (said: string): ReadonlySet<string> =>
  new Set(
    said.split('\n').flatMap((line) => {
      const [, path] = /^tail: [^/]*?(\/.*?\/)'?(?: for reading)?: No such file or directory$/.exec(line) ?? []
      return path ?? []
    }),
  )

/** Says whether the user himself gets to where root looked for him, or misses what root misses. */
const isReached = ({ kind, asked }: Sorted, missed: ReadonlySet<string>, mark: string): boolean =>
  kind === 'a' ? missed.has(`${asked}/`) : kind !== 'o' && missed.has(nowhere(asked, mark))

const lookedAt = (
  { kind, asked, path, withText, odd, text }: Sorted,
  stats: ReadonlyMap<string, string>,
  texts: ReadonlyMap<string, Buffer>,
): ((user: string) => Report) | null => {
  if (odd !== undefined) return (user) => parseReport(odd, { path: asked, user })
  if (kind === 'a') return () => ({ realPath: path, found: null })
  const stat = stats.get(path)
  const whole = kind === 't' ? texts.get(path) : text
  // it may have become a file meanwhile
  if (stat === undefined || (whole === undefined && withText && stat.startsWith(REGULAR))) return null
  const looked: Looked = {
    realPath: path,
    stat: stat.replace(INODE, ''),
    text: whole === undefined ? null : textOf(whole),
  }
  return () => reportOf(looked)
}

/** The lines of stat, by path: each ends with it. */
const statsOf = (said: string, kinds: readonly Sorted[]): ReadonlyMap<string, string> => {
  const wanted = new Set(kinds.flatMap(({ kind, path }) => (kind === 'a' || kind === 'o' ? [] : [path])))
  const lines = new Map<string, string>()
  for (const line of said.split('\n')) {
    const at = line.indexOf('|/')
    const path = line.slice(at + 1)
    if (at > 0 && wanted.has(path)) lines.set(path, line.slice(0, at))
  }
  return lines
}

// the device's and the inode's number, behind what a report is made of
const INODE = /\|\d+\|\d+$/
const SIZE = 3
// the first hexadecimal digit of the mode of a regular file
const REGULAR = '8'

/** The texts, by path: each under the header that tail gives it, and just as long as stat says. */
const textsOf = (
  bytes: Buffer,
  kinds: readonly Sorted[],
  stats: ReadonlyMap<string, string>,
): ReadonlyMap<string, Buffer> => {
  const texts = new Map<string, Buffer>()
  let at = 0
  for (const { kind, path } of kinds) {
    if (kind !== 't') continue
    const header = bytesOf(`${at === 0 ? '' : '\n'}==> ${path} <==\n`)
    const size = Number(stats.get(path)?.split('|')[SIZE])
    const from = at + header.length
    if (!bytes.subarray(at, from).equals(header) || !(from + size <= bytes.length)) return new Map()
    texts.set(path, bytes.subarray(from, from + size))
    at = from + size
  }
  // a byte more or less somewhere, and none of them can be told from the others
  return at === bytes.length ? texts : new Map()
}
