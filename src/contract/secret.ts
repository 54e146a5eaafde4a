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

const PRIVATE_KEY = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/

/** Says whether a text holds private key material, which no screen, diff or message may show. */
export const holdsPrivateKey = (text: string): boolean => PRIVATE_KEY.test(text)
