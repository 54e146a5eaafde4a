import { textOf } from '../contract/bytes.ts'
import type { Answer } from '../contract/look.ts'
import type { Question } from '../contract/questions.ts'
import type { Answers, Witnessed } from './answers.ts'
import type { RawAnswer } from './frame.ts'
import { USUAL_MS } from './item.ts'
import type { Library } from './library.ts'
import type { LookBatch } from './look-batch.ts'
import type { Memory } from './memory.ts'
import { commandScript, shownOf } from './quote.ts'
import type { Runner } from './runner.ts'
import { checkedScript, cutTold, readWitness, SAME, WITNESS, type Witness, witnessScript } from './witness.ts'

/** What asking a question needs whose answer may be remembered from an earlier run. */
export interface Remembering {
  readonly runner: Runner
  readonly memory: Memory
  readonly answers: Answers
  readonly batch: LookBatch
  readonly power: string | null
  /** what the question is known by, with whose powers */
  readonly key: string
}

const witnessKey = (key: string): string => `witness ${key}`

/** Of an answer that is not remembered: no files are as these were. */
const NONE: Witness = { state: 'none', stats: '' }

/** Asks a question, unless the files that decide its answer are as they were when it was answered last. */
export const askRemembered = async (parts: Remembering, question: Question): Promise<Answer> => {
  const { runner, memory, answers, batch, power, key } = parts
  const before = answers.get(key)
  const shown = before === null ? shownOf(question) : `${shownOf(question)}, unless its files are as they were`
  const globs = question.decidedBy ?? []
  const program = commandScript(question)
  const asked = { globs, program, witness: before?.witness ?? NONE, shown }
  const said =
    (await batch.unless(runner, power, asked)) ??
    (await runner.run(power, {
      script: witnessScript(globs, program),
      libraries: [WITNESS],
      timeoutMs: question.timeoutMs ?? USUAL_MS,
      again: true,
      anywhere: true,
      shown,
    }))
  if (before !== null && said.stdout.toString('latin1') === SAME) return before.answer
  const read = readWitness(said)
  const { code, stdout, stderr } = read.answer
  const answer = { code, stdout: textOf(stdout), stderr: textOf(stderr) }
  const { witness } = read
  if (code === 0 && witness !== null) {
    tell(memory, witnessKey(key), { witness, answer })
    await keepVouched(parts)
  }
  return answer
}

/** What a script needs that asks another question on its way. */
export interface OnTheWay {
  readonly script: string
  readonly libraries: readonly Library[]
  /** the files that decide its answer */
  readonly globs: readonly string[]
  /** hears the answer to that, and gives the script's own */
  heard(said: RawAnswer): RawAnswer
}

/** Has a script ask a question on its way whose answer is remembered, once somebody vouches for it. */
export const onTheWay = (parts: Kept, question: Question): OnTheWay => ({
  script: checkedScript(question.decidedBy ?? []),
  libraries: [WITNESS],
  globs: question.decidedBy ?? [],
  heard(said) {
    const cut = cutTold(said)
    if (cut === null) return said
    const { witness, answer } = readWitness(cut.told)
    if (answer.code === 0 && witness !== null) {
      tell(parts.memory, witnessKey(parts.key), {
        witness,
        answer: { code: 0, stdout: textOf(answer.stdout), stderr: '' },
      })
      void keepVouched(parts)
    }
    return cut.rest
  },
})

/** Remembers the answer that is given in this run, before the next change, for the next one. */
export const vouch = async (parts: Kept): Promise<void> => {
  tell(parts.memory, vouchedKey(parts.key), true)
  await keepVouched(parts)
}

/** The files that decided the answer that was given since the last change, as they were; null where nobody vouches that they are all. */
export const upheld = async ({ memory, key }: Omit<Kept, 'answers'>): Promise<Witness | null> => {
  if (!(await memory.known<boolean>(vouchedKey(key)))) return null
  return (await memory.known<Witnessed>(witnessKey(key)))?.witness ?? null
}

type Kept = Pick<Remembering, 'memory' | 'answers' | 'key'>

const vouchedKey = (key: string): string => `vouched ${key}`

const tell = <Result>(memory: Memory, key: string, result: Result): void =>
  void memory.recall(key, { kind: 'command' }, async () => result)

const keepVouched = async ({ memory, answers, key }: Kept): Promise<void> => {
  const isVouched = await memory.known<boolean>(vouchedKey(key))
  const fresh = await memory.known<Witnessed>(witnessKey(key))
  if (isVouched && fresh !== null) answers.put(key, fresh)
}
