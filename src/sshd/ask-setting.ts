// The questions about one setting, whose answers are sshd's own words.

import type { Look } from '../contract/look.ts'
import { refuse, wait } from '../contract/signals.ts'
import { parseSshdConfig, renderSshdLine } from '../formats/sshd-config.ts'
import { type Criterion, criteriaOf, isAll, sameCriteria } from '../formats/sshd-match.ts'
import { type Flattened, flatten, isGlobal, type Statement } from '../formats/sshd-tree.ts'
import { type Obeyed, obeyed, verdict } from './ask.ts'
import { firstRelease, keywordOf } from './keywords.ts'
import { states } from './place.ts'
import type { ReadTree } from './read-tree.ts'
import { criteriaKey, isInScope } from './rival.ts'
import { isGlobalOnlyIn, likeKeyword, type Setting } from './setting.ts'
import { saidOf, withPorts } from './spelling.ts'
import { connectionFor, criteriaAround, isSureFor, missesNeutral, overridingBlocks } from './witness.ts'

/** One setting in one scope of one file, looked at on a machine. */
export interface Scene {
  readonly on: Look
  readonly setting: Setting
  /** the values of the lines that are wanted; none for what is to be absent */
  readonly values: readonly string[]
  readonly match: readonly Criterion[] | null
  /** the file, by its path in the tree */
  readonly path: string
  readonly tree: ReadTree
}

/** What sshd makes of the whole tree: of what is on disk, else of the text that is planned. */
export const wholeAnswer = async ({ on, tree, path, setting }: Scene): Promise<Obeyed> => {
  const about = isOnDisk(on, tree) ? { file: tree.root } : { text: flatten(tree, isGlobalOnlyIn(setting.version)) }
  const what = 'file' in about ? `${path} was broken before, sshd refuses it` : `sshd would refuse ${path}`
  return obeyed(await verdict(on, about), what)
}

/** Says whether the tree is what sshd finds on disk: nothing of it is planned, and its root is there. */
export const isOnDisk = (on: Look, tree: ReadTree): boolean =>
  !tree.isNew && !Object.values(tree.real).some((path) => on.planned(path))

/**
 * What sshd makes of the scope alone: without the blocks that override it, or with its own block for everybody. Null
 * where the whole says it.
 */
export const scopedAnswer = async (scene: Scene, all: readonly Statement[]): Promise<Obeyed | null> => {
  const { on, setting, match, tree } = scene
  const own = match === null || isAll(match) ? null : sameCriteria(match)
  const others = overridingBlocks(all, setting).filter((one) => criteriaKey(one) !== own)
  if (own === null && others.every((one) => missesNeutral(criteriaAround(one)))) return null
  const what = `sshd would refuse ${scene.path}`
  if (match !== null && own !== null && others.length === 0 && isOnDisk(on, tree) && isSureFor(match)) {
    const connection = await connectionFor(on, match)
    if (connection !== null) return obeyed(await verdict(on, { file: tree.root }, connection), what)
  }
  const takes = (one: Statement): boolean => isGlobal(one) || (match !== null && isInScope(one, match))
  const text = flatten(tree, isGlobalOnlyIn(setting.version), takes)
  return obeyed(await verdict(on, { text: match === null ? text : forEverybody(text, match) }), what)
}

const forEverybody = (flat: Flattened, match: readonly Criterion[]): Flattened => {
  const lines = parseSshdConfig(flat.text).map((line) => {
    const criteria = line.name === 'match' ? criteriaOf(line.value) : null
    const isIt = criteria !== null && sameCriteria(criteria) === sameCriteria(match)
    return isIt ? 'Match all\n' : renderSshdLine(line)
  })
  return { text: lines.join(''), from: flat.from }
}

const COMPANIONS: Readonly<Record<string, string>> = {
  authorizedkeyscommand: 'AuthorizedKeysCommandUser nobody\n',
  authorizedprincipalscommand: 'AuthorizedPrincipalsCommandUser nobody\n',
  // stands for every port of the tree
  listenaddress: 'Port 1\n',
}

const companionOf = (keyword: string): string => (Object.hasOwn(COMPANIONS, keyword) ? (COMPANIONS[keyword] ?? '') : '')

const linesFor = (setting: Setting, values: readonly string[]): string =>
  values.map((value) => `${setting.keyword} ${value}\n`).join('')

/** The wanted lines as a configuration of their own, with what they cannot be without. */
export const alone = (setting: Setting, values: readonly string[]): Flattened => ({
  text: linesFor(setting, values) + companionOf(setting.keyword.toLowerCase()),
  from: [],
})

/**
 * How sshd spells the wanted value: asked alone; where it cannot stand alone, in front of all else that the tree says.
 * Null where its answer has no line of it. Refuses, in sshd's words, what sshd refuses or ignores.
 */
export const wantedSpelling = async (scene: Scene): Promise<readonly string[] | null> => {
  const { on, setting, values, tree } = scene
  const made = setting.names.has('hostkey') ? values.find((value) => on.planned(value)) : undefined
  if (made !== undefined) wait(`${made} is not made yet, and sshd must read it`)
  const first = await verdict(on, { text: alone(setting, values) })
  if (!('refusal' in first)) return heeded(scene, first)
  const rest = flatten(tree, isGlobalOnlyIn(setting.version), (one) => isGlobal(one) && !states(one.line, setting))
  const second = await verdict(on, { text: { text: linesFor(setting, values) + rest.text, from: [] } })
  const what = `sshd ${setting.version} refuses ${named(scene)}${knownSince(scene)}`
  // a host key that cannot be loaded is no fault of the machine where it is the wanted one
  if ('refusal' in second && setting.names.has('hostkey')) refuse(`${what}: ${second.refusal}`)
  const worse = 'refusal' in second && !second.isUntestable && !first.isUntestable ? first : second
  return heeded(scene, obeyed(worse, what))
}

const named = ({ setting, values }: Scene): string => `${setting.keyword} ${values.join(', ')}`

const knownSince = ({ setting }: Scene): string => {
  if (keywordOf(setting.keyword, setting.version) !== null) return ''
  const first = firstRelease(setting.keyword)
  if (first !== null) return ` (known from ${first} on)`
  const like = likeKeyword(setting.keyword)
  return like === null ? '' : ` (did you mean ${like}?)`
}

const heeded = (scene: Scene, answer: Obeyed): readonly string[] | null => {
  const { setting } = scene
  const ignored = answer.warnings.find((line) => /(Deprecated|Unsupported) option/.test(line))
  if (ignored !== undefined || keywordOf(setting.keyword, setting.version)?.isDead === true) {
    refuse(`sshd ${setting.version} ignores ${setting.keyword}${ignored === undefined ? '' : `: ${ignored}`}`)
  }
  return saidOf(setting, answer)
}

/** The wanted values as sshd would print them in this tree, whose ports an address without one gets. */
export const inTree = (setting: Setting, values: readonly string[], whole: Obeyed): readonly string[] =>
  withPorts(setting, values, whole.values.get('port') ?? [])
