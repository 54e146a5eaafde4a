import { UserError } from '../contract/errors.ts'
import type { Words } from './commands.ts'
import type { Surroundings } from './surroundings.ts'

/** Says that it is not there yet. */
export const drift = async (_words: Words, _around: Surroundings): Promise<number> => {
  throw new UserError('keyward drift is not there yet')
}
