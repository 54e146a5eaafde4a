import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The version of the keyward in a directory. */
export const versionOf = (home: string): string =>
  (JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as { version: string }).version
