import { byData } from '../contract/by-text.ts'
import type { Complaint } from '../contract/module.ts'
import { refuse } from '../contract/signals.ts'
import { suggest } from '../contract/suggest.ts'
import { sshdWords } from '../formats/sshd-config.ts'
import { type Criterion, criteriaOf, isAll } from '../formats/sshd-match.ts'
import { allKeywords } from './keywords.ts'
import { grammarOf, type Setting, settingOf } from './setting.ts'
import { ONE_SUBSYSTEM, type WantedValue, written } from './value.ts'

/** What a task says of a setting. */
export interface SettingParams {
  readonly keyword: string
  readonly value?: WantedValue
  readonly match?: string
  readonly state: 'present' | 'absent'
  readonly path: string
  readonly create: boolean
  readonly explicit: boolean
}

/** The setting that a task names, for a release. */
export const settingFor = ({ keyword, value }: SettingParams, version: string): Setting => {
  const text = Array.isArray(value) ? value[0] : value
  const words = text === undefined ? null : sshdWords(String(text).trim(), grammarOf(version))
  return settings([keyword, version, words?.[0] ?? null])
}

/** By keyword, release and first word: a run asks for the same few of every host. */
const settings = byData((about: readonly [string, string, string | null]) => settingOf(...about), 256)

/** The values of the lines that a task wants; none for what is to be absent. Refuses what cannot be written or would be misread. */
export const valuesFor = (setting: Setting, { value, state }: SettingParams): readonly string[] => {
  if (state === 'absent' || value === undefined) return []
  const result = written(setting, value)
  return 'lines' in result ? result.lines : refuse(result.why)
}

/** The criteria of the block that a task names; null for the global part. */
export const criteriaFor = ({ match }: SettingParams): readonly Criterion[] | null =>
  match === undefined ? null : (criteriaOf(match) ?? refuse(`match: "${match}" is no list of criteria and patterns`))

/** Refuses a keyword that sshd takes outside of a real block only. */
export const refuseScope = (setting: Setting, params: SettingParams): void => {
  const match = criteriaFor(params)
  if (match === null || isAll(match) || setting.isGlobalOnly !== true) return
  refuse(`${params.keyword} is not allowed within a Match block: it is global only in sshd ${setting.version}`)
}

/** What is wrong with the params of a task whatever the machine. */
export const wrongParams = (params: SettingParams): readonly Complaint[] => {
  const { keyword, value, match, state } = params
  if (!/^[A-Za-z][A-Za-z0-9]*$/.test(keyword)) return [{ param: 'keyword', message: `"${keyword}" is no keyword` }]
  if (/^match$/i.test(keyword)) return [{ ...NO_SETTING, hint: 'match: names a block, keyword: what it holds' }]
  if (/^include$/i.test(keyword)) return [{ ...NO_SETTING, hint: 'line_in_file edits such a line' }]
  const meant = misspelt(keyword)
  if (meant !== null) {
    const message = `Bad configuration option: ${keyword}: no sshd knows this keyword`
    return [{ param: 'keyword', message, hint: `did you mean "${meant}"?` }]
  }
  if (state === 'present' && value === undefined) return [{ param: 'keyword', message: `${keyword} has no value` }]
  if (state === 'absent' && value !== undefined && !/^subsystem$/i.test(keyword)) {
    return [{ param: 'value', message: 'state: absent takes every line of the keyword: a value has no meaning there' }]
  }
  if (state === 'absent' && Array.isArray(value) && value.length !== 1) {
    return [{ param: 'value', message: ONE_SUBSYSTEM }]
  }
  const wrong = match === undefined ? null : wrongMatch(match)
  if (wrong !== null) return [{ param: 'match', message: `match: "${match}" ${wrong}`, hint: MATCH_HINT }]
  const result = state === 'present' && value !== undefined ? written(settingFor(params, NEWEST), value) : null
  return result !== null && 'why' in result ? [{ param: 'value', message: result.why }] : []
}

/** A keyword that is one slip away from a known one; one that is like none may be a distribution's own, and is left to its sshd. */
const misspelt = (keyword: string): string | null => {
  const isKnown = allKeywords.some((known) => known.toLowerCase() === keyword.toLowerCase())
  return isKnown ? null : suggest(keyword, allKeywords, 1)
}

const NEWEST = '10.5'
const NO_SETTING = { param: 'keyword', message: 'this keyword is no setting' }
const MATCH_HINT = 'criteria and patterns, as in "User bob Address 10.0.0.0/8"'

const wrongMatch = (match: string): string | null => {
  if (/^\s*match\b/i.test(match)) return 'begins with the word Match'
  return /[\r\n]/.test(match) || criteriaOf(match) === null ? 'is no list of criteria and patterns' : null
}
