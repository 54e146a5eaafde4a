import type { Offers } from '../output/closing.ts'
import { jsonOutput } from '../output/json.ts'
import { linesOutput } from '../output/lines.ts'
import { ndjsonOutput } from '../output/ndjson.ts'
import type { Output } from '../output/output.ts'
import { isColored, paints } from '../output/paint.ts'
import { shortRecapLines } from '../output/recap.ts'
import type { OutputKind, RunFlags } from './flags.ts'
import type { Surroundings } from './surroundings.ts'

/** How a run is told: as its flag says, else on a terminal as a tree, elsewhere and in CI in lines. */
export const outputKind = ({ output, step }: RunFlags, { stdout, environment }: Surroundings): OutputKind => {
  const canDraw = stdout.isTTY && environment.TERM !== 'dumb' && step !== true
  if (output === 'tree') return canDraw ? 'tree' : 'lines'
  if (output !== undefined) return output
  return canDraw && (environment.CI ?? '') === '' ? 'tree' : 'lines'
}

/** Opens the output of a run. */
export const openOutput = async (
  kind: OutputKind,
  {
    flags,
    diffs,
    offers,
    around,
  }: {
    readonly flags: RunFlags
    readonly diffs: boolean
    readonly offers: Offers
    readonly around: Surroundings
  },
): Promise<Output> => {
  const { stdout, environment } = around
  const wording = {
    paint: paints(isColored(stdout, environment, flags.color)),
    diffs,
    verbosity: flags.verbose,
    offers,
  }
  switch (kind) {
    case 'tree': {
      const { treeOutput } = await import('../output/tree.ts')
      return treeOutput({ write: stdout.write, size: stdout.size, unicode: isUnicode(environment) }, wording)
    }
    case 'lines':
      return linesOutput(stdout.write, stdout.isTTY ? { ...wording, recap: shortRecapLines } : wording)
    case 'ndjson':
      return ndjsonOutput(stdout.write)
    case 'json':
      return jsonOutput(stdout.write)
    case 'junit': {
      const { junitOutput } = await import('../reports/junit.ts')
      return junitOutput(stdout.write)
    }
  }
}

const isUnicode = ({ LC_ALL, LC_CTYPE, LANG }: Surroundings['environment']): boolean =>
  /utf-?8/i.test(LC_ALL || LC_CTYPE || LANG || '')
