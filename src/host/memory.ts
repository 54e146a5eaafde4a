import type { Ahead } from '../contract/machine.ts'
import { isAccountFile } from './accounts.ts'

/** What an answer is about, which says when it is forgotten: one that lasts holds for the whole run. */
export type Kind = 'path' | 'account' | 'command' | 'lasting'

/** Answers of a machine, each asked once between two changes; a question still under way is shared. */
export interface Memory {
  /**
   * gives the remembered answer, or asks
   *
   * @param about.paths of a path: as it was asked for; the real one is told by `realPath`
   */
  recall<Result>(
    key: string,
    about: { readonly kind: Kind; readonly path?: string },
    ask: () => Promise<Result>,
    realPath?: (result: Result) => string | null,
  ): Promise<Result>
  /** an answer that is remembered, or about to be; null where the question was not asked since the last change */
  known<Result>(key: string): Promise<Result> | null
  /** forgets everything, or the answers that a write to these paths may have changed: those of commands too */
  forget(paths?: readonly string[]): void
  /** changes with everything that is forgotten */
  age(): number
  /** the real path of one that was asked for, where it was learned since the last change */
  realPath(path: string): string | null
  /** keeps telling what was seen ahead whether it holds: until an answer is missing or forgotten */
  watch(ahead: Ahead): void
}

interface Entry {
  readonly kind: Kind
  readonly paths: string[]
  readonly answer: Promise<unknown>
}

/** Starts remembering nothing. */
export const createMemory = (): Memory => {
  const entries = new Map<string, Entry>()
  const realPaths = new Map<string, string>()
  let age = 0
  const aheads = new Set<Ahead>()
  const doubt = (): void => {
    for (const ahead of aheads) ahead.holds = false
    aheads.clear()
  }
  return {
    age: () => age,
    recall<Result>(
      key: string,
      about: { kind: Kind; path?: string },
      ask: () => Promise<Result>,
      realPath?: (result: Result) => string | null,
    ): Promise<Result> {
      const known = entries.get(key)
      if (known !== undefined) return known.answer as Promise<Result>
      const answer = ask()
      const entry: Entry = { kind: about.kind, paths: about.path === undefined ? [] : [about.path], answer }
      entries.set(key, entry)
      answer.then(
        (result) => {
          const real = realPath?.(result) ?? null
          if (real === null) return
          entry.paths.push(real)
          if (about.path !== undefined && entries.get(key) === entry) realPaths.set(about.path, real)
        },
        // an error is no answer: whoever asks next asks the machine
        () => {
          doubt()
          if (entries.get(key) === entry) entries.delete(key)
        },
      )
      return answer
    },
    known: <Result>(key: string) => (entries.get(key)?.answer ?? null) as Promise<Result> | null,
    realPath: (path) => realPaths.get(path) ?? null,
    watch(ahead) {
      ahead.holds ??= true
      if (ahead.holds) aheads.add(ahead)
    },
    forget(paths) {
      age += 1
      doubt()
      if (paths === undefined) {
        for (const [key, entry] of entries) if (entry.kind !== 'lasting') entries.delete(key)
        realPaths.clear()
        return
      }
      const accounts = paths.some(isAccountFile)
      for (const [key, entry] of entries) {
        const touched =
          entry.kind === 'command' ||
          (entry.kind === 'account' && accounts) ||
          entry.paths.some((asked) => paths.some((written) => isNear(asked, written)))
        if (!touched) continue
        entries.delete(key)
        if (entry.paths[0] !== undefined) realPaths.delete(entry.paths[0])
      }
    },
  }
}

/** A write changes what is at its path, what is below, and the times of the directories above. */
const isNear = (asked: string, written: string): boolean =>
  asked === written || isBelow(asked, written) || isBelow(written, asked)

/** Says whether a path lies below a directory. */
export const isBelow = (path: string, directory: string): boolean =>
  directory === '/' ? path !== '/' : path.startsWith(`${directory}/`)
