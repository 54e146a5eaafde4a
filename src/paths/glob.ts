import type { Look } from '../contract/look.ts'
import { globTakes, hasWildcard } from '../formats/glob.ts'

/** The paths that a glob(7) pattern takes on a machine, in byte order; of a path without wildcards: itself, if it is there. */
export const globPaths = async (on: Look, pattern: string): Promise<readonly string[]> => {
  let paths: readonly string[] = ['']
  for (const part of (await on.expand(pattern)).split('/').filter((one) => one !== '')) {
    const next = await Promise.all(
      paths.map(async (path) => {
        if (!hasWildcard(part)) return [`${path}/${part}`]
        const names = (await on.list(path === '' ? '/' : path)) ?? []
        return names.filter((name) => globTakes(part, name)).map((name) => `${path}/${name}`)
      }),
    )
    paths = next.flat()
  }
  const there = await Promise.all(paths.map(async (path) => (await on.file(path, { text: false })) !== null))
  return paths.filter((_, index) => there[index])
}
