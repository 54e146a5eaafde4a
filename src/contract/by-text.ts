/**
 * Remembers what a pure function makes of a text, of the last texts that it was asked about: the same file of a hundred
 * machines, looked at by ten tasks, is read once. What it gives is shared, and nobody may change it.
 */
export const byText = <Result>(make: (text: string) => Result, most = 64): ((text: string) => Result) => {
  const known = new Map<string, { readonly result: Result }>()
  return (text) => {
    const before = known.get(text)
    if (before !== undefined) return before.result
    const result = make(text)
    // a Map keeps the order in which its keys came
    const [oldest] = known.keys()
    if (known.size >= most && oldest !== undefined) known.delete(oldest)
    known.set(text, { result })
    return result
  }
}
