import { HostError, UserError } from '../contract/errors.ts'
import { sideBySide } from '../engine/lock.ts'
import { startSsh } from '../host/connect.ts'
import type { KnownHosts } from '../host/known-hosts-files.ts'
import { type HostKey, judgeHostKeys, scanHostKeys, type Trusting, trustHostKeys } from '../host/trust.ts'
import { aligned } from '../output/aligned.ts'
import { isColored, type Paint, paints } from '../output/paint.ts'
import { visible } from '../output/visible.ts'
import type { Words } from './commands.ts'
import type { RunFlags } from './flags.ts'
import { chosenHosts, readInventory } from './load.ts'
import { type HostPlace, placesOf } from './places.ts'
import { askWord } from './prompt.ts'
import type { Surroundings } from './surroundings.ts'

type TrustFlags = Pick<RunFlags, 'inventory' | 'limit' | 'forks' | 'timeout' | 'color'> & { readonly yes?: true }

/** One address with the keys that it shows, or why it shows none. */
interface Scanned {
  readonly place: HostPlace
  readonly trusting: Trusting | HostError
}

const UNREACHABLE = 4

/** Shows the host keys that are not known yet, asks, and writes them to known_hosts; a changed key is never replaced. */
export const trust = async ({ flags }: Words, around: Surroundings): Promise<number> => {
  const { inventory: paths, limit, forks, timeout, yes, color } = flags as TrustFlags
  const inventory = await readInventory(paths)
  const places = placesOf(inventory, chosenHosts(inventory, limit))
  const { knownHosts } = startSsh()
  const scanned = await scanAll(places, { forks, timeoutMs: timeout * 1000 }, (place, keys) =>
    judgeHostKeys(knownHosts, place, keys),
  )
  const paint = paints(isColored(around.stdout, around.environment, color))
  around.stdout.write(`${scanned.flatMap((one) => scannedLines(one, paint)).join('\n')}\n`)
  const isTroubled = scanned.some(({ trusting }) => trusting instanceof HostError || trusting.refused.length > 0)
  const open = scanned.filter(({ trusting }) => mayBeTrusted(trusting).length > 0)
  if (open.length === 0) return isTroubled ? UNREACHABLE : 0
  if (!(await isAgreed(open, yes === true))) {
    around.stdout.write('nothing was written\n')
    return UNREACHABLE
  }
  for (const { place, trusting } of open) write(knownHosts, place, mayBeTrusted(trusting))
  around.stdout.write(`${amount(open)} written to ${knownHosts.path}\n`)
  return isTroubled ? UNREACHABLE : 0
}

const write = (knownHosts: KnownHosts, place: HostPlace, keys: readonly HostKey[]): void => {
  try {
    trustHostKeys(knownHosts, place, keys)
  } catch (error) {
    if (error instanceof HostError) throw new UserError(error.message)
    throw error
  }
}

const scanAll = async (
  places: readonly HostPlace[],
  { forks, timeoutMs }: { readonly forks: number; readonly timeoutMs: number },
  judge: (place: HostPlace, keys: readonly HostKey[]) => Trusting,
): Promise<readonly Scanned[]> => {
  const found = new Map<HostPlace, Scanned>()
  await sideBySide(places, forks, async (place) => {
    const keys = await scanHostKeys(place.address, place.port, timeoutMs).catch((error: unknown) => {
      if (error instanceof HostError) return error
      throw error
    })
    found.set(place, { place, trusting: keys instanceof HostError ? keys : judge(place, keys) })
  })
  return places.flatMap((place) => found.get(place) ?? [])
}

/** Keys of a host that shows a changed one are not trusted either. */
const mayBeTrusted = (trusting: Trusting | HostError): readonly HostKey[] =>
  trusting instanceof HostError || trusting.refused.length > 0 ? [] : trusting.unknown

const scannedLines = ({ place, trusting }: Scanned, paint: Paint): readonly string[] => {
  const title = `${paint.strong(place.hosts.join(', '))}  ${place.address}:${place.port}`
  if (trusting instanceof HostError) {
    return [title, `  ${paint.status('unreachable', 'unreachable')}  ${visible(trusting.message)}`, ...hintOf(trusting)]
  }
  const refused = trusting.refused.flatMap((error) => [
    `  ${paint.status('failed', error.hostKey.verdict)}  ${visible(error.message)}`,
    ...hintOf(error),
  ])
  const rows = [
    ...trusting.unknown.map((key) => ['unknown', key.type, key.fingerprint]),
    ...trusting.known.map((key) => ['known', key.type, key.fingerprint]),
  ]
  return [title, ...refused, ...aligned(rows)]
}

const hintOf = ({ hint }: HostError): readonly string[] => (hint === undefined ? [] : [`    hint: ${visible(hint)}`])

const isAgreed = async (open: readonly Scanned[], yes: boolean): Promise<boolean> => {
  if (yes) return true
  const answer = await askWord(`\ntrust ${amount(open)}? compare them with the machines' own first [y/N] `)
  if (answer !== null) return answer === 'y' || answer === 'yes'
  throw new UserError('trust asks on the terminal, and there is none; nothing was written', {
    hint: "compare the keys above with the machines' own, then add --yes",
  })
}

const amount = (open: readonly Scanned[]): string => {
  const keys = open.reduce((sum, { trusting }) => sum + mayBeTrusted(trusting).length, 0)
  const hosts = open.length
  return `${keys} ${keys === 1 ? 'key' : 'keys'} of ${hosts} ${hosts === 1 ? 'host' : 'hosts'}`
}
