// Looks at the methods by which anybody may log in: what sshd obeys for connections that together meet every Match.

import { ahead } from '../contract/ahead.ts'
import type { Source } from '../contract/control.ts'
import type { Look } from '../contract/look.ts'
import { questions, type SshdConnection } from '../contract/questions.ts'
import { missing } from '../contract/signals.ts'
import { type Flattened, flatten, type Statement, statements } from '../formats/sshd-tree.ts'
import { type Accounts, isRootAccount, memberOf, readAccounts } from './accounts.ts'
import { NEUTRAL, type Obeyed, obeyed, SSHD_CONFIG, verdict } from './ask.ts'
import { isOnDisk } from './ask-setting.ts'
import { sshdTree } from './file-tree.ts'
import { DROP_INS, isForAll, isTextForAll } from './for-all.ts'
import { lineSources } from './line-source.ts'
import { waysIn } from './methods.ts'
import { openingLines, switchLines } from './opening-lines.ts'
import { type Around, type Probes, probesFor } from './probes.ts'
import type { ReadTree } from './read-tree.ts'
import { byRelease } from './release.ts'
import { grammarOf, isGlobalOnlyIn } from './setting.ts'
import { connectionText } from './witness.ts'

/** The methods that are open to somebody, and to whom those that should not be. */
export interface MethodsSight {
  /** in alphabetical order */
  readonly methods: readonly string[]
  /** for each method that is too much: `password for user=bob addr=10.0.0.1 (/etc/ssh/sshd_config:31)` */
  readonly witness: readonly string[]
  readonly source: readonly Source[]
  readonly notes: readonly string[]
}

/** What is claimed of whom. */
export interface MethodsClaim {
  readonly only: readonly string[]
  readonly except: readonly string[]
}

/** Looks at the ways in: the tree in one flight, all connections in the next. */
export const lookAtMethods = async (on: Look, claim: MethodsClaim): Promise<MethodsSight> => {
  void ahead(askMainFile(on, claim))
  return await byRelease(
    on,
    (version) => lookBy(on, claim, version),
    ({ witness }) => witness.length === 0,
  )
}

const lookBy = async (on: Look, claim: MethodsClaim, version: string): Promise<MethodsSight> => {
  const [accounts, tree] = await Promise.all([accountsOf(on, null), treeOfSshd(on, version)])
  const all = statements(tree)
  const full = await accountsOf(on, groupsToAsk(all, accounts))
  const probes = probesFor(all, around(on, full, claim))
  const about = aboutTree(on, tree, version)
  const isOneAnswer = isForAll(tree)
  const answers = await Promise.all(
    probes.connections.map(async (connection) => {
      const said = await verdict(on, about, isOneAnswer ? NEUTRAL : connection)
      const obeys = obeyed(said, 'sshd refuses its configuration')
      return { connection, said: obeys, ways: waysIn(obeys, { isRoot: isRootAccount(full, connection.user) }) }
    }),
  )
  return await judged(on, { all, version, accounts: full, answers, probes, claim })
}

interface Answered {
  readonly connection: SshdConnection
  readonly said: Obeyed
  readonly ways: readonly string[]
}

interface Judging {
  readonly all: readonly Statement[]
  readonly version: string
  readonly accounts: Accounts
  readonly answers: readonly Answered[]
  readonly probes: Probes
  readonly claim: MethodsClaim
}

const judged = async (on: Look, judging: Judging): Promise<MethodsSight> => {
  const { all, version, accounts, answers, probes, claim } = judging
  const methods = [...new Set(answers.flatMap(({ ways }) => ways))].sort()
  const wrong = methods.filter((method) => !claim.only.includes(method))
  const cases = wrong.flatMap((method) => {
    const open = answers.filter(({ ways }) => ways.includes(method))
    const worst = open[0]
    if (worst === undefined) return []
    return [
      { method, ...worst, others: open.length - 1, lines: openingLines({ all, version, accounts }, method, worst) },
    ]
  })
  const witness = cases.map(
    ({ method, connection, lines, others }) =>
      `${method} for ${connectionText(connection).replaceAll(',', ' ')} (${placeOf(lines[0])})` +
      (others === 0 ? '' : `, and for ${others} more of ${answers.length} connections`),
  )
  const lines = cases.length > 0 ? cases.flatMap((one) => one.lines) : switchLines(all, version)
  const { leftOut } = probes
  return {
    methods,
    witness,
    source: await lineSources(on, [...new Set(lines)]),
    notes: [
      ...witness,
      ...(leftOut === 0
        ? []
        : [`asked about ${answers.length} connections; ${leftOut} more that meet other sets of Match blocks were not`]),
    ],
  }
}

const placeOf = (line: Statement | undefined): string =>
  line === undefined ? "sshd's default" : `${line.file}:${line.number}`

/** What is asked in nearly every case goes ahead, so that it is one flight; the answers are remembered. */
const askMainFile = async (on: Look, claim: MethodsClaim): Promise<void> => {
  void ahead(on.list(DROP_INS, { texts: '.conf' }))
  if (isPlanned(on)) return
  void ahead(verdict(on, { file: SSHD_CONFIG }))
  const [text, accounts] = await Promise.all([on.file(SSHD_CONFIG).then((file) => file?.text), accountsOf(on, null)])
  if (typeof text !== 'string' || isTextForAll(text)) return
  const all = statements({ root: SSHD_CONFIG, grammar: 'new', files: { [SSHD_CONFIG]: text }, includes: {} })
  const { connections } = probesFor(all, around(on, accounts, claim))
  for (const connection of connections) void ahead(verdict(on, { file: SSHD_CONFIG }, connection))
}

const isPlanned = (on: Look): boolean => on.planned(SSHD_CONFIG) || on.planned(DROP_INS)

const treeOfSshd = async (on: Look, version: string): Promise<ReadTree> => {
  const tree = await sshdTree(on, grammarOf(version))
  return tree ?? missing({ kind: 'file', name: SSHD_CONFIG, message: `${SSHD_CONFIG} does not exist` })
}

const aboutTree = (on: Look, tree: ReadTree, version: string): { file: string } | { text: Flattened } =>
  isOnDisk(on, tree) && !isPlanned(on) ? { file: SSHD_CONFIG } : { text: flatten(tree, isGlobalOnlyIn(version)) }

const around = ({ connection }: Look, accounts: Accounts, { except }: MethodsClaim): Around => {
  const { user, from, address, port } = connection
  return {
    accounts,
    users: ['root', user],
    except,
    here: {
      ...(from === null ? {} : { addr: from }),
      ...(address === null ? {} : { laddr: address }),
      ...(port === null ? {} : { lport: port }),
    },
  }
}

/** Groups that a Match names and whose members the machine's own files do not know: a directory may. */
const groupsToAsk = (all: readonly Statement[], accounts: Accounts): readonly string[] => {
  const named = all
    .flatMap(({ within }) => within.flat())
    .filter(({ name }) => name === 'group')
    .flatMap(({ patterns }) => patterns.split(',').map((pattern) => pattern.replace(/^!/, '')))
  return [...new Set(named)].filter((name) => !/[*?]/.test(name) && name !== '' && memberOf(accounts, name) === null)
}

const accountsOf = async (on: Look, groups: readonly string[] | null): Promise<Accounts> => {
  const [passwd, group, ...entries] = await Promise.all([
    on.read('/etc/passwd'),
    on.read('/etc/group'),
    ...(groups ?? []).map(async (name) => (await on.ask(questions.entry('group', name))).stdout),
  ])
  return readAccounts(passwd ?? '', [group ?? '', ...entries].join('\n'))
}
