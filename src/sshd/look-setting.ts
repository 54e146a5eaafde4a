// Looks at one setting on a machine: what sshd obeys, how it spells the wanted value, and who else has a say.

import { ahead } from '../contract/ahead.ts'
import type { Source } from '../contract/control.ts'
import type { Look } from '../contract/look.ts'
import { missing, refuse } from '../contract/signals.ts'
import { criteriaText, isAll, sameCriteria } from '../formats/sshd-match.ts'
import { flatten, isGlobal, type Statement, statements } from '../formats/sshd-tree.ts'
import { SSHD_CONFIG, verdict } from './ask.ts'
import { inTree, isOnDisk, type Scene, scopedAnswer, wantedSpelling, wholeAnswer } from './ask-setting.ts'
import { isUnread, refuseNoDirectory, refuseUnread, treeOf } from './file-tree.ts'
import { DROP_INS, isTextForAll } from './for-all.ts'
import { decidingLines, lineSources } from './line-source.ts'
import { lockout, whyNobody } from './lockout.ts'
import { stating } from './place.ts'
import { plainSpelling } from './plain-spelling.ts'
import { byRelease, toldRelease } from './release.ts'
import { criteriaKey, isInScope, rivalsOf, rivalText } from './rival.ts'
import { isGlobalOnlyIn, type Setting } from './setting.ts'
import { criteriaFor, refuseScope, type SettingParams, settingFor, valuesFor } from './setting-params.ts'
import { isSameSpelling, saidOf, spelled, writtenOf } from './spelling.ts'
import { sameValue } from './value.ts'
import { vouchForNeutral } from './vouch.ts'
import { connectionFor, connectionText, criteriaAround, mayMeet, overridingBlocks } from './witness.ts'

/** What was found of a setting. */
export interface SettingSight {
  readonly version: string
  /** the file by its real path, and its text; null where it is not there */
  readonly path: string
  readonly text: string | null
  /** what sshd obeys in that scope; null: it says nothing of it */
  readonly effective: string | null
  /** the wanted value in sshd's own words; null for what is to be absent */
  readonly spelled: string | null
  /** whether a line says so: any line of this file for what is to be absent, else one of the wanted value in the tree */
  readonly isWritten: boolean
  /** what other files say of it, a {@link rivalText} each */
  readonly rivals: readonly string[]
  /** what else a reader should know */
  readonly notes: readonly string[]
  /** the lines that decide it */
  readonly source: readonly Source[]
}

/** Looks at a setting; asks sshd in one flight, or in two where the tree decides what to ask. */
export const lookAtSetting = async (on: Look, params: SettingParams): Promise<SettingSight> => {
  const path = (await on.expand(params.path)).replace(/\/{2,}/g, '/')
  speculate(on, params, path)
  return await byRelease(
    on,
    (version) => lookBy(on, { params, path, version }),
    (sight) => isAsWanted(params, sight),
  )
}

const isAsWanted = ({ state, explicit }: SettingParams, { isWritten, ...said }: SettingSight): boolean =>
  state === 'absent' ? !isWritten : said.effective === said.spelled && (isWritten || !explicit)

const lookBy = async (
  on: Look,
  about: { readonly params: SettingParams; readonly path: string; readonly version: string },
): Promise<SettingSight> => {
  const { params, path, version } = about
  const noDirectory = params.create && params.state === 'present' ? ahead(refuseNoDirectory(on, path)) : null
  const file = await on.file(path)
  if (file === null && params.state === 'present' && !params.create) await refuseMissing(on, path)
  if (file !== null && file.kind !== 'file') refuse(`${path} is a ${file.kind}, not a file`)
  const setting = settingFor(params, version)
  refuseScope(setting, params)
  const values = valuesFor(setting, params)
  const match = criteriaFor(params)
  const dangers = ahead(whyNobody({ on, setting, values, match }))
  const scene: Scene = { on, setting, values, match, ...(await treeOf(on, path, setting.grammar)) }
  vouchForNeutral(on, scene.tree)
  if (params.state === 'present') await refuseUnread(on, scene)
  if (file === null) await noDirectory
  const all = statements(scene.tree)
  if (params.state === 'present') refuseInside(all, scene)
  const overriding = ahead(overridden(scene, all))
  const found = await answers(scene, all, dangers)
  return {
    version,
    path: file?.path ?? path,
    text: file === null ? null : (scene.tree.files[scene.path] ?? ''),
    ...found,
    isWritten: isWritten(all, scene),
    rivals: rivalsOf(all, scene.path, setting, scene.match).map(rivalText),
    notes: [...found.notes, ...(await overriding), ...unread(scene)],
    source: await lineSources(on, decidingLines(all, setting, scene.match).slice(0, MOST_SOURCES)),
  }
}

const MOST_SOURCES = 10

/** Sends ahead what is asked in nearly every case, so that it is one flight; the answers are remembered. */
const speculate = (on: Look, params: SettingParams, path: string): void => {
  const guess = settingFor(params, toldRelease(on) ?? '9.2')
  void ahead(on.list(DROP_INS, { texts: '.conf' }))
  if (on.planned('/etc/ssh') || on.planned(path)) return void ahead(on.file(SSHD_CONFIG))
  void ahead(verdict(on, { file: SSHD_CONFIG }))
  void ahead(speculateOnBlocks(on, guess, criteriaFor(params)))
}

/** Asks for the connections that the blocks of the main file are about before the files that it includes are read. */
const speculateOnBlocks = async (on: Look, setting: Setting, match: Scene['match']): Promise<void> => {
  const ask = async (criteria: NonNullable<Scene['match']>): Promise<void> => {
    const connection = await connectionFor(on, criteria)
    if (connection !== null) await verdict(on, { file: SSHD_CONFIG }, connection)
  }
  const asked = match === null ? [] : [ask(match)]
  const { grammar } = setting
  const text = (await on.file(SSHD_CONFIG))?.text
  if (typeof text !== 'string') return
  const isAlone = match !== null || isTextForAll(text)
  const all = isAlone ? [] : statements({ root: SSHD_CONFIG, grammar, files: { [SSHD_CONFIG]: text }, includes: {} })
  const blocks = overridingBlocks(all, setting).slice(0, MOST_WITNESSES)
  await Promise.all([...asked, ...blocks.map((one) => ask(criteriaAround(one)))])
}

const refuseMissing = async (on: Look, path: string): Promise<never> => {
  const vendor = path === SSHD_CONFIG ? await on.file('/usr/etc/ssh/sshd_config', { text: false }) : null
  const hint =
    vendor === null ? 'create: true makes it' : "the vendor's is /usr/etc/ssh/sshd_config: copy it here first"
  return missing({ kind: 'file', name: path, message: `${path} does not exist (${hint})` })
}

/** Refuses a file all of whose lines count in a block only, as it is included inside of one. */
const refuseInside = (all: readonly Statement[], { path }: Scene): void => {
  const first = all.find((one) => one.file === path)
  const outer = first?.line.name === 'match' ? first.within.slice(0, -1) : (first?.within ?? [])
  const step = first?.through.at(-1)
  if (!outer.every(isAll)) refuse(`${path} is included inside a Match block (${step?.file}:${step?.number})`)
}

const answers = async (
  scene: Scene,
  all: readonly Statement[],
  dangers: Promise<string | null>,
): Promise<Pick<SettingSight, 'effective' | 'spelled' | 'notes'>> => {
  const { setting, values, match } = scene
  const isAbsent = values.length === 0
  const [asWhole, asScoped] = [ahead(wholeAnswer(scene)), ahead(scopedAnswer(scene, all))]
  const whole = await asWhole
  const said = saidOf(setting, (await asScoped) ?? whole)
  if (isAbsent) return { effective: isRootless(scene) ? null : spelled(said), spelled: null, notes: [] }
  const plain = plainSpelling(setting, values, { said, whole })
  const wanted = plain ?? (await wantedSpelling(scene))
  // a few keywords are in no answer of sshd: there the lines are all there is to judge by
  const [effective, goal] =
    wanted === null
      ? [writtenOf(setting, all, match), values.map((value) => sameValue(setting, value))]
      : [said, plain ?? inTree(setting, wanted, whole)]
  const isSame = !isRootless(scene) && isSameSpelling(setting, effective, goal)
  const notes = lockout(scene, whole, await dangers, isSame)
  return {
    effective: isRootless(scene) ? null : spelled(effective),
    spelled: spelled(isSame ? effective : goal),
    notes,
  }
}

/** Says whether the file is what sshd begins with and is not there: then no sshd obeys anything of it, not even defaults. */
const isRootless = ({ tree, path }: Scene): boolean => tree.isNew && tree.root === path

const isWritten = (all: readonly Statement[], { setting, values, match, path }: Scene): boolean => {
  const wanted = values.map((value) => sameValue(setting, value))
  return stating(all, setting).some((one) => {
    if (!(match === null ? isGlobal(one) : isInBlock(one, match))) return false
    return values.length === 0 ? one.file === path : wanted.includes(sameValue(setting, one.line.value))
  })
}

const isInBlock = (one: Statement, match: NonNullable<Scene['match']>): boolean =>
  isInScope(one, match) && (isAll(match) || !isGlobal(one))

/** The blocks that override the wanted value, each with a connection for which sshd says otherwise. */
const overridden = async (scene: Scene, all: readonly Statement[]): Promise<readonly string[]> => {
  const { on, setting, match, values, tree } = scene
  if (values.length === 0) return []
  const wanted = new Set(values.map((value) => sameValue(setting, value)))
  const blocks = overridingBlocks(all, setting).filter((one) => !wanted.has(sameValue(setting, one.line.value)))
  if (match !== null) return earlier(blocks, all, match)
  const about = isOnDisk(on, tree) ? { file: tree.root } : { text: flatten(tree, isGlobalOnlyIn(setting.version)) }
  const notes = blocks.slice(0, MOST_WITNESSES).map(async (one) => {
    const connection = await connectionFor(on, criteriaAround(one))
    const answer = connection === null ? null : await verdict(on, about, connection)
    const said = answer === null || 'refusal' in answer ? null : spelled(saidOf(setting, answer))
    if (connection === null || said === null) return `${nameOf(one)} has it at ${one.line.value}`
    return `${nameOf(one)} keeps it at ${said}, as for ${connectionText(connection)}`
  })
  const more = blocks.length - MOST_WITNESSES
  return [...(await Promise.all(notes)), ...(more > 0 ? [`${more} more blocks override it`] : [])]
}

const nameOf = (one: Statement): string => `Match ${criteriaText(criteriaAround(one))} (${one.file}:${one.number})`

/** The blocks before that of the task which a connection of it may meet first. */
const earlier = (
  blocks: readonly Statement[],
  all: readonly Statement[],
  match: NonNullable<Scene['match']>,
): readonly string[] => {
  const own = all.findIndex((one) => criteriaKey(one) === sameCriteria(match))
  return blocks
    .filter((one) => criteriaKey(one) !== sameCriteria(match) && mayMeet(criteriaAround(one), match))
    .filter((one) => own < 0 || all.indexOf(one) < own)
    .map((one) => `${nameOf(one)} comes first, with ${one.line.value} where it applies too`)
}

const MOST_WITNESSES = 8

const unread = ({ tree, path }: Scene): readonly string[] =>
  !isUnread(tree) ? [] : [`${SSHD_CONFIG} does not lead to ${path}: it is judged by itself`]
