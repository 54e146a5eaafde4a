import { createHash } from 'node:crypto'
import { lstatSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import type { Answer } from '../contract/look.ts'
import type { Witness } from './witness.ts'

/** An answer with the state of every file that decided it, as the machine told both at one moment. */
export interface Witnessed {
  readonly witness: Witness
  readonly answer: Answer
}

/** What one machine answered in earlier runs. */
export interface Answers {
  get(question: string): Witnessed | null
  put(question: string, witnessed: Witnessed): void
  /** writes down what was put; one that cannot be written is asked again the next time */
  save(): void
}

/** The answers of earlier runs, by machine. */
export interface AnswerStore {
  of(machine: string): Answers
}

const FORMAT = 2

/** Opens the store: `keyward/answers` in `$XDG_CACHE_HOME`, else in `~/.cache`. Whatever is not as expected counts as empty. */
export const openAnswers = (environment: Readonly<Record<string, string | undefined>>): AnswerStore => {
  const { HOME: home = '', XDG_CACHE_HOME: cache = '' } = environment
  const top = isAbsolute(cache) ? cache : join(home === '' ? homedir() : home, '.cache')
  const folder = join(top, 'keyward', 'answers')
  return {
    of(machine) {
      const file = join(folder, `${hash(machine)}.json`)
      let known: Map<string, Witnessed> | null = null
      let isChanged = false
      const all = (): Map<string, Witnessed> => {
        known ??= read(folder, file)
        return known
      }
      return {
        get: (question) => all().get(hash(question)) ?? null,
        put(question, witnessed) {
          all().set(hash(question), witnessed)
          isChanged = true
        },
        save() {
          if (isChanged) write(folder, file, all())
          isChanged = false
        },
      }
    },
  }
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32)

/** Nobody else may have written what is believed. */
const isOurs = (path: string): boolean => {
  const { uid, mode } = lstatSync(path)
  return uid === process.geteuid?.() && (mode & 0o022) === 0
}

const read = (folder: string, file: string): Map<string, Witnessed> => {
  try {
    if (!isOurs(folder) || !isOurs(file)) return new Map()
    const { format, answers } = JSON.parse(readFileSync(file, 'utf8')) as { format: number; answers: object }
    return format === FORMAT ? new Map(Object.entries(answers).filter(([, one]) => isWitnessed(one))) : new Map()
  } catch {
    return new Map()
  }
}

const isWitnessed = (one: Partial<Witnessed> | null): one is Witnessed =>
  typeof one?.witness?.state === 'string' &&
  typeof one.witness.stats === 'string' &&
  one.answer?.code === 0 &&
  typeof one.answer.stdout === 'string'

const write = (folder: string, file: string, known: ReadonlyMap<string, Witnessed>): void => {
  const fresh = `${file}.${process.pid}`
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    writeFileSync(fresh, JSON.stringify({ format: FORMAT, answers: Object.fromEntries(known) }), { mode: 0o600 })
    renameSync(fresh, file)
  } catch {
    // the next run asks again
  }
}
