import { HostError } from '../contract/errors.ts'
import type { Look } from '../contract/look.ts'
import type { SshdConnection } from '../contract/questions.ts'
import { Missing } from '../contract/signals.ts'
import { type Account, defaultKeySources, type KeySources, readKeySources } from '../formats/authorized-sources.ts'
import { flatten } from '../formats/sshd-tree.ts'
import { NEUTRAL, type Obeyed, SSHD_CONFIG, sshdVersion, type Verdict, verdict } from './ask.ts'
import { readSshdTree } from './read-tree.ts'
import { grammarOf, isGlobalOnlyIn } from './setting.ts'

/** Where sshd looks for a user's keys; `unasked` says why that is what it does by default and not what it told. */
export interface AskedKeySources extends KeySources {
  readonly unasked: { readonly why: string; readonly isForPower: boolean } | null
  /** all that it told of a connection of the user; empty where it was not asked */
  readonly said: Obeyed['values']
}

/** Asks sshd, for a connection of the user from where this one comes, where it looks for the keys of an account. */
export const askKeySources = async (on: Look, user: string): Promise<(account: Account) => AskedKeySources> => {
  const said = await sshdSays(on, user)
  return (account) =>
    'refusal' in said
      ? { ...defaultKeySources(account), unasked: unaskedOf(on, said.refusal), said: new Map() }
      : { ...readKeySources(said.values, account), unasked: null, said: said.values }
}

const isRoot = (on: Look): boolean => on.connection.power === 'root'

const unaskedOf = (on: Look, why: string): AskedKeySources['unasked'] => ({ why, isForPower: !isRoot(on) })

const sshdSays = async (on: Look, user: string): Promise<Verdict> => {
  if (!isRoot(on)) return { refusal: 'only root can ask it', isUntestable: true }
  try {
    return await ask(on, { ...NEUTRAL, user, ...here(on) })
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

const ask = async (on: Look, connection: SshdConnection): Promise<Verdict> => {
  if (!on.planned('/etc/ssh')) return await verdict(on, { file: SSHD_CONFIG }, connection)
  const version = await sshdVersion(on)
  const tree = await readSshdTree(on, SSHD_CONFIG, grammarOf(version))
  const about = tree === null ? { file: SSHD_CONFIG } : { text: flatten(tree, isGlobalOnlyIn(version)) }
  return await verdict(on, about, connection)
}
