import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { Given } from '../schedule/shape.ts'
import { DeliveryError } from './delivery-error.ts'

/** Where a value that is not written down may come from. */
export interface Around {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** the schedules' file: paths are relative to it */
  readonly file: string
}

/** The value itself, read just now; throws DeliveryError that names its place and never the value. */
export const readGiven = async (given: Given, { environment, file }: Around): Promise<string> => {
  if ('text' in given) return given.text
  if ('env' in given) {
    const value = environment[given.env]
    if (value === undefined || value === '')
      throw new DeliveryError(`the environment variable ${given.env} is not set`, 'later')
    return value
  }
  try {
    return (await readFile(resolve(dirname(file), given.file), 'utf8')).trim()
  } catch (error) {
    const { code = 'unknown error' } = error as { code?: string }
    throw new DeliveryError(`cannot read ${given.file}: ${code}`, 'later')
  }
}
