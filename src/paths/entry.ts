import { LATER } from '../contract/later.ts'
import type { Found } from '../contract/look.ts'
import { refuse, wait } from '../contract/signals.ts'
import type { PathState } from '../contract/state.ts'

/** What a record says of what was found at a path; a device or a socket is refused. */
export const entryOf = (found: Found | null): PathState => {
  if (found === null) return null
  const { kind, mode, owner, group } = found
  if (kind === 'file') return { kind, mode, owner, group, ...(found.text === null ? {} : { text: found.text }) }
  if (kind === 'directory') return { kind, mode, owner, group }
  if (kind === 'link') return { kind, target: found.target ?? '', owner, group }
  return refuse(`${found.path} is neither a file, a directory nor a link`)
}

/** The text of a file that was looked at; waits where the run alone can know it. */
export const knownText = (found: Found): string =>
  found.text === LATER ? wait(`the text of ${found.path} is known after the run only`) : (found.text ?? '')
