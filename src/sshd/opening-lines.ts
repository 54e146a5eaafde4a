import type { SshdConnection } from '../contract/questions.ts'
import { isGlobal, type Statement } from '../formats/sshd-tree.ts'
import type { Accounts } from './accounts.ts'
import { holdAll } from './applies.ts'
import type { Obeyed } from './ask.ts'
import { decidingLines } from './line-source.ts'
import { METHOD_KEYWORDS } from './methods.ts'
import { states } from './place.ts'
import { type Setting, settingOf } from './setting.ts'
import { saidOf } from './spelling.ts'
import { sameValue } from './value.ts'
import { criteriaAround } from './witness.ts'

/** A configuration, and whom it is asked about. */
export interface Configuration {
  readonly all: readonly Statement[]
  readonly version: string
  readonly accounts: Accounts
}

/** The lines by which a method is open to a connection: that of its own keyword first; none where that is the default. */
export const openingLines = (
  configuration: Configuration,
  method: string,
  about: { readonly connection: SshdConnection; readonly said: Obeyed },
): readonly Statement[] =>
  [METHOD_KEYWORDS[method] ?? method, 'AuthenticationMethods'].flatMap((keyword) => {
    const setting = settingOf(keyword, configuration.version)
    const line = winner(configuration, setting, about)
    return line === null ? [] : [line]
  })

/** The line that sshd obeys for a connection: the first of the blocks that it meets, else the first outside of blocks. */
const winner = (
  { all, accounts }: Configuration,
  setting: Setting,
  { connection, said }: { readonly connection: SshdConnection; readonly said: Obeyed },
): Statement | null => {
  const effective = saidOf(setting, said)?.join(' ')
  const stated = all.filter((one) => states(one.line, setting))
  const inBlocks = stated.filter((one) => {
    const met = isGlobal(one) ? false : holdAll(criteriaAround(one), connection, accounts)
    // where sshd alone knows whether a block is met, its answer tells
    return met === null ? sameValue(setting, one.line.value) === effective : met
  })
  return inBlocks[0] ?? stated.find(isGlobal) ?? null
}

/** The lines outside of blocks that switch methods on or off. */
export const switchLines = (all: readonly Statement[], version: string): readonly Statement[] =>
  [...Object.values(METHOD_KEYWORDS), 'AuthenticationMethods'].flatMap((keyword) =>
    decidingLines(all, settingOf(keyword, version), null).slice(0, 1),
  )
