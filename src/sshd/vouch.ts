// Which answers of sshd may be remembered from run to run: those that nothing decides but files whose state is looked at.

import { byText } from '../contract/by-text.ts'
import type { Look } from '../contract/look.ts'
import { questions } from '../contract/questions.ts'
import { parseSshdConfig, type SshdGrammar } from '../formats/sshd-config.ts'
import { NEUTRAL, SSHD_CONFIG } from './ask.ts'
import { isForAll } from './for-all.ts'
import type { ReadTree } from './read-tree.ts'

/** Vouches for sshd's answer about its files on disk, where they all lie where it is looked whether they changed. */
export const vouchForNeutral = (on: Look, tree: ReadTree): void => {
  const paths = Object.keys(tree.real)
  if (tree.isNew || tree.root !== SSHD_CONFIG || paths.some((path) => on.planned(path))) return
  if (!paths.every((path) => isWatched(path) && tree.real[path] === path)) return
  // a pattern that finds nothing yet may find a file tomorrow
  if (!Object.keys(tree.includes).every(isWatched)) return
  if (isForAll(tree) && Object.values(tree.files).every(IS_DECIDED[tree.grammar]))
    on.vouch(questions.sshdObeys(NEUTRAL))
}

const isWatched = (path: string): boolean =>
  path === SSHD_CONFIG ||
  /^\/etc\/ssh\/sshd_config\.d\/[^./][^/]*$/.test(path) ||
  path === '/etc/crypto-policies/back-ends/opensshserver.config'

/** Keys that lie elsewhere or with an agent, and names of addresses, may change and no file that is looked at shows it. */
const isDecidedBy = (grammar: SshdGrammar) =>
  byText((text): boolean =>
    parseSshdConfig(text, grammar).every(({ name, value }) => {
      if (name === 'hostkey' || name === 'hostdsakey') return /^\/etc\/ssh\/ssh_host_[\w.-]+$/.test(value)
      if (name === 'listenaddress') return /^[\d.:[\]]+$/.test(value)
      return name !== 'hostcertificate' && name !== 'hostkeyagent'
    }),
  )

const IS_DECIDED: Readonly<Record<SshdGrammar, (text: string) => boolean>> = {
  old: isDecidedBy('old'),
  new: isDecidedBy('new'),
}
