/** One element of an XML text. */
export interface Element {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  /** the names of its children */
  readonly children: string[]
  /** what its ancestors are called by their attribute `name` */
  readonly parents: readonly string[]
}

const TOKEN = /<\/([\w-]+)>|<([\w-]+)((?: [\w-]+="[^"<]*")*)(\/?)>|([^<]+)/gy

/** Reads all elements of an XML text, in order; throws where it is not well-formed, or holds what XML 1.0 forbids. */
export const elementsOf = (text: string): readonly Element[] => {
  const head = '<?xml version="1.0" encoding="UTF-8"?>'
  if (!text.startsWith(head)) throw new Error('it has no declaration')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those that XML forbids
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Cs}/u.test(text))
    throw new Error('a forbidden character')
  const all: Element[] = []
  const open: Element[] = []
  let end = head.length
  for (const match of text.slice(head.length).matchAll(TOKEN)) {
    end = head.length + match.index + match[0].length
    const [, closed, opened, attributes = '', isEmpty, words] = match
    if (closed !== undefined && open.pop()?.name !== closed) throw new Error(`</${closed}> closes nothing`)
    if (words !== undefined && /&(?!#\d+;)/.test(words)) throw new Error(`a bare & in ${words}`)
    if (opened === undefined) continue
    const pairs = [...attributes.matchAll(/ ([\w-]+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value])
    const element: Element = {
      name: opened,
      attributes: Object.fromEntries(pairs),
      children: [],
      parents: open.map((one) => one.attributes.name ?? ''),
    }
    open.at(-1)?.children.push(opened)
    all.push(element)
    if (isEmpty !== '/') open.push(element)
  }
  if (end !== text.length || open.length > 0) throw new Error(`it is not well-formed at ${end}`)
  return all
}
