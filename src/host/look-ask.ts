import { textOf } from '../contract/bytes.ts'
import { CutOff, readerOf } from './answer-reader.ts'
import { parseReport, type Report } from './found.ts'
import type { RawAnswer } from './frame.ts'
import type { BatchAnswer } from './parse-batch.ts'
import type { PerlAsk } from './perl.ts'
import { PERL_LOOK } from './perl-look.ts'
import { PERL_POWERS } from './perl-powers.ts'
import { SAME, WITNESS, type Witness } from './witness.ts'

/** What decides an answer, what was told of it before, and what is asked where that has changed. */
export interface Unless {
  readonly globs: readonly string[]
  readonly witness: Witness
  readonly program: string
}

/** What perl is asked of a batch: a path, a directory with its texts, an account that files may tell, a script, or a question that files decide. */
export type AskItem =
  | { readonly kind: 'path'; readonly path: string; readonly follow: boolean; readonly withText: boolean }
  | { readonly kind: 'list'; readonly path: string; readonly texts: string }
  | { readonly kind: 'account'; readonly name: string }
  | { readonly kind: 'said'; readonly twin?: PerlAsk }
  | { readonly kind: 'question'; readonly unless: Unless }

/** What a batch of looks asks of perl, for itself (null), or for a user, whom it looks up. */
export const lookAsk = (
  looks: readonly { readonly item: AskItem; script(): string }[],
  mark: string,
  user: string | null,
): PerlAsk => {
  const unless = looks.map(({ item }) => (item.kind === 'question' ? item.unless : null)).find((one) => one !== null)
  const question =
    unless === undefined || unless === null
      ? ['', '', '', '']
      : [unless.globs.join(' '), unless.witness.state, unless.witness.stats, unless.program]
  const items = looks.flatMap(({ item, script }) => {
    if (item.kind === 'path') return ['p', `${Number(item.follow)}`, `${Number(item.withText)}`, item.path]
    if (item.kind === 'list') return ['t', item.path, item.texts]
    if (item.kind === 'account') return ['u', item.name]
    if (item.kind === 'question') return []
    // where a twin has to leave it to its script, that is asked for by itself
    if (item.twin === undefined) return ['s', script()]
    return ['x', item.twin.name, `${item.twin.fields.length}`, ...item.twin.fields]
  })
  const parts = looks.flatMap(({ item }) => (item.kind === 'said' ? (item.twin?.parts ?? []) : []))
  const libraries = looks.some(({ item }) => item.kind === 'said' && item.twin === undefined) ? [WITNESS] : []
  return {
    name: 'look',
    parts: [PERL_POWERS, PERL_LOOK, ...parts],
    fields: [mark, user ?? '', ...question, ...items],
    libraries,
  }
}

const FIRST = Buffer.from('perl\0', 'latin1')

/** Says whether perl answered. */
export const isOfPerl = ({ stdout }: RawAnswer): boolean => stdout.subarray(0, FIRST.length).equals(FIRST)

/** Reads what perl answered to {@link lookAsk}; null for an item that has to be asked again by itself. */
export const parseAsked = (answer: RawAnswer, items: readonly AskItem[], mark: string): readonly BatchAnswer[] => {
  const reader = wordsOf(answer, mark)
  try {
    const isSame = reader.word() === SAME
    // what perl knew comes first, and then what the shell behind it said
    const known = items.map((item): BatchAnswer => {
      if (item.kind === 'path') {
        const said = reader.net()
        return said === null ? null : { kind: 'path', report: (user) => parseReport(said, { path: item.path, user }) }
      }
      if (item.kind === 'account') {
        const code = reader.letter() === '+' ? 0 : 1
        return { kind: 'said', said: { code, stdout: reader.net()?.stdout ?? EMPTY, stderr: EMPTY } }
      }
      if (item.kind === 'list') return { kind: 'list', ...reader.listing() }
      return item.kind === 'said' && item.twin !== undefined ? reader.said() : null
    })
    const question = items.findIndex(({ kind }) => kind === 'question')
    // it is asked before all scripts
    const said = question < 0 ? null : isSame ? same : reader.answer(reader.before)
    return items.map((item, index): BatchAnswer => {
      if (index === question && said !== null) return { kind: 'question', said }
      if (item.kind !== 'said' || item.twin !== undefined) return known[index] ?? null
      return { kind: 'said', said: reader.answer(reader.complaints()) }
    })
  } catch (error) {
    if (error instanceof CutOff) return items.map(() => null)
    throw error
  }
}

const EMPTY: Buffer = Buffer.alloc(0)
const same: RawAnswer = { code: 0, stdout: Buffer.from(SAME, 'latin1'), stderr: EMPTY }

const wordsOf = (answer: RawAnswer, mark: string) => {
  const reader = readerOf(answer, mark, FIRST.length)
  const count = (): number => Number(reader.until(COLON).toString('latin1'))
  /** what perl said, by its length; null where it knew nothing */
  const net = (): RawAnswer | null => {
    const said = reader.take(count())
    return said.length === 0 ? null : { code: 0, stdout: said, stderr: EMPTY }
  }
  return {
    ...reader,
    net,
    /** what a twin said, behind its exit code */
    said(): BatchAnswer {
      const said = net()
      if (said === null) return null
      const [code, stdout] = [Number(said.stdout.toString('latin1', 0, 3)), said.stdout.subarray(3)]
      return { kind: 'said', said: { ...said, code, stdout } }
    },
    word: () => reader.until(0).toString('latin1'),
    letter: () => reader.take(1).toString('latin1'),
    listing() {
      const said = net()
      const reports = new Map<string, Report>()
      for (let left = count() / 2; left > 0; left -= 1) {
        const path = textOf(net()?.stdout ?? EMPTY)
        const report = net()
        if (report !== null) reports.set(path, parseReport(report, { path, user: '' }))
      }
      if (said === null) throw new CutOff()
      return { said, reports }
    },
  }
}

const COLON = 58
