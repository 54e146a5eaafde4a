import type { Look } from '../contract/look.ts'
import { isOwn } from '../contract/questions.ts'

/** The same look, which writes down the playbook's own questions: they are run as they are, and a dry run names them. */
export const overhear = (look: Look, asked: Set<string>): Look => ({
  ...look,
  get control() {
    return overhear(look.control, asked)
  },
  as: (user) => overhear(look.as(user), asked),
  ask: (question, text) => {
    if (isOwn(question)) asked.add(question.shown ?? question.argv.at(-1) ?? '')
    return look.ask(question, text)
  },
})
