// What would let nobody in: refused before it is written, and said where it stands already.

import { questions } from '../contract/questions.ts'
import { refuse } from '../contract/signals.ts'
import { sshdWords } from '../formats/sshd-config.ts'
import { entryIn } from '../paths/owners.ts'
import type { Obeyed } from './ask.ts'
import type { Scene } from './ask-setting.ts'

/** Gives notes on what stands already and lets nobody in; refuses what is wanted and would. */
export const lockout = (scene: Scene, whole: Obeyed, why: string | null, isThere: boolean): readonly string[] => {
  const { on, setting, values, tree, path, match } = scene
  if (why !== null && !isThere) refuse(`${setting.keyword} ${values.join(', ')} would let nobody in: ${why}`)
  const methods = match === null ? noMethods(whole) : null
  if (methods !== null && on.planned(tree.real[path] ?? path)) refuse(methods)
  return [why === null ? null : `${setting.keyword} lets nobody in: ${why}`, methods].filter((one) => one !== null)
}

const METHODS = ['password', 'kbdinteractive', 'gssapi', 'hostbased'].map((name) => `${name}authentication`)
const KEY_SOURCES = ['authorizedkeysfile', 'authorizedkeyscommand', 'trustedusercakeys']

const noMethods = ({ values }: Obeyed): string | null => {
  const isOff = (name: string, word: string): boolean => (values.get(name)?.[0] ?? word).toLowerCase() === word
  const noKeys = isOff('pubkeyauthentication', 'no') || KEY_SOURCES.every((name) => isOff(name, 'none'))
  return noKeys && METHODS.every((name) => isOff(name, 'no'))
    ? 'nobody could log in: every way of authentication is switched off'
    : null
}

/** What is wanted of a machine, before its files are read. */
type Wanted = Pick<Scene, 'on' | 'setting' | 'values' | 'match'>

/** Why the wanted values, for everybody, would let nobody in; null where they let somebody in. */
export const whyNobody = async (scene: Wanted): Promise<string | null> => {
  const { setting, values, match } = scene
  if (match !== null) return null
  const words = values.flatMap((value) => sshdWords(value, setting.grammar) ?? [])
  const [first = ''] = words
  switch (setting.keyword.toLowerCase()) {
    case 'allowusers':
      return await noUser(scene, words)
    case 'allowgroups':
      return await noGroup(scene, words)
    case 'denyusers':
    case 'denygroups':
      return words.includes('*') ? '* is everybody' : null
    case 'refuseconnection':
      return first.toLowerCase() === 'yes' ? 'every connection is refused' : null
    case 'maxsessions':
      return Number(first) === 0 ? 'no session is allowed' : null
    case 'revokedkeys':
      return await missingFile(scene, first, 'sshd refuses every key where that file is missing')
    case 'chrootdirectory':
      return await missingFile(scene, first, 'no session starts where that directory is missing')
    default:
      return null
  }
}

const isPattern = (word: string): boolean => /[*?]/.test(word)

const noUser = async ({ on }: Wanted, words: readonly string[]): Promise<string | null> => {
  const names = words.filter((word) => !word.startsWith('!')).map((word) => word.split('@')[0] ?? '')
  if (names.length === 0) return 'it only says who may not'
  if (names.some(isPattern)) return null
  const users = await Promise.all(names.map((name) => on.user(name)))
  return users.every((user) => user === null) ? `no user ${names.join(', ')} exists` : null
}

const noGroup = async ({ on }: Wanted, words: readonly string[]): Promise<string | null> => {
  const names = words.filter((word) => !word.startsWith('!'))
  if (names.length === 0) return 'it only says who may not'
  if (names.some(isPattern)) return null
  const own = await on.read('/etc/group')
  if (names.some((name) => entryIn(own, name) === name)) return null
  const entries = await Promise.all(names.map((name) => on.ask(questions.entry('group', name))))
  return entries.every(({ code }) => code === NO_ENTRY) ? `no group ${names.join(', ')} exists` : null
}

const NO_ENTRY = 2

const missingFile = async ({ on }: Wanted, path: string, why: string): Promise<string | null> =>
  path.startsWith('/') && !path.includes('%') && (await on.file(path, { text: false })) === null
    ? `${path}: ${why}`
    : null
