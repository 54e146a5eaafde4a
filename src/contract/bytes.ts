import { isUtf8 } from 'node:buffer'
import { shared } from './shared.ts'

/**
 * Text of a host is kept as a string in which a byte that is no UTF-8 stands as a lone surrogate U+DC80 to U+DCFF, as in
 * Python's surrogateescape, so that what we did not touch goes back byte for byte.
 */
export const textOf = (bytes: Buffer): string => {
  if (isUtf8(bytes)) return shared(bytes.toString('utf8'))
  let text = ''
  let from = 0
  while (from < bytes.length) {
    const length = validLength(bytes, from)
    if (length > 0) {
      text += bytes.toString('utf8', from, from + length)
      from += length
    } else {
      text += String.fromCharCode(0xdc00 + (bytes[from] ?? 0))
      from += 1
    }
  }
  return text
}

/** Gives back the bytes that {@link textOf} read. */
export const bytesOf = (text: string): Buffer => {
  if (!ESCAPED.test(text)) return Buffer.from(text, 'utf8')
  const parts = text.split(SPLIT).map((part) => {
    const code = part.charCodeAt(0)
    return part.length === 1 && code >= 0xdc80 && code <= 0xdcff ? Buffer.of(code - 0xdc00) : Buffer.from(part, 'utf8')
  })
  return Buffer.concat(parts)
}

const ESCAPED = /(?<![\ud800-\udbff])[\udc80-\udcff]/
const SPLIT = /((?<![\ud800-\udbff])[\udc80-\udcff])/

const validLength = (bytes: Buffer, from: number): number => {
  const lead = bytes[from] ?? 0
  if (lead < 0x80) {
    let end = from
    while (end < bytes.length && (bytes[end] ?? 0x80) < 0x80) end += 1
    return end - from
  }
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2
  return from + length <= bytes.length && isUtf8(bytes.subarray(from, from + length)) ? length : 0
}
