import { splitWords } from './ssh-config.ts'
import { sshKeyword } from './ssh-config-keywords.ts'
import { sshConfigWord } from './ssh-config-wish.ts'

/** A value of a setting as a playbook has it. */
export type SshConfigValue = string | number | boolean | readonly (string | number | boolean)[]

/**
 * Spells a value as the arguments of one line each: a line for every value of a setting that adds up, else one line of
 * all of them. `true` and `false` are yes and no; a word with blanks is quoted where the keyword takes one word.
 */
export const sshConfigArguments = (keyword: string, value: SshConfigValue): readonly string[] => {
  const { cumulative, command, oneWord, joint } = sshKeyword(keyword)
  const isList = typeof value === 'object'
  const words = (isList ? value : [value]).map((one) => (one === true ? 'yes' : one === false ? 'no' : String(one)))
  if (command) return [words.join(' ').trim()]
  const spelled = words.map((word) => (oneWord || (isList && joint === ' ') ? sshConfigWord(word.trim()) : word.trim()))
  return cumulative ? spelled : [spelled.join(joint)]
}

/** Says why a value cannot stand on one line, or null. */
export const valueProblem = (keyword: string, value: SshConfigValue): string | null => {
  const texts = sshConfigArguments(keyword, value)
  if (texts.length === 0 || texts.some((text) => text === '')) return `${keyword} needs a value`
  if (texts.some((text) => /[\n\r\0]/.test(text))) return 'a value is one line'
  const isCut = (text: string): boolean => splitWords(text).length < text.length
  if (!sshKeyword(keyword).command && texts.some(isCut))
    return 'ssh takes a word that begins with # for a comment: quote it'
  return null
}
