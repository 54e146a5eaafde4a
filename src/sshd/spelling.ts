import type { Criterion } from '../formats/sshd-match.ts'
import { isGlobal, type Statement } from '../formats/sshd-tree.ts'
import type { Obeyed } from './ask.ts'
import { states } from './place.ts'
import { isInScope } from './rival.ts'
import type { Setting } from './setting.ts'
import { sameValue } from './value.ts'

/** What sshd says of a setting, a value each; null where its answer has no line of it. */
export const saidOf = (setting: Setting, { values }: Obeyed): readonly string[] | null => {
  // where ChallengeResponseAuthentication is a setting of its own, what counts is what both come to
  const names = ['kbdinteractiveauthentication', ...setting.names].filter((name) => setting.names.has(name))
  const said = names.flatMap((name) => (values.has(name) ? [values.get(name) ?? []] : []))[0]
  const own = said?.filter((value) => setting.subsystem === null || value.split(' ')[0] === setting.subsystem)
  return own === undefined || own.length === 0 ? null : own
}

/** What the first line that counts in a scope says, for the few keywords that sshd's answer leaves out. */
export const writtenOf = (
  setting: Setting,
  all: readonly Statement[],
  match: readonly Criterion[] | null,
): readonly string[] | null => {
  const stated = all.filter((one) => states(one.line, setting) && (isGlobal(one) || isInScope(one, match)))
  const first = match === null ? stated[0] : (stated.find((one) => isInScope(one, match)) ?? stated[0])
  return first === undefined ? null : [sameValue(setting, first.line.value)]
}

/** Says whether two answers mean the same: in any order where the order of lines is nothing to sshd. */
export const isSameSpelling = (
  setting: Setting,
  one: readonly string[] | null,
  other: readonly string[] | null,
): boolean => key(setting, one) === key(setting, other)

const key = (setting: Setting, values: readonly string[] | null): string =>
  JSON.stringify(values !== null && setting.order === 'all' ? [...new Set(values)].sort() : values)

/** An answer as one text. */
export const spelled = (values: readonly string[] | null): string | null => values?.join(' ') ?? null

/** The wanted addresses with the ports of the tree in place of the port 1, which stood for them. */
export const withPorts = (setting: Setting, values: readonly string[], ports: readonly string[]): readonly string[] =>
  setting.names.has('listenaddress')
    ? values.flatMap((value) => (value.endsWith(':1') ? ports.map((port) => value.replace(/1$/, port)) : [value]))
    : values
