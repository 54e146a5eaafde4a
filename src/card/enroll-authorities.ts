import type { Look } from '../contract/look.ts'
import { missing, refuse } from '../contract/signals.ts'
import type { PathState } from '../contract/state.ts'
import {
  type Certificate,
  digestsIn,
  isDer,
  readCertificates,
  withCertificates,
  withoutCertificates,
} from '../formats/certificates.ts'
import { entryOf, knownText } from '../paths/entry.ts'

type Paths = Readonly<Record<string, PathState>>

/** Where sssd looks for the authorities that may have signed a card's certificate (sssd.conf(5), pam_cert_db_path). */
export const SSSD_BUNDLE = '/etc/sssd/pki/sssd_auth_ca_db.pem'
const FOLDERS = ['/etc/sssd', '/etc/sssd/pki']

/** What was found of the certificates of some files in sssd's bundle. */
export interface AuthorityRecord {
  /** the bundle, links resolved */
  readonly ca_bundle: string
  /** the SHA-256 of the certificates asked for that are in it */
  readonly certificates: readonly string[]
}

/** Reads the certificates of PEM files and sssd's bundle; a file that is no certificate is refused by name. */
export const lookAtAuthorities = async (
  on: Look,
  paths: readonly string[],
): Promise<{ readonly record: AuthorityRecord; readonly files: Paths; readonly notes: readonly string[] }> => {
  const [bundle, ...found] = await Promise.all([
    on.file(SSSD_BUNDLE),
    ...FOLDERS.map((folder) => on.file(folder, { text: false })),
    ...paths.map((path) => on.file(path)),
  ])
  const folders = FOLDERS.map((folder, index) => [folder, entryOf(found[index] ?? null)] as const)
  const sources = paths.map((path, index) => {
    const file = found[FOLDERS.length + index] ?? null
    if (file === null) missing({ kind: 'file', name: path, message: `${path} does not exist` })
    if (file?.kind !== 'file') return refuse(`${path} is not a file`)
    return [path, { kind: 'file', text: certificateText(path, knownText(file)) }] as const
  })
  const target = bundle ?? null
  if (target !== null && target.kind !== 'file') refuse(`${target.path} is not a file`)
  const path = target?.path ?? SSSD_BUNDLE
  const missingFolders = folders.filter(([, entry]) => entry === null)
  const files: Paths = Object.fromEntries([...missingFolders, [path, entryOf(target)], ...sources])
  const there = new Set(digestsIn(textAt(files, path)))
  return {
    record: { ca_bundle: path, certificates: wantedDigests(files, paths).filter((digest) => there.has(digest)) },
    files,
    notes: sources.flatMap(([source, { text }]) => remarks(source, text)),
  }
}

const certificateText = (path: string, text: string): string => {
  if (readCertificates(text) !== null) return text
  return refuse(
    isDer(text)
      ? `${path} is a certificate in DER form: openssl x509 -inform der -in ${path} makes PEM of it`
      : `${path} is not a certificate: it holds none in PEM form, or one that is broken`,
  )
}

const remarks = (path: string, text: string): readonly string[] =>
  (readCertificates(text) ?? []).flatMap(({ subject, isAuthority, expires }) => [
    ...(isAuthority ? [] : [`${path}: ${subject} is no authority (its basicConstraints do not say CA)`]),
    ...(expires.getTime() < Date.now() ? [`${path}: ${subject} expired on ${expires.toISOString().slice(0, 10)}`] : []),
  ])

const textAt = (files: Paths, path: string): string => {
  const entry = files[path] ?? null
  return entry?.kind === 'file' && typeof entry.text === 'string' ? entry.text : ''
}

const wantedFrom = (files: Paths, paths: readonly string[]): readonly Certificate[] =>
  paths.flatMap((path) => readCertificates(textAt(files, path)) ?? [])

const wantedDigests = (files: Paths, paths: readonly string[]): readonly string[] => [
  ...new Set(wantedFrom(files, paths).map(({ digest }) => digest)),
]

/** The bundle with the certificates of these files, or without them. */
export const planAuthorities = (
  { paths, state }: { readonly paths: readonly string[]; readonly state: 'present' | 'absent' },
  { ca_bundle: path }: Pick<AuthorityRecord, 'ca_bundle'>,
  files: Paths,
): { readonly record: Pick<AuthorityRecord, 'certificates'>; readonly files: Paths } => {
  const isPresent = state === 'present'
  const before = textAt(files, path)
  const certificates = wantedFrom(files, paths)
  const text = isPresent ? withCertificates(before, certificates) : withoutCertificates(before, certificates)
  const record = { certificates: isPresent ? wantedDigests(files, paths) : [] }
  if (text === before) return { record, files: {} }
  const made = FOLDERS.filter((folder) => folder in files).map((folder) => [folder, FOLDER] as const)
  const file = { mode: '0644', owner: 'root', group: 'root', ...files[path], kind: 'file' as const, text }
  return { record, files: { ...Object.fromEntries(made), [path]: text.trim() === '' ? null : file } }
}

const FOLDER = { kind: 'directory', mode: '0711', owner: 'root', group: 'root' } as const
