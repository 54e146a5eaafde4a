import { refuse } from '../contract/signals.ts'
import { edited } from './edit.ts'
import { namesRival, rivalFrom } from './rival.ts'
import { criteriaFor, type SettingParams, settingFor, valuesFor } from './setting-params.ts'
import { against, type Wish } from './wish.ts'

/** What the decision on a setting rests on. */
export interface SettingFacts {
  readonly version: string
  readonly path: string
  readonly text: string | null
  readonly rivals: readonly string[]
  /** what sshd obeys now */
  readonly effective: string | null
  /** what was said of the file as it was found */
  readonly notes: readonly string[]
}

/** Decides on the text that a file is to have so that a setting is obeyed as a task wants it, and what to say about it. */
export const settled = (
  params: SettingParams,
  { version, path, text, rivals, effective, notes }: SettingFacts,
): { readonly text: string; readonly notes: readonly string[] } => {
  const setting = settingFor(params, version)
  const values = valuesFor(setting, params)
  const wish: Wish = {
    setting,
    values,
    match: criteriaFor(params),
    head: params.match?.trim() ?? '',
    path,
    rivals: rivals.map(rivalFrom),
  }
  const wanted = edited(text ?? '', wish)
  if (wanted.text === (text ?? '') && values.length > 0) {
    refuse(
      `${path} says ${setting.keyword} ${values.join(', ')} already, and sshd obeys ${effective ?? 'nothing of it'}`,
    )
  }
  const placed = notes.map((note) => {
    const [before, line, behind] = parted(note, `(${path}:`)
    return line === null ? note : `${before}${wanted.lineNow(line)}${behind}`
  })
  const closed = wanted.isClosed ? [`what is global below the new block of ${path} stands in a Match all now`] : []
  return { text: wanted.text, notes: [...notesOf(wish), ...closed, ...placed] }
}

const notesOf = (wish: Wish): readonly string[] => {
  if (wish.values.length === 0) return wish.rivals.map((rival) => `${namesRival(rival)} still`)
  return wish.setting.order === 'all' ? [] : against(wish).map((rival) => `${namesRival(rival)}, which it outranks`)
}

/** A note in three: up to and with a mark, the line number behind it, and the rest; null where the mark is not in it. */
const parted = (note: string, mark: string): readonly [string, number | null, string] => {
  const at = note.indexOf(mark)
  const digits = at < 0 ? undefined : /^\d+/.exec(note.slice(at + mark.length))?.[0]
  if (digits === undefined) return [note, null, '']
  const end = at + mark.length
  return [note.slice(0, end), Number(digits), note.slice(end + digits.length)]
}
