import { closeSync, openSync } from 'node:fs'
import { createInterface } from 'node:readline/promises'
import { ReadStream, WriteStream } from 'node:tty'
import { Secret } from '../contract/secret.ts'
import { Interrupted } from './interrupt.ts'

/**
 * Asks for a secret on the terminal itself, unseen: never read from a pipe, a flag or the environment. Gives null where
 * there is no terminal.
 */
export const askSecret = (question: string): Promise<Secret | null> =>
  onTerminal(async (input, output) => {
    // before the question: who answers it at once is not shown either
    input.setRawMode(true)
    try {
      output.write(question)
      return new Secret(await typed(input))
    } finally {
      input.setRawMode(false)
      output.write('\n')
    }
  })

/** Asks a question on the terminal; gives what was typed, trimmed and in small letters, or null where there is none. */
export const askWord = (question: string): Promise<string | null> =>
  onTerminal(async (input, output) => {
    const lines = createInterface({ input, output })
    const stop = new AbortController()
    lines.once('SIGINT', () => stop.abort())
    lines.once('close', () => stop.abort())
    try {
      return (await lines.question(question, { signal: stop.signal })).trim().toLowerCase()
    } catch (error) {
      if (stop.signal.aborted) throw new Interrupted()
      throw error
    } finally {
      lines.close()
    }
  })

const onTerminal = async <Answer>(
  ask: (input: ReadStream, output: WriteStream) => Promise<Answer>,
): Promise<Answer | null> => {
  const files = openTerminal()
  if (files === null) return null
  const input = new ReadStream(files.input)
  const output = new WriteStream(files.output)
  try {
    return await ask(input, output)
  } finally {
    input.destroy()
    output.destroy()
  }
}

/** Says whether there is a terminal to ask on. */
export const hasTerminal = (): boolean => {
  const files = openTerminal()
  if (files !== null) for (const file of [files.input, files.output]) closeSync(file)
  return files !== null
}

const openTerminal = (): { readonly input: number; readonly output: number } | null => {
  const input = openOrNull('r')
  const output = openOrNull('w')
  if (input !== null && output !== null) return { input, output }
  for (const file of [input, output]) if (file !== null) closeSync(file)
  return null
}

const openOrNull = (how: 'r' | 'w'): number | null => {
  try {
    return openSync('/dev/tty', how)
  } catch {
    return null
  }
}

const typed = (input: ReadStream): Promise<string> =>
  new Promise((resolve, reject) => {
    let text = ''
    input.setEncoding('utf8')
    input.on('end', () => reject(new Interrupted()))
    input.on('data', (chunk) => {
      for (const character of String(chunk)) {
        if (ENTER.has(character)) return resolve(text)
        if (LEAVE.has(character)) return reject(new Interrupted())
        if (RUBOUT.has(character)) text = [...text].slice(0, -1).join('')
        else text = character === CLEAR ? '' : text + character
      }
    })
  })

const ENTER = new Set(['\r', '\n'])
/** Ctrl-C and Ctrl-D: a terminal in raw mode makes no signal of them */
const LEAVE = new Set(['\u0003', '\u0004'])
const RUBOUT = new Set(['\u007f', '\b'])
const CLEAR = '\u0015'
