/** Lets one at a time in, in the order of asking. */
export class Lock {
  #last: Promise<void> = Promise.resolve()

  /** Waits for its turn, does the work alone, and gives its result. */
  async alone<Result>(work: () => Promise<Result>): Promise<Result> {
    const before = this.#last
    let open: () => void = () => {}
    this.#last = new Promise((resolve) => {
      open = resolve
    })
    await before
    try {
      return await work()
    } finally {
      open()
    }
  }
}

/** Runs work for each item, at most `limit` at a time, started in order; every one is run, whatever the others do. */
export const sideBySide = async <Item>(
  items: readonly Item[],
  limit: number,
  work: (item: Item) => Promise<void>,
): Promise<void> => {
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const item = items[next] as Item
      next += 1
      await work(item)
    }
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker))
}
