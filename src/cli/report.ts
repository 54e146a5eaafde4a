import { UserError } from '../contract/errors.ts'
import type { Words } from './commands.ts'
import type { Surroundings } from './surroundings.ts'

/** Says that it is not there yet. */
export const report = async (_words: Words, _around: Surroundings): Promise<number> => {
  throw new UserError('keyward report is not there yet')
}
