import { readFileSync } from 'node:fs'
import { type At, type Mistake, place, type UserError } from '../contract/errors.ts'
import { holdsPrivateKey } from '../contract/secret.ts'
import { errorDocument } from '../output/json.ts'
import { isColored, type Paint, paints } from '../output/paint.ts'
import { visible } from '../output/visible.ts'
import type { Surroundings } from './surroundings.ts'

/** Tells every mistake of the input, with its place in the file, and gives the exit code for them. */
export const printMistakes = ({ mistakes }: UserError, around: Surroundings): number => {
  const { argv, stdout, stderr, environment } = around
  const paint = paints(isColored(stderr, environment, !argv.includes('--no-color')))
  stderr.write(`${mistakes.map((mistake) => mistakeText(mistake, paint)).join('\n')}\n`)
  if (wantsJson(argv)) {
    const command = argv.find((word) => !word.startsWith('-')) ?? ''
    stdout.write(`${JSON.stringify(errorDocument({ command, mistakes }), null, 2)}\n`)
  }
  return 1
}

// read off argv: a mistake may be in the flags themselves
const wantsJson = (argv: readonly string[]): boolean =>
  argv.includes('--output=json') || argv.some((word, index) => word === '--output' && argv[index + 1] === 'json')

const mistakeText = ({ at, message, hint }: Mistake, paint: Paint): string =>
  [
    `${paint.strong(at === undefined ? 'keyward' : place(at))}: ${visible(message)}`,
    ...(at === undefined ? [] : excerpt(at, paint)),
    ...(hint === undefined ? [] : [`  ${paint.command('hint:')} ${visible(hint)}`]),
  ].join('\n')

/** The line of a mistake, with a mark under its column; nothing where it cannot be shown. */
const excerpt = (at: At, paint: Paint): readonly string[] => {
  const line = lineAt(at)
  if (line === null) return []
  const number = String(at.line).padStart(5)
  // tabs stay tabs, so that the mark stands under its column
  const blank = line.slice(0, at.column - 1).replace(/[^\t]/g, ' ')
  return [
    `${paint.faint(`${number} |`)} ${visible(line)}`.trimEnd(),
    `${paint.faint('      |')} ${blank}${paint.removed('^')}`,
  ]
}

const lineAt = ({ file, line }: At): string | null => {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    return null
  }
  if (holdsPrivateKey(text)) return null
  return text.split(/\r?\n/)[line - 1] ?? null
}
