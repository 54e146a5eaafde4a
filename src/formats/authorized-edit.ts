import {
  type AuthorizedLine,
  authorizedText,
  changedLine,
  hasMark,
  type KeyLine,
  readAuthorizedKeys,
  withNewLines,
} from './authorized-keys.ts'
import { type Circumstances, isAuthority, whyDead } from './authorized-life.ts'
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
  const keepers = new Map(edit.keys.map((wanted) => [wanted.key.blob, keeperOf(all, wanted.key.blob)]))
  const added = edit.state === 'present' ? edit.keys.filter(({ key }) => keepers.get(key.blob) === null) : []
  return before.map(({ path, text, lines }, index) => {
    const kept = lines.flatMap((line) => editedLine(line, edit, keepers))
    const after = index === 0 ? withNewLines(kept, added) : kept
    return { path, text: text === null && after.length === 0 ? null : authorizedText(after) }
  })
}

// a byte order mark kills its line, so that another line of the key goes before it
const keeperOf = (lines: readonly AuthorizedLine[], blob: string): KeyLine | null => {
  const own = lines.flatMap((line) => (line.kind === 'key' && line.key.blob === blob ? [line] : []))
  return own.find((line) => !hasMark(line)) ?? own[0] ?? null
}

const editedLine = (
  line: AuthorizedLine,
  { keys, state, exclusive }: KeyEdit,
  keepers: ReadonlyMap<string, KeyLine | null>,
): readonly AuthorizedLine[] => {
  if (line.kind !== 'key') return [line]
  const wanted = keys.find(({ key }) => key.blob === line.key.blob)
  if (wanted === undefined) return exclusive ? [] : [line]
  if (state === 'absent') return []
  const { options, comment } = wanted
  const isKeeper = keepers.get(line.key.blob) === line
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

/** Says why no line of a key lets anybody in; null where one may, or where there is none. */
export const whyKeyDead = (files: readonly KeyFile[], blob: string, about: Circumstances): string | null => {
  const reasons: string[] = []
  for (const { path, text } of files) {
    for (const [index, line] of readAuthorizedKeys(text ?? '').entries()) {
      if (line.kind !== 'key' || line.key.blob !== blob) continue
      const dead = whyDead(line.options, about)
      if (dead === null) return null
      reasons.push(`${path}:${index + 1}: ${dead}`)
    }
  }
  return reasons.length === 0 ? null : reasons.join('; ')
}

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
  return isAuthority(line.options) && asked.includes(line.key.blob)
    ? 'admits the certificates that this key signed, not the key itself'
    : null
}
