/**
 * Makes text of a host safe for a terminal: a control character, or a byte that is no UTF-8, is spelled out (`\x1b`), so
 * that nothing a host answered can move the cursor or hide a line. Line ends and tabs stay.
 */
export const visible = (text: string): string => text.replace(UNSAFE, spelled)

/** The same on one line, for names and labels: line ends and tabs are spelled out too. */
export const visibleLine = (text: string): string => visible(text).replaceAll('\n', '\\n').replaceAll('\t', '\\t')

const UNSAFE = /(?![\n\t])[\p{Cc}\p{Bidi_Control}\u2028\u2029]|[\udc80-\udcff]/gu

const spelled = (character: string): string => {
  if (character === '\r') return '\\r'
  const code = character.charCodeAt(0)
  if (code >= 0xdc80 && code <= 0xdcff) return `\\x${(code - 0xdc00).toString(16)}`
  return code > 0xff ? `\\u${code.toString(16)}` : `\\x${code.toString(16).padStart(2, '0')}`
}

/** Puts each line of a text behind an indent; an empty text has no line. */
export const indented = (text: string, indent: string): readonly string[] =>
  text === ''
    ? []
    : text
        .replace(/\n+$/, '')
        .split('\n')
        .map((line) => `${indent}${line}`.trimEnd())
