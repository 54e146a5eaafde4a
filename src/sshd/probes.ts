import type { SshdConnection } from '../contract/questions.ts'
import type { Criterion } from '../formats/sshd-match.ts'
import { isGlobal, type Statement } from '../formats/sshd-tree.ts'
import { type Accounts, isRootAccount } from './accounts.ts'
import { fieldOf, holdAll, holds } from './applies.ts'
import { NEUTRAL } from './ask.ts'
import { criteriaKey } from './rival.ts'
import { samplesOf } from './samples.ts'
import { criteriaAround } from './witness.ts'

/** From whom connections are made up, beside what the Match lines name. */
export interface Around {
  readonly accounts: Accounts
  /** users in any case */
  readonly users: readonly string[]
  /** users about whom nothing is asked */
  readonly except: readonly string[]
  /** the connection of this run, as far as it is known */
  readonly here: Partial<SshdConnection>
}

/** Connections that together meet every Match, and how many more there would be. */
export interface Probes {
  readonly connections: readonly SshdConnection[]
  readonly leftOut: number
}

const MOST = 40

/**
 * Makes up connections, one for each set of Match blocks that users, addresses, hosts and ports can meet: the neutral one
 * first, those that meet a block for the first time next, 40 at most.
 */
export const probesFor = (all: readonly Statement[], around: Around): Probes => {
  const blocks = blocksOf(all)
  const distinct = new Map<string, Candidate>()
  for (const connection of combinations(blocks.flat(), around)) {
    const met = blocks.map((criteria) => holdAll(criteria, connection, around.accounts))
    const isRoot = isRootAccount(around.accounts, connection.user)
    const key = [isRoot, ...met.map((one) => (one === null ? `?${connection.user}` : one))].join(' ')
    if (!distinct.has(key)) distinct.set(key, { connection, met })
  }
  const ordered = newFirst([...distinct.values()])
  return { connections: ordered.slice(0, MOST), leftOut: Math.max(0, ordered.length - MOST) }
}

interface Candidate {
  readonly connection: SshdConnection
  readonly met: readonly (boolean | null)[]
}

/** The criteria of each block, all of which must hold, without those that are about everybody. */
const blocksOf = (all: readonly Statement[]): readonly (readonly Criterion[])[] => {
  const heads = all.filter((one) => one.line.name === 'match' && !isGlobal(one))
  return [...new Map(heads.map((one) => [criteriaKey(one), criteriaAround(one)])).values()]
}

const newFirst = (candidates: readonly Candidate[]): readonly SshdConnection[] => {
  const covered = new Set<number>()
  const [early, late]: [SshdConnection[], SshdConnection[]] = [[], []]
  for (const { connection, met } of candidates) {
    const fresh = met.flatMap((one, index) => (one !== false && !covered.has(index) ? [index] : []))
    for (const index of fresh) covered.add(index)
    if (early.length < 2 || fresh.length > 0) early.push(connection)
    else late.push(connection)
  }
  return [...early, ...late]
}

/** Connections of all values that the criteria tell apart, those that differ least from the neutral one first. */
const combinations = (criteria: readonly Criterion[], around: Around): readonly SshdConnection[] => {
  const values = (field: keyof SshdConnection): readonly (string | number)[] => valuesOf(field, criteria, around)
  let all: readonly SshdConnection[] = [NEUTRAL]
  for (const field of ['user', 'addr', 'lport', 'host', 'laddr'] as const) {
    const several = values(field)
    all = all.flatMap((one) => several.map((value) => ({ ...one, [field]: value }))).slice(0, MOST_COMBINATIONS)
  }
  return [...all].sort((one, other) => strangeness(one) - strangeness(other))
}

const MOST_COMBINATIONS = 20_000

const strangeness = (connection: SshdConnection): number =>
  (Object.keys(NEUTRAL) as (keyof SshdConnection)[]).filter((field) => connection[field] !== NEUTRAL[field]).length

const valuesOf = (
  field: keyof SshdConnection,
  criteria: readonly Criterion[],
  { accounts, users, except, here }: Around,
): readonly (string | number)[] => {
  const own = criteria.filter((one) => fieldOf(one) === field)
  const named = own.flatMap((one) => samplesOf(one, accounts))
  const mine = here[field] === undefined ? [] : [here[field]]
  const some = [NEUTRAL[field], ...(field === 'user' ? users : []), ...mine, ...named]
  const typed = some.map((value) => (field === 'lport' ? Number(value) : String(value)))
  const told = new Map<string, string | number>()
  for (const value of typed) {
    if (field === 'user' && except.includes(String(value))) continue
    const connection = { ...NEUTRAL, [field]: value }
    const answers = own.map((one) => holds(one, connection, accounts) ?? `?${value}`)
    const key = [field === 'user' && isRootAccount(accounts, String(value)), ...answers].join(' ')
    if (!told.has(key)) told.set(key, value)
  }
  return [...told.values()]
}
