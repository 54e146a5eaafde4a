import { textOf } from '../contract/bytes.ts'
import type { Answer } from '../contract/look.ts'
import type { Question } from '../contract/questions.ts'
import type { Answers, Witnessed } from './answers.ts'
import type { Memory } from './memory.ts'
import { commandScript, shownOf } from './quote.ts'
import type { Runner } from './runner.ts'
import { USUAL_MS } from './session.ts'
import { readWitness, witnessScript } from './witness.ts'

/** What asking a question needs whose answer may be remembered from an earlier run. */
export interface Remembering {
  readonly runner: Runner
  readonly memory: Memory
  readonly answers: Answers
  readonly power: string | null
  /** what the question is known by, with whose powers */
  readonly key: string
}

const witnessKey = (key: string): string => `witness ${key}`

/** Asks a question, unless the files that decide its answer are as they were when it was answered last. */
export const askRemembered = async (parts: Remembering, question: Question): Promise<Answer> => {
  const { runner, memory, answers, power, key } = parts
  const before = answers.get(key)
  const shown = shownOf(question)
  const said = await runner.run(power, {
    script: witnessScript(question.decidedBy ?? [], commandScript(question), before?.witness ?? null),
    libraries: [],
    timeoutMs: question.timeoutMs ?? USUAL_MS,
    again: true,
    anywhere: true,
    shown: before === null ? shown : `${shown}, unless its files are as they were`,
  })
  const read = readWitness(said)
  if (read === 'same' && before !== null) return before.answer
  const { code, stdout, stderr } = read === 'same' ? said : read.answer
  const answer = { code, stdout: textOf(stdout), stderr: textOf(stderr) }
  const witness = read === 'same' || code !== 0 ? null : read.witness
  void memory.recall<Witnessed | null>(witnessKey(key), { kind: 'command' }, async () =>
    witness === null ? null : { witness, answer },
  )
  return answer
}

/** Remembers the answer that was given in this run, and not forgotten since, for the next one. */
export const vouch = async ({
  memory,
  answers,
  key,
}: Pick<Remembering, 'memory' | 'answers' | 'key'>): Promise<void> => {
  const fresh = await memory.known<Witnessed | null>(witnessKey(key))
  if (fresh !== null) answers.put(key, fresh)
}
