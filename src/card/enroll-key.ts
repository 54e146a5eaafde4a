import type { Look } from '../contract/look.ts'
import { refuse } from '../contract/signals.ts'
import type { PathState } from '../contract/state.ts'
import { blobsIn, editKeys, type KeyFile, remarks, whyKeyDead } from '../formats/authorized-edit.ts'
import type { WantedKey } from '../formats/authorized-wanted.ts'
import { fingerprintOf } from '../formats/public-key.ts'
import { withKeyTexts } from '../sshd/key-owners.ts'
import { checkKeysTaken, lookForKeys } from '../sshd/look-keys.ts'

type Paths = Readonly<Record<string, PathState>>

/** Whom a key is to let in, or not. */
export interface KeyEnrolment {
  readonly user: string
  readonly key: WantedKey
  readonly state: 'present' | 'absent'
}

/** What was found of a key in a user's files. */
export interface KeyRecord {
  readonly enrolled: boolean
  readonly key_files: readonly string[]
  readonly home: string
  readonly group: string
  readonly own_key: string | null
  readonly clock: number | null
  readonly uses_dns: boolean | null
  readonly services: readonly string[] | null
}

/** Looks whether a key lets a user in, by the rules of authorized_key. */
export const lookAtEnrolment = async (
  on: Look,
  { user, key, state }: KeyEnrolment,
): Promise<{ readonly record: KeyRecord; readonly files: Paths; readonly notes: readonly string[] }> => {
  const wanted = { user, state, keys: [key], exclusive: false, follow: false, manage_dir: true }
  const sight = await lookForKeys(on, wanted)
  if (state === 'present') checkKeysTaken([key], sight)
  const files = Object.fromEntries(
    sight.files.flatMap(({ path, entry, directory }) => [
      ...(directory === null ? [] : [[directory.path, directory.entry] as const]),
      [path, entry] as const,
    ]),
  )
  const paths = sight.files.map(({ path }) => path)
  const record = {
    enrolled: blobsIn(textsOf(paths, files)).includes(key.key.blob),
    key_files: paths,
    ...{ home: sight.home, group: sight.user.group, own_key: sight.ownKey, clock: sight.clock },
    ...{ uses_dns: sight.sources.usesDns, services: sight.services },
  }
  return { record, files, notes: sight.notes }
}

/** The files in which the key lets the user in, or does not; others stay out of it. A key is the same key whatever its comment. */
export const planEnrolment = (
  { user, key, state }: KeyEnrolment,
  now: KeyRecord,
  files: Paths,
): { readonly record: Pick<KeyRecord, 'enrolled'>; readonly files: Paths; readonly notes: readonly string[] } => {
  const before = textsOf(now.key_files, files)
  const isThere = blobsIn(before).includes(key.key.blob)
  const keys = [isThere ? { ...key, comment: null } : key]
  const after = editKeys(before, { keys, state, exclusive: false })
  if (state === 'absent' && isThere && now.own_key?.split(' ')[1] === key.key.blob) {
    refuse(`this would remove the key that this very connection logged in with (${fingerprintOf(key.key.blob)})`)
  }
  const about = { now: now.clock, usesDns: now.uses_dns, services: now.services }
  const dead = state === 'present' ? whyKeyDead(after, key.key.blob, about) : null
  if (dead !== null) refuse(`the key ${key.key.fingerprint} would be there and let nobody in: ${dead}`)
  const owner = { user, group: now.group, home: now.home, isEnforced: state === 'present' }
  return {
    record: { enrolled: state === 'present' },
    files: withKeyTexts(ownFiles(now.key_files, files), after, owner),
    notes: remarks(after, about, [key.key.blob]),
  }
}

const ownFiles = (keyFiles: readonly string[], files: Paths): Paths =>
  Object.fromEntries(
    Object.entries(files).filter(([path]) => keyFiles.some((file) => file === path || file.startsWith(`${path}/`))),
  )

const textsOf = (paths: readonly string[], files: Paths): readonly KeyFile[] =>
  paths.map((path) => {
    const entry = files[path] ?? null
    return { path, text: entry?.kind === 'file' && typeof entry.text === 'string' ? entry.text : null }
  })
