import { visible } from '../output/visible.ts'

/** Text that is HTML already. */
export interface Markup {
  readonly markup: string
}

type Part = Markup | string | number | null | undefined | false | readonly Part[]

/**
 * Writes HTML. What is filled in is text, wherever it comes from: it is escaped, also within quoted attributes, and what
 * could hide or turn around other text is spelled out.
 */
export const markup = (texts: TemplateStringsArray, ...parts: readonly Part[]): Markup => ({
  markup: texts.map((text, index) => text + (index < parts.length ? filled(parts[index]) : '')).join(''),
})

/** HTML that we wrote ourselves. */
export const ours = (text: string): Markup => ({ markup: text })

const filled = (part: Part): string => {
  if (part === null || part === undefined || part === false) return ''
  if (typeof part === 'string' || typeof part === 'number') return escaped(String(part))
  return 'markup' in part ? part.markup : part.map(filled).join('')
}

const escaped = (text: string): string =>
  visible(text).replace(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`)

/** A link's address within the page. */
export const linkTo = (kind: 'host' | 'control' | 'task', name: string): string =>
  `#${kind}=${encodeURIComponent(name.replace(/\p{Cs}/gu, '\ufffd'))}`
