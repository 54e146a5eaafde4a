// Says in our form what a Jinja expression says. It is used for hints only: what it cannot read has no hint.

import { factFor } from './ansible-names.ts'

type Token = { readonly kind: 'text' | 'number' | 'name' | 'sign'; readonly text: string }

const TOKEN =
  /\s*(?:("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|(-?\d+(?:\.\d+)?)|([A-Za-z_][\w-]*)|(==|!=|>=|<=|[<>|()[\].,~+]))/y

/** Gives our form of a Jinja expression, as in `(default x "y")`; null where it has none. */
export const fromJinja = (source: string): string | null => {
  const tokens = tokensOf(source.trim())
  if (tokens === null) return null
  const reader = new Reader(tokens)
  const said = reader.either()
  return said !== null && reader.atEnd() && said !== source.trim() ? said : null
}

/** Our form of a Jinja expression as it stands between braces, without its outermost parentheses. */
export const fromJinjaBare = (source: string): string | null => {
  const said = fromJinja(source)
  return said?.startsWith('(') ? said.slice(1, -1) : said
}

const tokensOf = (source: string): readonly Token[] | null => {
  const tokens: Token[] = []
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < source.length) {
    const found = TOKEN.exec(source)
    if (found === null) return null
    const [, text, number, name, sign] = found
    if (text !== undefined) tokens.push({ kind: 'text', text: quoted(text) })
    else if (number !== undefined) tokens.push({ kind: 'number', text: number })
    else if (name !== undefined) tokens.push({ kind: 'name', text: name })
    else tokens.push({ kind: 'sign', text: sign ?? '' })
  }
  return tokens
}

const quoted = (text: string): string => {
  const inner = text.slice(1, -1)
  return inner.includes('"') ? text : `"${inner}"`
}

const COMPARISONS: Readonly<Record<string, (left: string, right: string) => string>> = {
  '==': (left, right) => `(eq ${left} ${right})`,
  '!=': (left, right) => `(ne ${left} ${right})`,
  '<': (left, right) => `(lt ${left} ${right})`,
  '>': (left, right) => `(gt ${left} ${right})`,
  '<=': (left, right) => `(not (gt ${left} ${right}))`,
  '>=': (left, right) => `(not (lt ${left} ${right}))`,
}

const TESTS = new Map<string, (value: string) => string>(
  Object.entries({
    defined: (value: string) => `(defined ${value})`,
    undefined: (value: string) => `(not (defined ${value}))`,
    changed: (value: string) => `${value}.changed`,
    failed: (value: string) => `${value}.failed`,
    skipped: (value: string) => `${value}.skipped`,
    succeeded: (value: string) => `(not ${value}.failed)`,
    success: (value: string) => `(not ${value}.failed)`,
  }),
)

const FILTERS = new Map(
  Object.entries({
    default: 'default',
    d: 'default',
    lower: 'lower',
    upper: 'upper',
    join: 'join',
    split: 'split',
    first: 'first',
    last: 'last',
    length: 'length',
    count: 'length',
    to_json: 'json',
    tojson: 'json',
  }),
)
const CONSTANTS: ReadonlyMap<string, string> = new Map([
  ['True', 'true'],
  ['False', 'false'],
  ['None', 'null'],
  ['none', 'null'],
  // a parameter that is null counts as not given
  ['omit', 'null'],
])

/** filters of which ours needs none: values keep their types */
const NEEDLESS = new Set(['bool', 'int', 'string', 'list'])

class Reader {
  readonly #tokens: readonly Token[]
  #next = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  atEnd(): boolean {
    return this.#next === this.#tokens.length
  }

  either(): string | null {
    return this.#chain('or', () => this.#both())
  }

  #both(): string | null {
    return this.#chain('and', () => this.#negated())
  }

  #chain(word: string, part: () => string | null): string | null {
    const parts = [part()]
    while (this.#eat('name', word)) parts.push(part())
    if (parts.includes(null)) return null
    return parts.length === 1 ? (parts[0] ?? null) : `(${word} ${parts.join(' ')})`
  }

  #negated(): string | null {
    if (!this.#eat('name', 'not')) return this.#compared()
    const value = this.#negated()
    return value === null ? null : `(not ${value})`
  }

  #compared(): string | null {
    const left = this.#filtered()
    if (left === null) return null
    if (this.#eat('name', 'is')) return this.#tested(left)
    const negated = this.#peek('name', 'not') && this.#tokens[this.#next + 1]?.text === 'in'
    if (negated) this.#next += 1
    if (this.#eat('name', 'in')) {
      const right = this.#filtered()
      if (right === null) return null
      return negated ? `(not (in ${left} ${right}))` : `(in ${left} ${right})`
    }
    const sign = this.#tokens[this.#next]
    const comparison = sign?.kind === 'sign' ? COMPARISONS[sign.text] : undefined
    if (comparison === undefined) return left
    this.#next += 1
    const right = this.#filtered()
    return right === null ? null : comparison(left, right)
  }

  #tested(value: string): string | null {
    const negated = this.#eat('name', 'not')
    const said = TESTS.get(this.#name() ?? '')?.(value) ?? null
    return said !== null && negated ? `(not ${said})` : said
  }

  #filtered(): string | null {
    let value = this.#value()
    while (value !== null && this.#eat('sign', '|')) {
      const name = this.#name() ?? ''
      const words = this.#eat('sign', '(') ? this.#words() : []
      if (words === null) return null
      if (NEEDLESS.has(name)) continue
      const helper = FILTERS.get(name)
      value = helper === undefined ? null : `(${[helper, value, ...words].join(' ')})`
    }
    return value
  }

  #value(): string | null {
    if (this.#eat('sign', '(')) {
      const inner = this.either()
      return this.#eat('sign', ')') ? inner : null
    }
    const token = this.#tokens[this.#next]
    if (token === undefined || token.kind === 'sign') return null
    this.#next += 1
    if (token.kind !== 'name') return token.text
    if (token.text === 'lookup' && this.#eat('sign', '(')) return this.#lookedUp()
    return this.#path(token.text)
  }

  #lookedUp(): string | null {
    const words = this.#words()
    return words?.length === 2 && words[0]?.endsWith('file"') ? `(file ${words[1]})` : null
  }

  #path(start: string): string | null {
    let path = CONSTANTS.get(start) ?? factFor(start) ?? start
    for (;;) {
      if (this.#eat('sign', '.')) {
        const token = this.#tokens[this.#next]
        if (token === undefined || token.kind === 'sign') return null
        this.#next += 1
        if (token.kind === 'name' && this.#eat('sign', '(')) {
          const words = this.#words()
          const helper = FILTERS.get(token.text)
          if (words === null || helper === undefined) return null
          path = `(${[helper, path, ...words].join(' ')})`
        } else {
          path = `${path}.${token.kind === 'number' ? `[${token.text}]` : token.text}`
        }
      } else if (this.#eat('sign', '[')) {
        const token = this.#tokens[this.#next]
        if (token === undefined || token.kind === 'sign' || token.kind === 'name') return null
        this.#next += 1
        if (!this.#eat('sign', ']')) return null
        const key = token.kind === 'text' ? token.text.slice(1, -1) : token.text
        path = /^[A-Za-z_][\w-]*$/.test(key) ? `${path}.${key}` : `${path}.[${key}]`
      } else {
        return path
      }
    }
  }

  /** the values up to the closing parenthesis */
  #words(): readonly string[] | null {
    const words: string[] = []
    while (!this.#eat('sign', ')')) {
      if (words.length > 0 && !this.#eat('sign', ',')) return null
      const word = this.either()
      if (word === null) return null
      words.push(word)
    }
    return words
  }

  #name(): string | null {
    const token = this.#tokens[this.#next]
    if (token?.kind !== 'name') return null
    this.#next += 1
    return token.text
  }

  #peek(kind: Token['kind'], text: string): boolean {
    const token = this.#tokens[this.#next]
    return token?.kind === kind && token.text === text
  }

  #eat(kind: Token['kind'], text: string): boolean {
    if (!this.#peek(kind, text)) return false
    this.#next += 1
    return true
  }
}
