import {
  COLLECTION_STYLE,
  EVENT_ID,
  type Event,
  getScalarValue,
  parseEvents,
  SCALAR_STYLE,
  type ScalarEvent,
  type SequenceEvent,
  YAMLException,
} from 'js-yaml'
import type { At, Mistake } from '../contract/errors.ts'
import { hintFor } from './hints.ts'
import { whyNoYaml } from './no-yaml.ts'
import type { Entry, MapNode, ScalarNode, YamlNode } from './node.ts'
import { locator, plainValue } from './scalar.ts'

/** What a YAML text says: its one document, null where it is empty, and all that is wrong with it. */
export interface Reading {
  readonly root: YamlNode | null
  readonly mistakes: readonly Mistake[]
}

const MOST_ALIASES = 1000
/** Aliases may say much with few words; what they say together stays within this number of nodes. */
const MOST_NODES = 1_000_000

/** Reads a YAML 1.2 text with the place of every node. `file` is named in places as it is given here. */
export const readYaml = (text: string, file: string): Reading => {
  const source = text.startsWith('\ufeff') ? text.slice(1) : text
  const placeOf = placesIn(source, file)
  if (source.startsWith('$ANSIBLE_VAULT;')) {
    const message = 'not yet: files encrypted with ansible-vault'
    return { root: null, mistakes: [{ message, at: placeOf(0) }] }
  }
  try {
    const builder = new Builder(source, parseEvents(source, { filename: file }), placeOf)
    return { root: builder.document(), mistakes: builder.mistakes }
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error
    return { root: null, mistakes: [whyNoYaml(error, source, placeOf)] }
  }
}

/** Gives the function from an offset to its place, by bisection. */
const placesIn = (source: string, file: string): ((offset: number) => At) => {
  const starts = [0]
  for (let end = source.indexOf('\n'); end !== -1; end = source.indexOf('\n', end + 1)) starts.push(end + 1)
  return (offset) => {
    let low = 0
    let high = starts.length - 1
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if ((starts[middle] ?? 0) <= offset) low = middle
      else high = middle - 1
    }
    return { file, line: low + 1, column: offset - (starts[low] ?? 0) + 1 }
  }
}

/** Walks the parser's events once; it has the identity of a cursor. */
class Builder {
  readonly mistakes: Mistake[] = []
  readonly #source: string
  readonly #events: readonly Event[]
  readonly #placeOf: (offset: number) => At
  readonly #anchors = new Map<string, { readonly node: YamlNode | null; readonly nodes: number }>()
  #next = 0
  /** the end of what was taken so far */
  #reached = 0
  #nodes = 0
  #aliases = 0

  constructor(source: string, events: readonly Event[], placeOf: (offset: number) => At) {
    this.#source = source
    this.#events = events
    this.#placeOf = placeOf
  }

  document(): YamlNode | null {
    if (this.#events.length === 0) return null
    this.#take()
    const root = this.#node(this.#placeOf(0))
    this.#take()
    const more = this.#events[this.#next]
    if (more !== undefined) {
      const start = this.#events.slice(this.#next).find((event) => 'start' in event || 'valueStart' in event)
      const offset =
        start === undefined ? 0 : 'start' in start ? start.start : Math.max(0, (start as ScalarEvent).valueStart)
      this.mistakes.push({ message: 'a file holds one YAML document, this one has more', at: this.#placeOf(offset) })
    }
    return root
  }

  #take(): Event {
    const event = this.#events[this.#next]
    this.#next += 1
    if (event === undefined) throw new Error('the YAML events end too soon')
    const { start = -1, valueEnd = -1, anchorEnd = -1, tagEnd = -1 } = event as Partial<ScalarEvent & SequenceEvent>
    this.#reached = Math.max(this.#reached, start, valueEnd, anchorEnd, tagEnd)
    return event
  }

  #ended(): boolean {
    return this.#events[this.#next]?.type === EVENT_ID.POP
  }

  /** @param empty the place of a value of which nothing is written */
  #node(empty: At): YamlNode {
    const event = this.#take()
    if (event.type === EVENT_ID.ALIAS) return this.#alias(event.anchorStart, event.anchorEnd)
    if (event.type !== EVENT_ID.SCALAR && event.type !== EVENT_ID.SEQUENCE && event.type !== EVENT_ID.MAPPING)
      throw new Error('a YAML event stands where none can')
    const anchor = event.anchorStart < 0 ? null : this.#source.slice(event.anchorStart, event.anchorEnd)
    if (anchor !== null) this.#anchors.set(anchor, { node: null, nodes: 0 })
    const before = this.#nodes
    this.#count(1, empty)
    const tag = event.tagStart < 0 ? '' : this.#source.slice(event.tagStart, event.tagEnd)
    const node =
      event.type === EVENT_ID.SCALAR
        ? this.#scalar(event, tag, empty)
        : event.type === EVENT_ID.SEQUENCE
          ? this.#list(this.#placeOf(event.start), event.style === COLLECTION_STYLE.BLOCK)
          : this.#map(this.#placeOf(event.start))
    if (tag !== '' && event.type !== EVENT_ID.SCALAR && !/^!!(?:map|seq)$/.test(tag)) this.#strangeTag(tag, node.at)
    if (anchor !== null) this.#anchors.set(anchor, { node, nodes: this.#nodes - before })
    return node
  }

  #count(nodes: number, at: At): void {
    const before = this.#nodes
    this.#nodes += nodes
    if (before <= MOST_NODES && this.#nodes > MOST_NODES)
      this.mistakes.push({ message: `its aliases stand for more than ${MOST_NODES} nodes`, at })
  }

  #alias(start: number, end: number): YamlNode {
    const name = this.#source.slice(start, end)
    const at = this.#placeOf(start - 1)
    const known = this.#anchors.get(name)
    this.#aliases += 1
    if (this.#aliases === MOST_ALIASES + 1) this.mistakes.push({ message: `more than ${MOST_ALIASES} aliases`, at })
    if (known?.node) {
      this.#count(known.nodes, at)
      if (this.#aliases <= MOST_ALIASES && this.#nodes <= MOST_NODES) return known.node
    } else {
      const message = known === undefined ? `unidentified alias "${name}"` : `the alias "${name}" stands inside itself`
      this.mistakes.push({ message, at })
    }
    return { kind: 'scalar', at, value: null, raw: '', plain: true, locate: () => at }
  }

  #list(at: At, block: boolean): YamlNode {
    const items: YamlNode[] = []
    while (!this.#ended()) items.push(this.#node(block && this.#isNothing() ? this.#dash(at, items.length) : at))
    this.#take()
    return { kind: 'list', at, items }
  }

  #isNothing(): boolean {
    const event = this.#events[this.#next]
    return event?.type === EVENT_ID.SCALAR && event.valueStart < 0
  }

  /** The dash of an item of which nothing else is written; those of one list stand below one another. */
  #dash(list: At, index: number): At {
    if (index === 0) return list
    const dash = new RegExp(`^ {${list.column - 1}}-(?=\\s|$)`, 'gm')
    dash.lastIndex = this.#source.indexOf('\n', this.#reached - 1)
    const found = dash.exec(this.#source)
    if (found === null) return list
    this.#reached = dash.lastIndex
    return this.#placeOf(dash.lastIndex - 1)
  }

  #map(at: At): MapNode {
    const entries = new Map<string, Entry>()
    const merged: Entry[] = []
    while (!this.#ended()) {
      const key = this.#node(at)
      const value = this.#node(key.at)
      if (key.kind !== 'scalar') {
        this.#strangeKey(key)
      } else if (key.plain && key.raw === '<<') {
        merged.push(...this.#merge(value))
      } else {
        const name = key.value === null ? '' : key.plain ? key.raw : String(key.value)
        if (entries.has(name)) this.mistakes.push({ message: `duplicated mapping key "${name}"`, at: key.at })
        entries.set(name, { key: name, at: key.at, value })
      }
    }
    this.#take()
    for (const entry of merged) if (!entries.has(entry.key)) entries.set(entry.key, entry)
    return { kind: 'map', at, entries: [...entries.values()] }
  }

  #merge(value: YamlNode): readonly Entry[] {
    if (value.kind === 'map') return value.entries
    if (value.kind === 'list') return value.items.flatMap((item) => this.#merge(item))
    this.mistakes.push({ message: '"<<" merges a map, or a list of maps', at: value.at })
    return []
  }

  #strangeKey(key: YamlNode): void {
    const line = this.#source.split('\n')[key.at.line - 1] ?? ''
    const hint = hintFor('', line)
    const message = hint?.startsWith('quote the template')
      ? 'a value that begins with a template must be quoted'
      : 'a key must be a plain word or a string'
    const at = hint === undefined ? key.at : { ...key.at, column: Math.max(1, line.indexOf('{{') + 1) }
    this.mistakes.push({ message, at, ...(hint === undefined ? {} : { hint }) })
  }

  #scalar(event: ScalarEvent, tag: string, empty: At): ScalarNode {
    const text = event.valueStart < 0 ? '' : getScalarValue(this.#source, event)
    const plain = event.style === SCALAR_STYLE.PLAIN
    const quoted = event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED
    const at = event.valueStart < 0 ? empty : this.#placeOf(this.#start(event, quoted))
    const value = plain && tag !== '!!str' ? plainValue(text) : text
    if (tag !== '' && !/^!!(?:str|int|float|bool|null)$/.test(tag)) this.#strangeTag(tag, at)
    const locate = event.valueStart < 0 ? () => at : locator(this.#source, event, text, at, this.#placeOf)
    return { kind: 'scalar', at, value, raw: text, plain: plain && tag !== '!!str', locate }
  }

  #start(event: ScalarEvent, quoted: boolean): number {
    if (quoted) return event.valueStart - 1
    if (event.style === SCALAR_STYLE.PLAIN) return event.valueStart
    // a block's text begins below the line with its `|` or `>`
    const line = this.#source.lastIndexOf('\n', event.valueStart - 1)
    const sign = this.#source.slice(0, line).search(/[|>][^\n]*$/)
    return sign === -1 ? event.valueStart : sign
  }

  #strangeTag(tag: string, at: At): void {
    const message =
      tag === '!vault' || tag === '!vault-encrypted'
        ? 'not yet: values encrypted with ansible-vault'
        : tag === '!unsafe'
          ? 'not yet: !unsafe'
          : `unknown tag ${tag}`
    this.mistakes.push({ message, at })
  }
}
