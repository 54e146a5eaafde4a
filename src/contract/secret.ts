/** A value that must reach a host by a command's stdin only; prints as dots wherever else it lands. */
export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  /** Gives the secret itself; only what writes to a command's stdin calls this. */
  reveal(): string {
    return this.#value
  }

  toString(): string {
    return '•••'
  }

  toJSON(): string {
    return '•••'
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '•••'
  }
}

/** Says whether a text holds private key material, which no screen, diff or message may show. */
export const holdsPrivateKey = (text: string): boolean => withoutPrivateKeys(text) !== text

/** Puts words in the place of each private key (PEM, OpenSSH) in a text, and of what is left of one that was cut. */
export const withoutPrivateKeys = (text: string): string => {
  const whole = text.replace(BLOCK, NOT_SHOWN).replace(OPENSSH_BODY, NOT_SHOWN)
  let shown = ''
  let from = 0
  for (const end of whole.matchAll(END)) {
    // a loop and no expression: looking for what precedes each end takes an expression quadratic time
    let begin = end.index
    while (begin > from && BODY.test(whole[begin - 1] ?? '')) begin -= 1
    while (/\s/.test(whole[begin] ?? '')) begin += 1
    shown += `${whole.slice(from, begin)}${NOT_SHOWN}`
    from = end.index + end[0].length
  }
  return shown + whole.slice(from)
}

const NOT_SHOWN = '(private key, not shown)'
const BLOCK =
  /-{4,5} ?BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)? ?-{4,5}[\s\S]*?(?:-{4,5} ?END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)? ?-{4,5}|$)/g
const END = /-{4,5} ?END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)? ?-{4,5}/g
// base64, and line ends as they are or as tools spell them: \n, '$'\n''
const BODY = /[A-Za-z0-9+/=\s'$\\]/
// "openssh-key-v1" in base64, with which the first line of every such key begins
const OPENSSH_BODY = /b3BlbnNzaC1rZXktdjE[A-Za-z0-9+/=\s'$\\]*/g
