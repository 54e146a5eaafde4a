import { bytesOf, textOf } from '../contract/bytes.ts'
import { type Looked, parseReport, type Report, reportOf } from './found.ts'
import { newMark, type RawAnswer } from './frame.ts'
import { LOOK } from './look-library.ts'
import { quote } from './quote.ts'
import type { Runner } from './runner.ts'

/** A path to look at. */
export interface PathLook {
  readonly path: string
  readonly follow: boolean
  readonly withText: boolean
}

/** Looks at paths; those asked for in one turn with one user's powers share three processes on the machine. */
export interface LookBatch {
  report(runner: Runner, power: string | null, look: PathLook): Promise<Report>
}

interface Waiting extends PathLook {
  resolve(report: Report | Promise<Report>): void
  reject(error: unknown): void
}

interface Pending {
  readonly runner: Runner
  readonly power: string | null
  readonly looks: Waiting[]
}

const LOOK_MS = 60_000
// far below what a system takes as arguments of one program
const MOST_BYTES = 64 * 1024

/**
 * Starts collecting; `user` is the login user, whose powers are also those of null.
 *
 * What a shell can tell by itself it tells (is it there, is the path real as it stands); the rest comes from one `stat`
 * and one `tail` for all. A text that does not fit to its size, since somebody writes to it, is read again by itself.
 */
export const createLookBatch = (user: string): LookBatch => {
  let pending: Pending[] = []

  const flush = (): void => {
    const all = pending
    pending = []
    // root's shell first: where it is opened, the login user's looks go through it too
    for (const one of all.sort((a, b) => Number(b.power === 'root') - Number(a.power === 'root')))
      for (const looks of portions(one.looks)) void runTogether(one, looks, user)
  }

  return {
    report: (runner, power, look) =>
      new Promise((resolve, reject) => {
        if (pending.length === 0) setImmediate(flush)
        let same = pending.find((one) => one.runner === runner && one.power === power)
        if (same === undefined) {
          same = { runner, power, looks: [] }
          pending.push(same)
        }
        same.looks.push({ ...look, resolve, reject })
      }),
  }
}

const portions = (looks: readonly Waiting[]): readonly (readonly Waiting[])[] => {
  const all: Waiting[][] = [[]]
  let bytes = 0
  for (const look of looks) {
    // a name that ends a line would end that of another in what stat says
    if (look.path.includes('\n')) {
      all.unshift([look])
      continue
    }
    bytes += look.path.length
    if (bytes > MOST_BYTES) {
      all.push([])
      bytes = look.path.length
    }
    all.at(-1)?.push(look)
  }
  return all.filter((some) => some.length > 0)
}

const shownOf = ({ withText, path }: PathLook): string => `${withText ? 'read' : 'look at'} ${path}`

const runAlone = async ({ runner, power }: Pending, look: PathLook, user: string): Promise<Report> => {
  const { path, follow, withText } = look
  const script = `k_file ${Number(follow)} ${Number(withText)} ${quote(path)}`
  const answer = await runner.run(power, frameOf(script, shownOf(look)))
  return parseReport(answer, { path, user: power ?? user })
}

const frameOf = (script: string, shown: string) =>
  ({ script, libraries: [LOOK], timeoutMs: LOOK_MS, again: true, anywhere: true, shown }) as const

const runTogether = async (about: Pending, looks: readonly Waiting[], user: string): Promise<void> => {
  const alone = (look: Waiting): void => look.resolve(runAlone(about, look, user))
  const [first] = looks
  if (first !== undefined && looks.length === 1 && first.path.includes('\n')) return alone(first)
  try {
    const mark = newMark()
    const answer = await about.runner.run(about.power, frameOf(scriptOf(looks, mark), looks.map(shownOf).join(', ')))
    const looked = parseTogether(answer, looks, mark)
    for (const [index, look] of looks.entries()) {
      const one = looked[index]
      if (one === undefined) alone(look)
      else
        try {
          look.resolve(
            'odd' in one ? parseReport(one.odd, { path: look.path, user: about.power ?? user }) : reportOf(one),
          )
        } catch (error) {
          look.reject(error)
        }
    }
  } catch (error) {
    for (const look of looks) look.reject(error)
  }
}

const scriptOf = (looks: readonly PathLook[], mark: string): string => {
  const sort = looks.map(
    ({ path, follow, withText }) => `k_sort ${Number(follow)} ${Number(withText)} ${quote(path)}; eval "$K_put"\n`,
  )
  return `k_mark=${mark} k_c=0; set --\n${sort.join('')}k_rest "$k_mark" "$k_c" "$@"`
}

type One = Looked | { readonly odd: RawAnswer }

/** What was said of each path; undefined of one that has to be looked at again by itself. */
const parseTogether = (answer: RawAnswer, looks: readonly PathLook[], mark: string): readonly (One | undefined)[] => {
  const bytes = answer.stdout
  const end = Buffer.from(mark, 'latin1')
  let at = 0
  const until = (stop: number | Buffer): Buffer => {
    const found = bytes.indexOf(stop, at)
    if (found < 0) throw new Error('a look was cut off')
    const part = bytes.subarray(at, found)
    at = found + (typeof stop === 'number' ? 1 : stop.length)
    return part
  }
  const kinds: { kind: string; path: string; odd?: RawAnswer; text?: Buffer }[] = []
  try {
    for (const _ of looks) {
      const kind = textOf(until(0))
      const path = textOf(until(0))
      if (kind === 'v') kinds.push({ kind, path, text: until(0) })
      else if (kind !== 'o') kinds.push({ kind, path })
      else {
        const said = until(end)
        const code = Number(said.subarray(-3).toString('latin1'))
        kinds.push({ kind, path, odd: { code, stdout: said.subarray(0, -3), stderr: answer.stderr } })
      }
    }
    const stats = statsOf(textOf(until(end)), kinds)
    const texts = textsOf(bytes.subarray(at), kinds, stats)
    return kinds.map(({ kind, path, odd, text }, index) => {
      if (odd !== undefined) return { odd }
      if (kind === 'a') return { realPath: path, stat: null, text: null }
      const stat = stats.get(path)
      const whole = kind === 't' ? texts.get(path) : text
      // it may have become a file meanwhile
      const isCut = whole === undefined && looks[index]?.withText === true && stat?.startsWith(REGULAR) !== false
      if (stat === undefined || isCut) return undefined
      return { realPath: path, stat, text: whole === undefined ? null : textOf(whole) }
    })
  } catch {
    return []
  }
}

/** The lines of stat, by path: each ends with it. */
const statsOf = (said: string, kinds: readonly { kind: string; path: string }[]): ReadonlyMap<string, string> => {
  const wanted = new Set(kinds.flatMap(({ kind, path }) => (kind === 'a' || kind === 'o' ? [] : [path])))
  const lines = new Map<string, string>()
  for (const line of said.split('\n')) {
    const at = line.indexOf('|/')
    const path = line.slice(at + 1)
    if (at > 0 && wanted.has(path)) lines.set(path, line.slice(0, at))
  }
  return lines
}

const SIZE = 3
// the first hexadecimal digit of the mode of a regular file
const REGULAR = '8'

/** The texts, by path: each under the header that tail gives it, and just as long as stat says. */
const textsOf = (
  bytes: Buffer,
  kinds: readonly { kind: string; path: string }[],
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
