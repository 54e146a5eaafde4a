import type { Source } from '../contract/control.ts'
import type { Found, Look } from '../contract/look.ts'

/** Names a file as the place where a value is set; without a time where it is planned and not written yet. */
export const fileSource = (on: Look, { path, modifiedMs }: Pick<Found, 'path' | 'modifiedMs'>): Source =>
  on.planned(path) ? { file: path } : { file: path, modifiedMs }
