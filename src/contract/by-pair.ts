/**
 * Remembers what a pure function makes of two things, for as long as both are there: what texts are read into is shared by
 * all machines that have them, and so is what is made of that. What it gives is shared, and nobody may change it.
 */
export const byPair = <One extends object, Other extends object, Result extends object>(
  make: (one: One, other: Other) => Result,
): ((one: One, other: Other) => Result) => {
  const known = new WeakMap<One, WeakMap<Other, Result>>()
  return (one, other) => {
    const ofOne = known.get(one) ?? new WeakMap<Other, Result>()
    const before = ofOne.get(other)
    if (before !== undefined) return before
    const result = make(one, other)
    known.set(one, ofOne.set(other, result))
    return result
  }
}
