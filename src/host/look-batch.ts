import type { Account } from './accounts.ts'
import type { Foresight } from './foresight.ts'
import { parseReport, type Report } from './found.ts'
import { newMark, type RawAnswer } from './frame.ts'
import { type Frame, scriptOf, USUAL_MS } from './item.ts'
import { UNLESS_SETPRIV, withPowersOf } from './library.ts'
import { type AskItem, isOfPerl, lookAsk, parseAsked, type Unless } from './look-ask.ts'
import { LOOK } from './look-library.ts'
import { type BatchAnswer, directoryOf, FOR_USER, parseBatch } from './parse-batch.ts'
import { quote } from './quote.ts'
import type { Runner } from './runner.ts'
import { unlessScript, WITNESS } from './witness.ts'

/** A path to look at. */
export interface PathLook {
  readonly path: string
  readonly follow: boolean
  readonly withText: boolean
}

/** What a directory's listing said, and what its files are whose names end in a certain way. */
export interface ListingWithTexts {
  readonly said: RawAnswer
  readonly reports: ReadonlyMap<string, Report>
}

/** Looks at paths; those asked for in one turn with one user's powers share three processes on the machine. */
export interface LookBatch {
  report(runner: Runner, power: string | null, look: PathLook): Promise<Report>
  listing(
    runner: Runner,
    power: string | null,
    about: { readonly path: string; readonly texts: string },
  ): Promise<ListingWithTexts>
  /** what a script says that may share a subshell with others; nothing where it looks up an account that files tell, and only they */
  said(runner: Runner, power: string | null, frame: Frame, account?: string): Promise<RawAnswer>
  /** what a script tells of the files that decide an answer, and then of that, or that all is as it was; null where it was not heard */
  unless(runner: Runner, power: string | null, about: Unless & { readonly shown: string }): Promise<RawAnswer | null>
}

interface Waiting {
  readonly item: AskItem
  /** its part of a script */
  script(): string
  /** of that, about */
  readonly bytes: number
  readonly shown: string
  settle(answer: NonNullable<BatchAnswer>): void
  /** asks again, for this alone */
  alone(): void
  reject(error: unknown): void
}

interface Pending {
  readonly runner: Runner
  readonly power: string | null
  /** of the first of them */
  readonly flight: number
  readonly looks: Waiting[]
}

// far below what a system takes as arguments of one program
const MOST_BYTES = 64 * 1024

/**
 * Starts collecting; `user` is the login user, whose powers are also those of null.
 *
 * What a shell can tell by itself it tells (is it there, is the path real as it stands); the rest comes from one `stat`
 * and one `tail` for all. A text that does not fit to its size, since somebody writes to it, is read again by itself.
 */
export const createLookBatch = (user: string, foresight: Foresight): LookBatch => {
  let pending: Pending[] = []

  const flush = (): void => {
    const all = pending
    pending = []
    const first = all.find(({ power }) => power === 'root')
    if (first !== undefined) setImmediate(() => foresight.send(first.runner, first.flight))
    // root's shell first: where it is opened, the login user's looks go through it too
    for (const one of all.sort((a, b) => Number(b.power === 'root') - Number(a.power === 'root')))
      for (const looks of portions(one.looks)) void runTogether(one, looks)
  }

  const wait = (runner: Runner, power: string | null, look: Waiting): void => {
    if (pending.length === 0) setImmediate(flush)
    const same = pending.find((one) => one.runner === runner && one.power === power)
    if (same === undefined) pending.push({ runner, power, flight: runner.depart(), looks: [look] })
    else same.looks.push(look)
  }

  return {
    report: (runner, power, look) =>
      new Promise((resolve, reject) => {
        const { path, follow, withText } = look
        const shown = `${withText ? 'read' : 'look at'} ${path}`
        const given = `${Number(follow)} ${Number(withText)} ${quote(path)}`
        const alone = async (): Promise<Report> => {
          const answer = await runner.run(power, frameOf(`k_file ${given}`, shown))
          return parseReport(answer, { path, user: power ?? user })
        }
        // a name that ends a line would end that of another in what stat says
        if (path.includes('\n')) return resolve(alone())
        const ask = () =>
          wait(runner, power, {
            item: { kind: 'path', path, follow, withText },
            script: () => `k_sort ${given}; eval "$K_put"\n`,
            bytes: given.length + 24,
            shown,
            settle: (answer) => resolve(answer.kind === 'path' ? answer.report(power ?? user) : alone()),
            alone: () => resolve(alone()),
            reject,
          })
        const early = runner.isRoot(power) || runner.isHidden ? null : foresight.take({ ...look, user: power ?? user })
        if (early === null) return ask()
        void early.then((report) => (report === null ? ask() : resolve(report)))
      }),
    listing: (runner, power, { path, texts }) =>
      new Promise((resolve, reject) => {
        const list = `k_list ${quote(path)}`
        const alone = async (): Promise<ListingWithTexts> => ({
          said: await runner.run(power, frameOf(list, `list ${path}`)),
          reports: new Map(),
        })
        wait(runner, power, {
          item: { kind: 'list', path, texts },
          bytes: 2 * list.length + 300,
          script: () => `${list}; printf '%03d%s' $? "$k_mark"
for k_d in ${quote(path)}/*${quote(texts)}; do
  case $k_d in *[!A-Za-z0-9._/-]*) continue ;; esac
  [ -f "$k_d" ] || continue
  printf 'f\\0%s\\0' "$k_d"
  k_sort 1 1 "$k_d"; eval "$K_put"
done
printf 'e\\0'
`,
          shown: `list ${path} and read its ${texts}`,
          settle: (answer) => resolve(answer.kind === 'list' ? answer : alone()),
          alone: () => resolve(alone()),
          reject,
        })
      }),
    said: (runner, power, frame, account) =>
      new Promise((resolve, reject) => {
        wait(runner, power, {
          item:
            account === undefined
              ? { kind: 'said', ...(frame.ask === undefined ? {} : { twin: frame.ask }) }
              : { kind: 'account', name: account },
          bytes: scriptOf(frame).length,
          script: () => `printf %s "$k_mark" >&2
${scriptOf(frame)}
printf '%03d%s' $? "$k_mark"; printf %s "$k_mark" >&2; unset IFS; set +f
`,
          shown: frame.shown,
          settle: (answer) => resolve(answer.kind === 'said' ? answer.said : runner.run(power, frame)),
          alone: () => resolve(runner.run(power, frame)),
          reject,
        })
      }),
    unless: (runner, power, { shown, ...unless }) =>
      new Promise((resolve, reject) => {
        // a batch has one answer of this kind
        const same = pending.find((one) => one.runner === runner && one.power === power)
        if (same?.looks.some(({ item }) => item.kind === 'question')) return resolve(null)
        wait(runner, power, {
          item: { kind: 'question', unless },
          bytes: unless.witness.stats.length + 2000,
          script: () => unlessScript(unless.globs, unless.program, unless.witness),
          shown,
          settle: (answer) => resolve(answer.kind === 'question' ? answer.said : null),
          alone: () => resolve(null),
          reject,
        })
      }),
  }
}

const portions = (looks: readonly Waiting[]): readonly (readonly Waiting[])[] => {
  const all: Waiting[][] = [[]]
  let bytes = 0
  for (const look of looks) {
    bytes += look.bytes
    if (bytes > MOST_BYTES) {
      all.push([])
      bytes = look.bytes
    }
    all.at(-1)?.push(look)
  }
  return all
}

const frameOf = (script: Frame['script'], shown: string) =>
  ({ script, libraries: [WITNESS, LOOK], timeoutMs: USUAL_MS, again: true, anywhere: true, shown }) as const

const runTogether = async ({ runner, power, flight }: Pending, looks: readonly Waiting[]): Promise<void> => {
  try {
    const mark = newMark()
    const items = looks.map(({ item }) => item)
    const shown = looks.map((look) => look.shown).join(', ')
    const frame = { ...frameOf(() => batchScript(looks, mark), shown), ask: lookAsk(looks, mark, null), flight }
    const isOfPaths = items.every(({ kind }) => kind === 'path')
    const forUser = (account: Account) => ({
      script: () => scriptForUser(looks, mark, account),
      ask: lookAsk(looks, mark, account.user.name),
    })
    const answer = await runner.run(power, isOfPaths ? { ...frame, forUser } : frame)
    const said = isOfPerl(answer) ? parseAsked(answer, items, mark) : parseBatch(answer, items, mark)
    for (const [index, look] of looks.entries()) settled(look, said[index] ?? null)
  } catch (error) {
    for (const look of looks) look.reject(error)
  }
}

const batchScript = (looks: readonly Waiting[], mark: string): string =>
  `k_mark=${mark} k_c=0 k_reader= k_same=; set --; printf 'own\\0'
${looks.map((look) => look.script()).join('')}k_rest "$k_mark" "$k_c" "$@"`

/**
 * The same from root's shell for a user, which spares a shell of his: root looks and has `stat` tell what is there, and one
 * `tail` with the user's powers reads the texts. Root is never led to a text, and sees no more than the user may: of each
 * look, `tail` also asks for a name that is nowhere, in the directory of the path, and for the path itself where root finds
 * nothing. Only where it hears that there is no such file, not that it may not look, does root's answer count for the user.
 */
const scriptForUser = (looks: readonly Waiting[], mark: string, account: Account): string => {
  const paths = looks.flatMap(({ item }) =>
    item.kind === 'path' ? [`${quote(directoryOf(item.path))}/.$k_mark/`] : [],
  )
  return `${UNLESS_SETPRIV}
k_mark=${mark} k_c=0 k_reader='${withPowersOf(account)}' k_same=; set --; printf '${FOR_USER}\\0'
${looks.map((look) => look.script()).join('')}k_rest "$k_mark" "$k_c" "$@" ${[...new Set(paths)].join(' ')}`
}

const settled = (look: Waiting, answer: BatchAnswer): void => {
  try {
    if (answer === null) look.alone()
    else look.settle(answer)
  } catch (error) {
    look.reject(error)
  }
}
