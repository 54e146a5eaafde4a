import type { YAMLException } from 'js-yaml'
import type { At, Mistake } from '../contract/errors.ts'
import { hintFor } from './hints.ts'
import { endsInside, openAt, whyOpen } from './unclosed.ts'

/** Says why a text is no YAML: where a quote or a bracket was left open, else where the parser stopped. */
export const whyNoYaml = (
  { reason, mark }: YAMLException,
  source: string,
  placeOf: (offset: number) => At,
): Mistake => {
  const position = Math.min(mark?.position ?? 0, source.length)
  const open = endsInside(reason, source[position]) ? openAt(source, position) : null
  if (open !== null) return whyOpen(open, placeOf)
  const hint = hintFor(reason, lineAround(source, position))
  return { message: `not YAML: ${reason}`, at: placeOf(position), ...(hint ? { hint } : {}) }
}

const lineAround = (source: string, position: number): string => {
  const start = source.lastIndexOf('\n', position - 1) + 1
  const end = source.indexOf('\n', position)
  const line = source.slice(start, end === -1 ? undefined : end)
  return line.trim() === '' && start > 0 ? lineAround(source, start - 1) : line
}
