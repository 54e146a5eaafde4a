import { posix } from 'node:path'
import type { Found, Look } from '../contract/look.ts'
import { refuse } from '../contract/signals.ts'

const MOST_LINKS = 40

/**
 * Refuses a path on which a link leads root astray, by the rule that the kernel has for sticky directories: root follows
 * links that root made, and one of a user only to what is that user's already.
 *
 * @param found what the path leads to; null where that is nothing
 */
export const refuseForeignLinks = async (on: Look, path: string, found: Found | null): Promise<void> => {
  if (on.connection.power !== 'root' || found?.path === path) return
  let rest = posix.normalize(path).split('/').slice(1)
  let at = ''
  for (let links = 0; rest.length > 0 && links < MOST_LINKS; ) {
    const [name = '', ...more] = rest
    const here = `${at}/${name}`
    const one = await on.file(here, { follow: false, text: false })
    rest = more
    if (one?.kind !== 'link') {
      at = here
      continue
    }
    links += 1
    if (one.owner !== 'root' && one.owner !== found?.owner) {
      refuse(
        `${here} is a link that ${one.owner} made, and leads to ${found?.path ?? one.target}, which is ${found === null ? 'not there' : `${found.owner}'s`}: root does not follow it`,
      )
    }
    const target = posix.resolve(posix.dirname(here), one.target ?? '')
    rest = [...target.split('/').slice(1), ...more]
    at = ''
  }
}
