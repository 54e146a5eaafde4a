import type { Source } from '../contract/control.ts'
import type { Look } from '../contract/look.ts'
import type { Criterion } from '../formats/sshd-match.ts'
import { isGlobal, type Statement } from '../formats/sshd-tree.ts'
import { fileSource } from '../paths/source.ts'
import { stating } from './place.ts'
import { isInScope } from './rival.ts'
import type { Setting } from './setting.ts'

/** Names lines of sshd's files, which were read before: file, line, text, and when the file was changed. */
export const lineSources = (on: Look, lines: readonly Statement[]): Promise<readonly Source[]> =>
  Promise.all(
    lines.map(async ({ file, number, line }) => {
      const found = await on.file(file)
      const about = found === null ? { file } : { ...fileSource(on, found), file }
      return { ...about, line: number, text: `${line.keyword}${line.gap}${line.value}` }
    }),
  )

/** The lines that decide a setting in a scope: one, or all of them where sshd adds them up. */
export const decidingLines = (
  all: readonly Statement[],
  setting: Setting,
  match: readonly Criterion[] | null,
): readonly Statement[] => {
  const stated = stating(all, setting)
  const own = match === null ? [] : stated.filter((one) => isInScope(one, match))
  const lines = own.length > 0 ? own : stated.filter(isGlobal)
  if (setting.order === 'all') return lines
  return setting.order === 'last' ? lines.slice(-1) : lines.slice(0, 1)
}
