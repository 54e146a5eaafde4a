import type { Look } from '../contract/look.ts'
import { refuse } from '../contract/signals.ts'
import { refuseForeignLinks } from './trusted.ts'

/** A path that is not there yet: its real path, and the directories that would have to be made for it, from the top. */
export interface NewPath {
  readonly path: string
  readonly parents: readonly string[]
}

/** Finds out where a path that is not there would come to be, all in one flight; a file on the way is refused. */
export const newPath = async (on: Look, path: string): Promise<NewPath> => {
  const full = await on.expand(path)
  const ups = upwards(full)
  const found = await Promise.all(ups.map((up) => on.file(up, { text: false })))
  const there = found.findIndex((one) => one !== null)
  const base = found[there] ?? null
  if (base !== null && base.kind !== 'directory') refuse(`${base.path} is not a directory`)
  if (base !== null) await refuseForeignLinks(on, ups[there] ?? '/', base)
  const missing = (there < 0 ? ups : ups.slice(0, there)).toReversed()
  const top = ups[there] ?? '/'
  const real = (one: string): string => joined(base?.path ?? '/', one.slice(top === '/' ? 0 : top.length))
  return { path: real(full), parents: missing.map(real) }
}

const upwards = (path: string): readonly string[] => {
  const names = path.split('/').filter((name) => name !== '')
  return names.map((_, index) => `/${names.slice(0, index).join('/')}`).toReversed()
}

const joined = (base: string, rest: string): string => `${base === '/' ? '' : base}${rest.replace(/\/+/g, '/')}`
