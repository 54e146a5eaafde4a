import { textOf } from '../contract/bytes.ts'
import { HostError } from '../contract/errors.ts'
import type { Found } from '../contract/look.ts'
import type { RawAnswer } from './frame.ts'

/** What a machine reported about a path: what is there, or that nothing is; the real path in both cases. */
export interface Report {
  readonly realPath: string
  readonly found: Found | null
}

const ABSENT = /: (?:No such file or directory|Not a directory)\s*$/

/** Reads the report of `k_file`; absent only where the machine said so. */
export const parseReport = (answer: RawAnswer, about: { path: string; user: string }): Report => {
  const [kind, realPath, said, target] = fields(answer.stdout, 4)
  const stat = said.trimEnd()
  // it may have gone between two looks at it
  if (kind === 'absent' || (kind === 'found' && ABSENT.test(stat))) {
    if (!ABSENT.test(stat)) throw cannotLook(about, stat)
    return { realPath, found: null }
  }
  if (kind !== 'found' || answer.code !== 0) throw cannotLook(about, textOf(answer.stderr))
  const found = parseStat(stat)
  if (found === null) throw new HostError(`cannot look at ${about.path}: stat said "${stat}"`)
  const isText = found.kind === 'file'
  return {
    realPath,
    found: {
      path: realPath,
      ...found,
      text: isText ? textOf(after(answer.stdout, 4)) : null,
      target: found.kind === 'link' ? target : null,
    },
  }
}

/** What was said of a path that leads through no link: a line of stat, and the text where there is one. */
export interface Looked {
  readonly realPath: string
  /** null where nothing is there */
  readonly stat: string | null
  readonly text: string | null
}

/** Reads what was said of a path that leads through no link. */
export const reportOf = ({ realPath, stat, text }: Looked): Report => {
  if (stat === null) return { realPath, found: null }
  const found = parseStat(stat)
  if (found === null) throw new HostError(`cannot look at ${realPath}: stat said "${stat}"`)
  return {
    realPath,
    found: { path: realPath, ...found, text: found.kind === 'file' ? (text ?? '') : null, target: null },
  }
}

/** What is in a directory, by its real path; null where there is none. */
export interface Listing {
  readonly realPath: string
  readonly names: readonly string[] | null
}

/** What a machine reported about a directory's names. */
export const parseListing = (answer: RawAnswer, about: { path: string; user: string }): Listing => {
  const [kind, realPath, stat] = fields(answer.stdout, 3)
  if (kind === 'absent' && !ABSENT.test(stat)) throw cannotLook(about, stat)
  if (kind === 'absent' || kind === 'other') return { realPath, names: null }
  if (kind === 'denied') throw cannotLook(about, 'Permission denied')
  if (kind !== 'found' || answer.code !== 0) throw cannotLook(about, textOf(answer.stderr))
  const names: Buffer[] = []
  let rest = after(answer.stdout, 3)
  for (let end = rest.indexOf(0); end >= 0; end = rest.indexOf(0)) {
    names.push(rest.subarray(0, end))
    rest = rest.subarray(end + 1)
  }
  return { realPath, names: names.sort(Buffer.compare).map(textOf) }
}

const cannotLook = (about: { path: string; user: string }, words: string): HostError => {
  const last = words.trim().split('\n').at(-1) ?? ''
  const why = /([^:]*)$/.exec(last)?.[1]?.trim() ?? ''
  const reason = why === '' ? 'no answer' : `${why.charAt(0).toLowerCase()}${why.slice(1)}`
  return new HostError(`${about.user} cannot look at ${about.path}: ${reason}`)
}

const KINDS: Readonly<Record<number, Found['kind']>> = { 32768: 'file', 16384: 'directory', 40960: 'link' }

const parseStat = (line: string): Omit<Found, 'path' | 'text' | 'target'> | null => {
  const [mode, uid, gid, size, modified, changed, modifiedText, changedText, owner, ...group] = line.split('|')
  const bits = Number.parseInt(mode ?? '', 16)
  if (Number.isNaN(bits) || uid === undefined || gid === undefined) return null
  const name = (known: string | undefined, number: string) =>
    known === undefined || known === '' || known === 'UNKNOWN' ? number : known
  return {
    kind: KINDS[bits & 0xf000] ?? 'other',
    mode: (bits & 0o7777).toString(8).padStart(4, '0'),
    owner: name(owner, uid),
    group: name(group.join('|'), gid),
    size: Number(size),
    modifiedMs: milliseconds(modified, modifiedText),
    changedMs: milliseconds(changed, changedText),
  }
}

const milliseconds = (seconds = '0', text = ''): number =>
  Number(seconds) * 1000 + Math.floor(Number(/\.(\d{9})/.exec(text)?.[1] ?? 0) / 1e6)

const fields = (bytes: Buffer, count: number): [string, string, string, string] => {
  const all: string[] = []
  let from = 0
  for (let index = 0; index < count; index += 1) {
    const end = bytes.indexOf(0, from)
    if (end < 0) break
    all.push(textOf(bytes.subarray(from, end)))
    from = end + 1
  }
  return [all[0] ?? '', all[1] ?? '', all[2] ?? '', all[3] ?? '']
}

const after = (bytes: Buffer, count: number): Buffer => {
  let from = 0
  for (let index = 0; index < count; index += 1) from = bytes.indexOf(0, from) + 1
  return bytes.subarray(from)
}
