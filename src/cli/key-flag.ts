import { homedir } from 'node:os'
import { join } from 'node:path'
import { HostError, type Mistake } from '../contract/errors.ts'
import type { RunFlags } from './flags.ts'

/** Says what is wrong with the private key that a flag names: a file that is none, or that nobody can log in with. */
export const keyFlagMistakes = async ({
  privateKey,
  keyFile,
}: Pick<RunFlags, 'privateKey' | 'keyFile'>): Promise<readonly Mistake[]> => {
  return [...(await mistakeIn('--private-key', privateKey)), ...(await mistakeIn('--key-file', keyFile))]
}

const mistakeIn = async (flag: string, file: string | undefined): Promise<readonly Mistake[]> => {
  if (file === undefined) return []
  // loaded late: most commands open no key
  const { readKeyFile } = await import('../host/key-file.ts')
  const path = file.startsWith('~/') ? join(process.env.HOME ?? homedir(), file.slice(2)) : file
  try {
    await readKeyFile(path)
    return []
  } catch (error) {
    if (!(error instanceof HostError)) throw error
    return [{ message: `${flag}: ${error.message}`, ...(error.hint === undefined ? {} : { hint: error.hint }) }]
  }
}
