/** Parameters that are not known, each with all values it may have; null where they are too many to try. */
export type Unknowns = ReadonlyMap<string, readonly unknown[] | null>

/** A function asked for a parameter that is not known. */
class Asked extends Error {
  override readonly name = 'Asked'
  readonly param: string

  constructor(param: string) {
    super(param)
    this.param = param
  }
}

const MOST_ANSWERS = 64

/**
 * What a pure function of parameters says for each value that those not known may have: one answer where it asks for none
 * of them. Gives null where nothing can be told: it asks for one that may be anything.
 */
export const everyAnswer = <Answer>(
  ask: (params: Readonly<Record<string, unknown>>) => Answer,
  known: Readonly<Record<string, unknown>>,
  unknowns: Unknowns,
): readonly Answer[] | null => {
  const answers: Answer[] = []
  const isTold = (params: Readonly<Record<string, unknown>>, left: Unknowns): boolean => {
    try {
      answers.push(ask(left.size === 0 ? params : guarded(params, left)))
      return answers.length <= MOST_ANSWERS
    } catch (error) {
      if (!(error instanceof Asked)) throw error
      const { param } = error
      const others = new Map([...left].filter(([name]) => name !== param))
      return left.get(param)?.every((value) => isTold({ ...params, [param]: value }, others)) ?? false
    }
  }
  return isTold(known, unknowns) ? answers : null
}

/** The parameters, of which the unknown ones cannot be read. */
const guarded = (params: Readonly<Record<string, unknown>>, unknowns: Unknowns): Readonly<Record<string, unknown>> => {
  const check = (name: string | symbol | undefined): void => {
    if (typeof name === 'string' && unknowns.has(name)) throw new Asked(name)
  }
  return new Proxy(params, {
    get: (target, name) => {
      check(name)
      return Reflect.get(target, name)
    },
    has: (target, name) => {
      check(name)
      return Reflect.has(target, name)
    },
    ownKeys: (target) => {
      check([...unknowns.keys()][0])
      return Reflect.ownKeys(target)
    },
  })
}
