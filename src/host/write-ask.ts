import { bytesOf } from '../contract/bytes.ts'
import { LATER } from '../contract/later.ts'
import type { PathState } from '../contract/state.ts'
import { newMark } from './frame.ts'
import type { Frame } from './item.ts'
import { asScript } from './library.ts'
import type { PerlAsk } from './perl.ts'
import { PERL_POWERS } from './perl-powers.ts'
import { PERL_WRITE } from './perl-write.ts'
import type { Runner } from './runner.ts'
import { ownership, plainMode, type Task, type WriteScript } from './write-script.ts'

// far above what a file of settings holds; more goes to the host once, with the script
const MOST_LETTERS = 256 * 1024

/**
 * The same as perl is asked it: by the session's own user, or by root for users; nothing where it is known here that a
 * file is not plain.
 */
export const writeAsk = (
  runner: Runner,
  tasks: readonly Task[],
  { as, script, libraries }: WriteScript,
  mark: string,
): Pick<Frame, 'ask' | 'forUser'> => {
  const isRoots = runner.isRoot(as)
  const fields: string[] = []
  let letters = 0
  for (const task of tasks) {
    const own = taskFields(task)
    if (own === null || task.path.includes('\0')) return {}
    fields.push(isRoots && !runner.isRoot(task.as) ? task.writer : '', ...own)
    letters += (own.at(-1)?.length ?? 0) + (own.at(-2)?.length ?? 0)
  }
  if (letters > MOST_LETTERS) return {}
  const random = newMark()
  const askFor = (user: string): PerlAsk => ({
    ...{ name: PERL_WRITE.name, parts: [PERL_POWERS, PERL_WRITE], libraries: [] },
    fields: [mark, random, user, ...fields],
  })
  return {
    ask: askFor(''),
    forUser: (account) => ({ script: () => asScript(account, script(), libraries), ask: askFor(account.user.name) }),
  }
}

const taskFields = ({ path, found, wanted }: Task): readonly string[] | null => {
  if (wanted?.kind !== 'file' && wanted?.kind !== 'directory') return null
  const isNew = found === null || found.kind === 'absent'
  if (!isNew && found.kind !== wanted.kind) return null
  const known = knownText(found)
  const text = wanted.kind === 'file' && !(wanted.text === undefined && !isNew) ? (wanted.text ?? '') : null
  if (text === LATER) return null
  const was = known === null ? '' : text === null ? `${bytesOf(known).length} 0 ` : edited(known, text)
  const before = ownership(found)
  const after = ownership(wanted)
  return [
    path,
    wanted.kind === 'directory' ? 'd' : text === null ? 'm' : 'f',
    isNew ? 'a' : found.kind === 'file' ? 'f' : 'd',
    before.owner ?? '',
    before.group ?? '',
    isNew || !('mode' in found) ? '' : plainMode(found.mode),
    after.owner ?? '',
    after.group ?? '',
    plainMode(wanted.mode),
    text ?? known ?? '',
    was,
  ]
}

const knownText = (found: PathState): string | null =>
  found?.kind === 'file' && found.text !== undefined && found.text !== LATER ? found.text : null

/** What a text was, told by how much of the new one is its beginning and its end, and by what stood between. */
export const edited = (before: string, after: string): string => {
  const most = Math.min(before.length, after.length)
  let from = 0
  while (from < most && before.charCodeAt(from) === after.charCodeAt(from)) from += 1
  // at the ends of lines, so that no letter is cut in two
  from = from === 0 ? 0 : before.lastIndexOf('\n', from - 1) + 1
  let to = 0
  while (to < most - from && before.charCodeAt(before.length - to - 1) === after.charCodeAt(after.length - to - 1))
    to += 1
  const line = before.indexOf('\n', before.length - to)
  const until = line < 0 ? before.length : line + 1
  const [beginning, end] = [before.slice(0, from), before.slice(until)]
  return `${bytesOf(beginning).length} ${bytesOf(end).length} ${before.slice(from, until)}`
}
