import { createHash } from 'node:crypto'
import { lstatSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import type { Answer } from '../contract/look.ts'
import type { UserLook } from './foresight.ts'
import type { Reader } from './speech.ts'
import type { Witness } from './witness.ts'

/** An answer with the state of every file that decided it, as the machine told both at one moment. */
export interface Witnessed {
  readonly witness: Witness
  readonly answer: Answer
}

/** What one machine answered in earlier runs. */
export interface Answers extends Reader {
  get(question: string): Witnessed | null
  put(question: string, witnessed: Witnessed): void
  /** what the last run looked at with the powers of users */
  lastLooks(): readonly UserLook[]
  /** what this run looks at */
  looks(all: readonly UserLook[]): void
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
      let known: Kept | null = null
      let isChanged = false
      let fresh: readonly UserLook[] | null = null
      const all = (): Kept => {
        known ??= read(folder, file)
        return known
      }
      return {
        get wasPerl() {
          return all().isPerl
        },
        heard(isPerl) {
          isChanged ||= isPerl !== all().isPerl
          all().isPerl = isPerl
        },
        get: (question) => all().answers.get(hash(question)) ?? null,
        put(question, witnessed) {
          all().answers.set(hash(question), witnessed)
          isChanged = true
        },
        lastLooks: () => all().looks,
        looks(now) {
          fresh = now
        },
        save() {
          if (fresh !== null && JSON.stringify(fresh) !== JSON.stringify(all().looks)) {
            all().looks = fresh
            isChanged = true
          }
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

interface Kept {
  readonly answers: Map<string, Witnessed>
  /** perl read its sessions */
  isPerl: boolean
  looks: readonly UserLook[]
}

const read = (folder: string, file: string): Kept => {
  const nothing: Kept = { answers: new Map(), isPerl: false, looks: [] }
  try {
    if (!isOurs(folder) || !isOurs(file)) return nothing
    const kept = JSON.parse(readFileSync(file, 'utf8')) as {
      format: number
      answers: object
      perl: unknown
      looks: unknown
    }
    if (kept.format !== FORMAT) return nothing
    const answers = new Map(Object.entries(kept.answers).filter(([, one]) => isWitnessed(one)))
    const looks = Array.isArray(kept.looks) ? kept.looks.filter(isLook) : []
    return { answers, isPerl: kept.perl === true, looks }
  } catch {
    return nothing
  }
}

const isWitnessed = (one: Partial<Witnessed> | null): one is Witnessed =>
  typeof one?.witness?.state === 'string' &&
  typeof one.witness.stats === 'string' &&
  one.answer?.code === 0 &&
  typeof one.answer.stdout === 'string'

const isLook = (one: Partial<UserLook> | null): one is UserLook =>
  typeof one?.user === 'string' &&
  typeof one.path === 'string' &&
  typeof one.follow === 'boolean' &&
  typeof one.withText === 'boolean'

const write = (folder: string, file: string, { answers, isPerl, looks }: Kept): void => {
  const fresh = `${file}.${process.pid}`
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    writeFileSync(
      fresh,
      JSON.stringify({ format: FORMAT, perl: isPerl, looks, answers: Object.fromEntries(answers) }),
      {
        mode: 0o600,
      },
    )
    renameSync(fresh, file)
  } catch {
    // the next run asks again
  }
}
