// A wanted value as the lines of a file have it, and what sshd would make of it that nobody means.

import { parseSshdLine, type SshdGrammar, sshdWords } from '../formats/sshd-config.ts'
import { compareVersions } from './keywords.ts'
import { type Setting, TAKES_NONE, TAKES_YES_NO } from './setting.ts'

/** What a playbook may give as a value. */
export type WantedValue = string | number | boolean | readonly (string | number | boolean)[]

/** The values of the lines to write, one a line; or why they cannot be written. */
export type Written = { readonly lines: readonly string[] } | { readonly why: string }

/** Renders a wanted value for a setting: booleans as yes and no, a list as the keyword has lists. */
export const written = (setting: Setting, value: WantedValue): Written => {
  const items = (Array.isArray(value) ? value : [value]).map((item) => word(item, setting))
  const wrong = items.map((item, index) => wrongItem(setting, item, Array.isArray(value) ? value[index] : value))
  const why = wrong.find((one) => one !== null) ?? (items.length === 0 ? 'an empty list is no value' : null)
  if (why !== null) return { why: `${setting.keyword}: ${why}` }
  if (setting.names.has('subsystem') && items.length > 1 && /\s/.test(items[0] ?? '')) return { why: ONE_SUBSYSTEM }
  const lines = linesOf(setting, items, Array.isArray(value))
  if (lines === null) return { why: `${setting.keyword} takes one value, not ${items.length}` }
  const misread = lines.map((line) => misreadLine(setting, line)).find((one) => one !== null)
  return misread === undefined ? { lines } : { why: `${setting.keyword} ${misread}` }
}

/** What is said of a list of subsystems. */
export const ONE_SUBSYSTEM = 'Subsystem: a task is about one subsystem, as in "sftp internal-sftp": make it a loop'

const word = (item: unknown, setting: Setting): string => {
  if (item === true) return 'yes'
  if (item === false) return 'no'
  const text = String(item).trim()
  if (takes(setting, TAKES_YES_NO) && /^(true|false)$/i.test(text)) return /^true$/i.test(text) ? 'yes' : 'no'
  return text
}

const takes = (setting: Setting, words: ReadonlySet<string>): boolean =>
  [...setting.names].some((name) => words.has(name))

const wrongItem = (setting: Setting, item: string, given: unknown): string | null => {
  if (item === '') return 'an empty text is no value (state: absent takes a setting away)'
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not get into a line
  if (/[\u0000-\u0008\u000a-\u001f\u007f]/.test(item)) return 'a value with a line break or a control character'
  if (typeof given === 'boolean' && setting.shape !== 'unknown' && !takes(setting, TAKES_YES_NO)) {
    return `it takes no yes or no, and the value is the boolean ${given}`
  }
  return null
}

const linesOf = (setting: Setting, items: readonly string[], isList: boolean): readonly string[] | null => {
  const { shape, grammar } = setting
  if (shape === 'commas') return [items.join(',')]
  if (shape === 'lines') return [...new Set(items.map((item) => quoted(item, grammar)))]
  if (setting.names.has('subsystem') && isList && items.length === 1) return items
  if (shape === 'words') return [isList ? items.map((item) => quoted(item, grammar)).join(' ') : (items[0] ?? '')]
  if (items.length !== 1) return null
  return shape === 'word' ? items.map((item) => quoted(item, grammar)) : items
}

const quoted = (item: string, grammar: SshdGrammar): string => {
  if (/^(["']).*\1$/s.test(item) && sshdWords(item, grammar)?.length === 1) return item
  if (grammar === 'old') return /[\s=]/.test(item) ? `"${item}"` : item
  const escaped = item.replace(/\\(?=["'\\])|"/g, '\\$&')
  return /[\s#"']/.test(item) ? `"${escaped}"` : item
}

const misreadLine = (setting: Setting, value: string): string | null => {
  const name = setting.keyword.toLowerCase()
  const line = parseSshdLine(`${setting.keyword} ${value}`, setting.grammar)
  if (line.value !== value) return `${value}: sshd ${setting.version} takes everything from # for a comment`
  const words = setting.shape === 'raw' ? [value] : sshdWords(value, setting.grammar)
  if (words === null) return `${value}: a quote is never closed`
  return misreadWords(setting, name, words, value)
}

const misreadWords = (setting: Setting, name: string, words: readonly string[], value: string): string | null => {
  const lower = value.toLowerCase()
  if (name === 'permituserenvironment' && /^(yes|no)$/i.test(value) && value !== lower) {
    return `${value}: sshd reads "${value}" as a pattern of names, not as "${lower}"; it is ${lower} in lower case only`
  }
  if (/^(allow|deny)(users|groups)$/.test(name) && words.some((one) => one.includes(','))) {
    return `${value}: sshd reads a comma as part of a name; give a list`
  }
  if (takes(setting, TAKES_NONE) && /^(yes|no)$/i.test(value)) {
    return `${value}: sshd reads "${value}" as the name of a file or command; for nothing it is "none"`
  }
  if (['authorizedkeyscommand', 'authorizedprincipalscommand'].includes(name) && /^["']none["']/i.test(value)) {
    return `${value}: sshd reads the quotes as part of a command; it is none without them`
  }
  if (name === 'authorizedkeysfile' && words.length > 1 && words.some((one) => one.toLowerCase() === 'none')) {
    return `${value}: none must stand alone`
  }
  if (name === 'subsystem' && (words.length < 2 || /\s/.test(words[0] ?? ''))) {
    return `${value}: a name and a command are wanted`
  }
  return compareVersions(setting.version, '8.0') <= 0 && isTime(name) && /^\d+m\d+s?$/i.test(value)
    ? `${value}: sshd ${setting.version} misreads minutes with seconds; write ${seconds(value)}`
    : null
}

const isTime = (name: string): boolean =>
  ['logingracetime', 'clientaliveinterval', 'unusedconnectiontimeout'].includes(name)

const UNITS: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600, d: 86400, w: 604800 }

/** The seconds of a time such as `1h30m`, or null where it is none. */
export const seconds = (text: string): number | null =>
  /^(\d+[smhdw]?)+$/i.test(text)
    ? [...text.toLowerCase().matchAll(/(\d+)([smhdw]?)/g)].reduce(
        (sum, [, count, unit]) => sum + Number(count) * (UNITS[unit ?? ''] ?? 0),
        0,
      )
    : null

/** A line's value in the one way in which two that sshd takes for the same are the same. */
export const sameValue = (setting: Setting, value: string): string => {
  if (setting.shape === 'raw') return value
  const words = sshdWords(value, setting.grammar) ?? [value]
  const text = words.join(' ')
  if (setting.shape === 'word' && !takes(setting, TAKES_NONE)) {
    const lower = text.toLowerCase()
    const time = [...setting.names].some(isTime) ? seconds(lower) : null
    if (time !== null) return String(time)
    return lower === 'without-password' ? 'prohibit-password' : lower
  }
  return text
}
