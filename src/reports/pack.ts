/** Plain data as one list in which everything stands once: what is alike on fifty hosts is written down for the first only. */
export interface Packed {
  /** the names of the members of each kind of object */
  readonly shapes: readonly (readonly string[])[]
  /** texts, numbers, booleans and nulls as they are; a list is `[-1, ...]`, an object `[its shape, ...]`, of the places of its parts */
  readonly nodes: readonly Node[]
  /** the place of the whole */
  readonly root: number
}

type Node = string | number | boolean | null | readonly number[]

/** Packs plain data; members that are undefined are left out. */
export const pack = (data: unknown): Packed => {
  const shapes = new Map<string, number>()
  const places = new Map<string, number>()
  const nodes: Node[] = []
  const placed = (node: Node): number => {
    const key = JSON.stringify(node)
    const known = places.get(key)
    if (known !== undefined) return known
    places.set(key, nodes.length)
    return nodes.push(node) - 1
  }
  const put = (value: unknown): number => {
    if (value === undefined) return placed(null)
    if (value === null || typeof value !== 'object') return placed(value as Node)
    if (Array.isArray(value)) return placed([-1, ...value.map(put)])
    const members = Object.entries(value).filter(([, one]) => one !== undefined)
    const shape = JSON.stringify(members.map(([name]) => name))
    const number = shapes.get(shape) ?? shapes.size
    shapes.set(shape, number)
    return placed([number, ...members.map(([, one]) => put(one))])
  }
  const root = put(data)
  return { shapes: [...shapes.keys()].map((shape) => JSON.parse(shape)), nodes, root }
}

/** The data that was packed; what was alike is the same object. */
export const unpack = ({ shapes, nodes, root }: Packed): unknown => {
  const known: unknown[] = []
  const get = (place: number): unknown => {
    if (place in known) return known[place]
    const node = nodes[place]
    known[place] = Array.isArray(node) ? partsOf(node) : node
    return known[place]
  }
  const partsOf = ([kind = -1, ...places]: readonly number[]): unknown => {
    if (kind < 0) return places.map(get)
    return Object.fromEntries(places.map((place, index) => [shapes[kind]?.[index] ?? '', get(place)]))
  }
  return get(root)
}
