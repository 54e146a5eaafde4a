/**
 * Tests of a suite that mostly wait for something outside: all begin when the first of them does, and each ends as its own
 * part ended. They must have nothing in common.
 */
export const together = () => {
  const bodies: (() => Promise<void>)[] = []
  let begun: readonly Promise<void>[] = []
  before(() => {
    begun = bodies.map((body) => body())
    // one that fails is told by its own test, which may be a later one
    for (const one of begun) one.catch(() => {})
  })
  return (title: string, body: () => Promise<void>): Mocha.Test => {
    const index = bodies.push(body) - 1
    return it(title, () => begun[index])
  }
}
