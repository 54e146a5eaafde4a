/**
 * Remembers what a pure function makes of a text, of the last texts that it was asked about: the same file of a hundred
 * machines, looked at by ten tasks, is read once. What it gives is shared, and nobody may change it.
 */
export const byText = <Result>(make: (text: string) => Result, most = MOST_TEXTS): ((text: string) => Result) => {
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

/** The same of a function of data that JSON keeps whole. What is long is not kept, nor is a private key beyond its use. */
export const byData = <Data, Result>(make: (data: Data) => Result, most = MOST_TEXTS): ((data: Data) => Result) => {
  const known = byText((about) => make(JSON.parse(about) as Data), most)
  return (data) => {
    const about = JSON.stringify(data)
    return about.length > MOST_CHARACTERS || about.includes('PRIVATE KEY') ? make(data) : known(about)
  }
}

const MOST_TEXTS = 64
const MOST_CHARACTERS = 65_536
