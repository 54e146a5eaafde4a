import { SCALAR_STYLE, type ScalarEvent } from 'js-yaml'
import type { At } from '../contract/errors.ts'
import type { ScalarNode } from './node.ts'

const NULL = /^(?:~|null|Null|NULL)?$/
const BOOLEAN = /^(?:true|True|TRUE|false|False|FALSE)$/
const INTEGER = /^[-+]?[0-9]+$/
const OCTAL = /^0o[0-7]+$/
const HEXADECIMAL = /^0x[0-9a-fA-F]+$/
const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/
const INFINITE = /^[-+]?\.(?:inf|Inf|INF)$/
const NOT_A_NUMBER = /^\.(?:nan|NaN|NAN)$/

/** Reads a plain scalar by the core schema of YAML 1.2, in which `yes`, `no`, `on` and `off` are strings. */
export const plainValue = (text: string): ScalarNode['value'] => {
  if (NULL.test(text)) return null
  if (BOOLEAN.test(text)) return text.toLowerCase() === 'true'
  if (INTEGER.test(text) || OCTAL.test(text) || HEXADECIMAL.test(text)) return Number(text)
  if (FLOAT.test(text)) return Number(text)
  if (INFINITE.test(text)) return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  return NOT_A_NUMBER.test(text) ? Number.NaN : text
}

/** How to find the place of a character of a scalar's value: exact where the text stands in the file as it is. */
export const locator = (
  source: string,
  event: ScalarEvent,
  text: string,
  start: At,
  placeOf: (offset: number) => At,
): ScalarNode['locate'] => {
  const { valueStart, valueEnd, indent } = event
  if (source.slice(valueStart, valueEnd) === text) return (index) => placeOf(valueStart + index)
  if (event.style === SCALAR_STYLE.LITERAL_BLOCK) {
    return (index) => {
      const before = text.slice(0, index).split('\n')
      const first = placeOf(valueStart)
      const column = before.at(-1)?.length ?? 0
      return { file: start.file, line: first.line + before.length - 1, column: indent + column + 1 }
    }
  }
  return () => start
}
