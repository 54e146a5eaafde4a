import { isDeepStrictEqual } from 'node:util'
import { LATER } from '../contract/later.ts'
import { refuse } from '../contract/signals.ts'
import type { PathState } from '../contract/state.ts'
import { readPublicLine } from '../formats/public-key.ts'

/** The pair that a task wants. */
export interface PairWish {
  readonly path: string
  readonly type: string
  readonly size: number
  readonly regenerate: 'never' | 'fail' | 'partial_idempotence' | 'full_idempotence' | 'always'
  readonly mode?: string
  readonly owner?: string
  readonly group?: string
}

/** What is known of the private key that is there. */
export interface KeyThere {
  readonly type: string | null
  readonly size: number | null
  readonly unreadable: string | null
}

type Files = Readonly<Record<string, PathState>>

/** Says why a key that is there is to be replaced; null where it stays. Ends with refuse where neither may be. */
export const whyReplaced = (wish: PairWish, there: KeyThere): string | null => {
  const { path, regenerate } = wish
  if (there.unreadable !== null) {
    if (regenerate === 'full_idempotence' || regenerate === 'always') return there.unreadable
    return refuse(
      'Unable to read the key. The key is protected with a passphrase or broken. Will not proceed: ' +
        `${path}: ${there.unreadable} (regenerate: full_idempotence replaces it and keeps a copy)`,
    )
  }
  const found = `${there.type} ${there.size}`
  const wanted = `${wish.type} ${wish.size}`
  if (found === wanted || regenerate === 'never') return null
  if (regenerate !== 'fail') return `it is ${found}, wanted is ${wanted}`
  return refuse(
    `Key has wrong type and/or size. Will not proceed: ${path} is ${found}, wanted is ${wanted} ` +
      '(regenerate: partial_idempotence replaces it and keeps a copy)',
  )
}

/** The files of a pair that is to be made. */
export const newPairFiles = (wish: PairWish): Files => ({
  [wish.path]: { kind: 'file', text: LATER, mode: privateMode(wish, '0600'), ...ownersOf(wish) },
  [`${wish.path}.pub`]: { kind: 'file', text: LATER, mode: '0644', ...ownersOf(wish) },
})

/** The files of a pair that stays: the private one closed to others, the public one as `line` says (null: not known). */
export const keptPairFiles = (wish: PairWish, found: Files, line: string | null): Files => {
  const [mine, theirs] = [found[wish.path] ?? null, found[`${wish.path}.pub`] ?? null]
  if (mine?.kind !== 'file') return found
  const closed: PathState = { ...mine, mode: privateMode(wish, mine.mode ?? ''), ...ownersOf(wish) }
  if (line === null || theirs?.kind === 'link') return { ...found, [wish.path]: closed }
  const { owner, group } = mine
  // a new public file belongs to whom the private one belongs
  const base =
    theirs?.kind === 'file'
      ? theirs
      : { ...(owner === undefined ? {} : { owner }), ...(group === undefined ? {} : { group }) }
  const open: PathState = { ...base, kind: 'file', text: publicText(line, theirs), mode: '0644', ...ownersOf(wish) }
  return { [wish.path]: closed, [`${wish.path}.pub`]: open }
}

/** What a record says of a pair whose files may be links, each `NAME is a symlink to TARGET`. */
interface LinkedPair {
  readonly links?: unknown
  readonly private_comment?: unknown
  readonly files?: Files
}

/** Refuses to write in the place of a link: one is read through, but what it leads to is not written under its name. */
export const checkLinks = (path: string, now: LinkedPair, wanted: LinkedPair): void => {
  const isRewritten = (wanted.private_comment ?? null) !== (now.private_comment ?? null)
  for (const link of now.links as readonly string[]) {
    const [name = ''] = link.split(' is a symlink to ')
    const isSame = isDeepStrictEqual(now.files?.[name], wanted.files?.[name]) && !(name === path && isRewritten)
    if (!isSame) refuse(`${link}, and the pair is not as wanted: name the file that it leads to`)
  }
}

/** A public key as its file has it. */
export const publicLineOf = (
  { type, blob }: { readonly type: string; readonly blob: string },
  comment: string,
): string => (comment === '' ? `${type} ${blob}` : `${type} ${blob} ${comment}`)

// a text that says the same is left as it is, to the byte
const publicText = (line: string, entry: PathState): string => {
  const text = entry?.kind === 'file' && typeof entry.text === 'string' ? entry.text : ''
  const found = readPublicLine(text)
  return found !== null && publicLineOf(found.key, found.comment) === line ? text : `${line}\n`
}

const privateMode = (wish: PairWish, found: string): string =>
  wish.mode?.padStart(4, '0') ?? (isClosed(found) ? found : '0600')

/** Says whether a mode keeps others out. */
export const isClosed = (mode: string): boolean => (Number.parseInt(mode, 8) & 0o077) === 0

const ownersOf = ({ owner, group }: PairWish): { owner?: string; group?: string } => ({
  ...(owner === undefined ? {} : { owner }),
  ...(group === undefined ? {} : { group }),
})

/** To whom a new pair belongs, as chown has it: as asked for, else as the one in whose place it comes. */
export const ownerOf = (wish: Pick<PairWish, 'owner' | 'group'>, before: PathState): string => {
  const found = before?.kind === 'file' ? before : null
  const owner = wish.owner ?? found?.owner ?? ''
  const group = wish.group ?? found?.group
  return group === undefined ? owner : `${owner}:${group}`
}
