import type { Look } from '../contract/look.ts'
import { questions } from '../contract/questions.ts'
import { refuse } from '../contract/signals.ts'

/** What is wrong with a `validate` command, or null: it reads the text that is about to be written where it says %s. */
export const validateProblem = (command: string): string | null =>
  command.includes('%s') ? null : `validate must contain %s: ${command}`

/** Runs a `validate` command of the playbook's own on a text; one that the command does not like is refused. */
export const validated = async (on: Look, command: string, text: string): Promise<void> => {
  const answer = await on.ask(questions.own(command.replaceAll('%s', '/dev/stdin')), text)
  if (answer.code === 0) return
  const words = (answer.stderr.trim() || answer.stdout.trim()).split('\n').slice(-5).join('\n')
  refuse(`failed to validate: rc:${answer.code} error:${words} (${command})`)
}
