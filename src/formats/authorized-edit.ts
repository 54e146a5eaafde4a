import {
  type AuthorizedLine,
  authorizedText,
  changedLine,
  hasMark,
  type KeyLine,
  keyLines,
  readAuthorizedKeys,
  withNewLines,
} from './authorized-keys.ts'
import { type Circumstances, type Entrance, entranceOf, idleWords, isAuthority, whyDead } from './authorized-life.ts'
import { sameOptions } from './authorized-options.ts'
import type { WantedKey } from './authorized-wanted.ts'

/** What is to be true of the keys in some files, which sshd reads as one after the other. */
export interface KeyEdit {
  readonly keys: readonly WantedKey[]
  readonly state: 'present' | 'absent'
  /** no other key may stand in any of the files */
  readonly exclusive: boolean
}

/** The text of one file; null: there is no such file. */
export interface KeyFile {
  readonly path: string
  readonly text: string | null
}

/**
 * The files after an edit. A key that stands there keeps its place, its line's other bytes, and whatever the edit does
 * not name; new keys go to the end of the first file. Lines without a key stay.
 */
export const editKeys = (files: readonly KeyFile[], edit: KeyEdit): readonly KeyFile[] => {
  const before = files.map((file) => ({ ...file, lines: readAuthorizedKeys(file.text ?? '') }))
  const all = before.flatMap(({ lines }) => lines)
  const keepers = keepersOf(all)
  const wanted = new Map(edit.keys.map((one) => [one.key.blob, one]))
  const added = edit.state === 'present' ? edit.keys.filter(({ key }) => !keepers.has(key.blob)) : []
  return before.map(({ path, text, lines }, index) => {
    const kept = lines.flatMap((line) => editedLine(line, edit, { wanted, keepers }))
    const after = index === 0 ? withNewLines(kept, added) : kept
    return { path, text: text === null && after.length === 0 ? null : authorizedText(after) }
  })
}

/** The line of each key that stays: the first, if no byte order mark kills it. */
const keepersOf = (lines: readonly AuthorizedLine[]): ReadonlyMap<string, KeyLine> => {
  const keepers = new Map<string, KeyLine>()
  for (const { line } of keyLines(lines)) {
    const before = keepers.get(line.key.blob)
    if (before === undefined || (hasMark(before) && !hasMark(line))) keepers.set(line.key.blob, line)
  }
  return keepers
}

const editedLine = (
  line: AuthorizedLine,
  { state, exclusive }: KeyEdit,
  by: { readonly wanted: ReadonlyMap<string, WantedKey>; readonly keepers: ReadonlyMap<string, KeyLine> },
): readonly AuthorizedLine[] => {
  if (line.kind !== 'key') return [line]
  const wanted = by.wanted.get(line.key.blob)
  if (wanted === undefined) return exclusive ? [] : [line]
  if (state === 'absent') return []
  const { options, comment } = wanted
  const isKeeper = by.keepers.get(line.key.blob) === line
  const same = options === null || sameOptions(line.options, options)
  // another line of the same key would let in whom the options keep out
  if (!isKeeper) return same ? [line] : []
  const change = { options: same ? null : options, comment: comment === line.comment ? null : comment }
  return change.options === null && change.comment === null && !hasMark(line) ? [line] : [changedLine(line, change)]
}

/** The blobs of all keys in some files, each once, in the order in which sshd meets them. */
export const blobsIn = (files: readonly KeyFile[]): readonly string[] => [
  ...new Set(
    files
      .flatMap(({ text }) => readAuthorizedKeys(text ?? ''))
      .flatMap((line) => (line.kind === 'key' ? [line.key.blob] : [])),
  ),
]

/** How a key itself gets in, by the first line that admits it, from an address (null: from anywhere); null where none does. */
export const entrance = (files: readonly KeyFile[], blob: string, address: string | null): Entrance | null => {
  const lines = files.flatMap(({ text }) => keyLines(readAuthorizedKeys(text ?? '')))
  const ways = lines.map(({ line }) =>
    line.key.blob !== blob || hasMark(line) ? null : entranceOf(line.options, address),
  )
  return ways.find((way) => way !== null) ?? null
}

/** Keys that stand in some files and let nobody in, by blob: no line of theirs does, and why. */
export const deadKeys = (files: readonly KeyFile[], about: Circumstances): ReadonlyMap<string, string> => {
  const living = new Set<string>()
  const reasons = new Map<string, string[]>()
  for (const { path, text } of files) {
    for (const { line, number } of keyLines(readAuthorizedKeys(text ?? ''))) {
      const { blob } = line.key
      const dead = whyDead(line.options, about)
      if (dead === null) living.add(blob)
      else reasons.set(blob, [...(reasons.get(blob) ?? []), `${path}:${number}: ${dead}`])
    }
  }
  const dead = [...reasons].filter(([blob]) => !living.has(blob))
  return new Map(dead.map(([blob, all]) => [blob, all.join('; ')]))
}

/** Says why no line of a key lets anybody in; null where one may, or where there is none. */
export const whyKeyDead = (files: readonly KeyFile[], blob: string, about: Circumstances): string | null =>
  deadKeys(files, about).get(blob) ?? null

/**
 * What else in these files lets nobody in, or is not what it seems: said, never changed.
 *
 * @param asked blobs of keys that were asked for and are to log in themselves
 */
export const remarks = (
  files: readonly KeyFile[],
  about: Circumstances,
  asked: readonly string[] = [],
): readonly string[] =>
  files.flatMap(({ path, text }) =>
    readAuthorizedKeys(text ?? '').flatMap((line, index) => {
      const why = remark(line, about, asked)
      return why === null ? [] : [`${path}:${index + 1} ${why}`]
    }),
  )

const remark = (line: AuthorizedLine, about: Circumstances, asked: readonly string[]): string | null => {
  if (line.kind !== 'key') return line.kind === 'dead' ? 'lets nobody in: sshd reads no key there' : null
  if (hasMark(line)) return 'lets nobody in: a byte order mark stands before the key'
  if (line.key.isCertificate) return 'lets nobody in: it is a certificate, which sshd never looks for here'
  const dead = whyDead(line.options, about)
  if (dead !== null) return `lets nobody in: ${dead}`
  if (isAuthority(line.options) && asked.includes(line.key.blob))
    return 'admits the certificates that this key signed, not the key itself'
  const idle = idleWords(line.options, about)
  return idle.length === 0 ? null : `has entries in from= that match nobody: ${idle.join('; ')}`
}
