import { UserError } from '../contract/errors.ts'
import type { Secret } from '../contract/secret.ts'
import type { Output } from '../output/output.ts'
import type { RunFlags } from './flags.ts'
import { Interrupted, type InterruptWatch } from './interrupt.ts'
import { askSecret, askWord } from './prompt.ts'

/** The passwords that `-k` and `-K` ask for. */
export interface Passwords {
  readonly login?: Secret
  readonly sudo?: Secret
}

/** Asks for the passwords that the flags want, before anything is connected. */
export const askPasswords = async (flags: Pick<RunFlags, 'askPass' | 'askBecomePass'>): Promise<Passwords> => {
  const login = flags.askPass ? await needed('password to log in with: ', '-k') : undefined
  const also = login === undefined ? '' : ' (empty: the same)'
  const sudo = flags.askBecomePass ? await needed(`password for sudo${also}: `, '-K') : undefined
  const sudoOrSame = sudo?.reveal() === '' ? login : sudo
  return {
    ...(login === undefined ? {} : { login }),
    ...(sudoOrSame === undefined ? {} : { sudo: sudoOrSame }),
  }
}

const needed = async (question: string, flag: string): Promise<Secret> => {
  const answer = await askSecret(question)
  if (answer !== null) return answer
  throw new UserError(`${flag} asks on the terminal, and there is none`, {
    hint: 'start keyward in a terminal: a password is read from nowhere else',
  })
}

/** Questions that come up in the middle of a run: one at a time, with the progress taken off the screen. */
export interface Asking {
  /** the passphrase of a key file; null where nobody can be asked, or wants to answer */
  passphrase(file: string): Promise<Secret | null>
  /** with `--step`: whether to do a task; asked once for all hosts */
  step(host: string, task: string): Promise<boolean>
}

/** Gives the questions of one run. */
export const askingIn = (output: Output, interrupts: InterruptWatch): Asking => {
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = <Answer>(ask: () => Promise<Answer | null>): Promise<Answer | null> => {
    const answer = last.then(() => output.aside(ask)).catch((error: unknown) => leave(error, interrupts))
    last = answer
    return answer
  }
  const steps = new Map<string, Promise<boolean>>()
  let goOn = false
  const askStep = async (task: string): Promise<boolean> => {
    if (goOn || interrupts.requested) return goOn
    const word = await inTurn(() => askWord(`${task}: (N)o, (y)es, (c)ontinue without asking? `))
    goOn = word?.startsWith('c') ?? false
    return goOn || (word?.startsWith('y') ?? false)
  }
  return {
    passphrase: (file) => inTurn(() => askSecret(`passphrase of ${file}: `)),
    step: (_host, task) => {
      const known = steps.get(task)
      if (known !== undefined) return known
      const answer = askStep(task)
      steps.set(task, answer)
      return answer
    },
  }
}

const leave = (error: unknown, interrupts: InterruptWatch): null => {
  if (!(error instanceof Interrupted)) throw error
  interrupts.request()
  return null
}
