import { ahead } from '../contract/ahead.ts'
import { HostError } from '../contract/errors.ts'
import type { Look } from '../contract/look.ts'
import type { SshdConnection } from '../contract/questions.ts'
import { Missing } from '../contract/signals.ts'
import { type Account, defaultKeySources, type KeySources, readKeySources } from '../formats/authorized-sources.ts'
import { type Flattened, flatten } from '../formats/sshd-tree.ts'
import { NEUTRAL, type Obeyed, SSHD_CONFIG, sshdVersion, type Verdict, verdict } from './ask.ts'
import { isForAll } from './for-all.ts'
import { readSshdTree } from './read-tree.ts'
import { toldRelease } from './release.ts'
import { isSameForAll } from './same-for-all.ts'
import { grammarOf, isGlobalOnlyIn } from './setting.ts'

/** Where sshd looks for a user's keys; `unasked` says why that is what it does by default and not what it told. */
export interface AskedKeySources extends KeySources {
  readonly unasked: { readonly why: string; readonly isForPower: boolean } | null
  /** all that it told of a connection of the user; empty where it was not asked */
  readonly said: Obeyed['values']
}

/** Says where sshd looks for the keys of an account. */
export type SourcesOf = (account: Account) => AskedKeySources

/**
 * Looks at something by where sshd finds a user's keys, for a connection from where this one comes. What it says of any
 * connection mostly holds for that one too, and is followed at once, while the files are read that can tell.
 */
export const byKeySources = async <Sight>(
  on: Look,
  user: string,
  look: (sourcesOf: SourcesOf) => Promise<Sight>,
): Promise<Sight> => {
  const first = ahead(sshdSays(on, NEUTRAL).then((said) => sourcesBy(on, said)))
  const early = ahead(first.then(look))
  const isTheSame = ahead(isAnybodys(on))
  if (await isTheSame) return await early
  return await look(sourcesBy(on, await sshdSays(on, { ...NEUTRAL, user, ...here(on) })))
}

const sourcesBy =
  (on: Look, said: Verdict): SourcesOf =>
  (account) =>
    'refusal' in said
      ? { ...defaultKeySources(account), unasked: unaskedOf(on, said.refusal), said: new Map() }
      : { ...readKeySources(said.values, account), unasked: null, said: said.values }

const isRoot = (on: Look): boolean => on.connection.power === 'root'

const unaskedOf = (on: Look, why: string): AskedKeySources['unasked'] => ({ why, isForPower: !isRoot(on) })

const sshdSays = async (on: Look, connection: SshdConnection): Promise<Verdict> => {
  if (!isRoot(on)) return { refusal: 'only root can ask it', isUntestable: true }
  try {
    const planned = await plannedText(on)
    return await verdict(on, planned === null ? { file: SSHD_CONFIG } : { text: planned.text }, connection)
  } catch (error) {
    // a machine without sshd may have keys all the same
    if (error instanceof Missing || (error instanceof HostError && !error.unreachable))
      return { refusal: error.message, isUntestable: true }
    throw error
  }
}

const here = ({ connection: { from, address, port } }: Look): Partial<SshdConnection> => ({
  ...(from === null ? {} : { host: from, addr: from }),
  ...(address === null ? {} : { laddr: address }),
  ...(port === null ? {} : { lport: port }),
})

/** Says whether what sshd says of any connection is all that can be said of the user's. */
const isAnybodys = async (on: Look): Promise<boolean> => {
  if (!isRoot(on)) return true
  const planned = await plannedText(on)
  return planned === null ? await isSameForAll(on) : planned.isForAll
}

/** The configuration as earlier tasks of a dry run planned it; null where it is the one on disk. */
const plannedText = async (on: Look): Promise<{ readonly text: Flattened; readonly isForAll: boolean } | null> => {
  if (!on.planned('/etc/ssh')) return null
  const version = await sshdVersion(on, toldRelease(on))
  const tree = await readSshdTree(on, SSHD_CONFIG, grammarOf(version))
  return tree === null ? null : { text: flatten(tree, isGlobalOnlyIn(version)), isForAll: isForAll(tree) }
}
