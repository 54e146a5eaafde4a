// Runs the same ten tasks with each tool on the same hosts, and prints in Markdown what it cost: see README.md.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startLab } from '../test/kit/lab.ts'
import { DELAY_ROUNDS, measureDelay } from './delay.ts'
import { dropGroups } from './measure.ts'
import { install, packagesOf, versions } from './peers.ts'
import { measureTools } from './rounds.ts'
import { measureStart } from './start.ts'
import { costTable, delayTable, type Quoted, type Row, startTable } from './table.ts'
import { BARE, type Run, toolNames, toolsFor } from './tools.ts'

const usage = `npm run bench -- [--hosts 20] [--rounds 3] [--only ${toolNames.join(',')}] [--delay 25]

  --hosts   how many hosts are started, at most 250
  --rounds  how often each tool runs; the order of the tools turns from round to round
  --only    the tools that run; bare ssh always does
  --delay   milliseconds each way in the table of round trips; 0 leaves that table out
`

const QUOTED: { readonly first: readonly Quoted[]; readonly again: readonly Quoted[] } = {
  first: [{ title: 'pyinfra at 100 hosts, the first', both: 530, timesBare: 8.7 }],
  again: [{ title: 'pyinfra at 100 hosts, nothing to do', both: 360, timesBare: 5.9 }],
}

interface Options {
  readonly hosts: number
  readonly rounds: number
  readonly delayMs: number
  readonly tools: readonly string[]
}

const readOptions = (): Options => {
  const { values } = parseArgs({
    options: {
      hosts: { type: 'string', default: '20' },
      rounds: { type: 'string', default: '3' },
      only: { type: 'string', default: toolNames.join(',') },
      delay: { type: 'string', default: '25' },
    },
  })
  const [hosts, rounds, delayMs] = [Number(values.hosts), Number(values.rounds), Number(values.delay)]
  const tools = values.only.split(',')
  const strange = tools.filter((name) => !toolNames.some((known) => known === name))
  if (strange.length > 0) throw new Error(`there is no tool ${strange.join(', ')}`)
  const isCount = (number: number): boolean => Number.isInteger(number) && number > 0
  if (!isCount(hosts) || hosts > 250 || !isCount(rounds) || !(delayMs >= 0)) throw new Error('a number is out of range')
  return { hosts, rounds, delayMs, tools: ['bare', ...tools.filter((name) => name !== 'bare')] }
}

const say = (text: string): void => void process.stderr.write(`${text}\n`)

const titled = (title: string, table: string): string => `${title}\n\n${table}\n`

const main = async (): Promise<void> => {
  const { hosts, rounds, delayMs, tools: chosen } = readOptions()
  const packages = packagesOf(chosen)
  install(packages)
  if (spawnSync(process.execPath, ['build.mjs'], { stdio: ['ignore', 'ignore', 'inherit'] }).status !== 0)
    throw new Error('keyward cannot be built')
  const place = mkdtempSync(join(tmpdir(), 'keyward-bench-'))
  process.on('exit', () => rmSync(place, { recursive: true, force: true }))
  writeFileSync(join(place, 'ansible.cfg'), '')
  const lab = await startLab({ hosts, name: `bench-${process.pid}`, variant: 'python', progress: say })
  try {
    const tools = toolsFor(lab, place).filter(({ name }) => chosen.includes(name))
    const rows = await measureTools(lab, tools, rounds, say)
    const rowsOf = (proof: Run['proof']): readonly Row[] =>
      [...rows].filter(([run]) => run.row === BARE || run.proof === proof).map(([, row]) => row)
    const tables = [
      titled(
        `The rerun, which finds nothing to do: ${hosts} hosts, median of ${rounds} round${rounds === 1 ? '' : 's'}`,
        costTable(rowsOf('it changes nothing'), hosts, QUOTED.again),
      ),
      titled('The first, converging run of the same rounds', costTable(rowsOf('it converges'), hosts, QUOTED.first)),
    ]
    if (delayMs > 0 && chosen.includes('keyward')) {
      const few = Math.min(hosts, 10)
      const table = delayTable(await measureDelay(lab, place, delayMs), 2 * delayMs)
      tables.push(titled(`${few} hosts ${delayMs} ms away, each way; the quickest of ${DELAY_ROUNDS}`, table))
    }
    if (chosen.includes('keyward'))
      tables.push(titled('The start alone, median of 10', startTable(await measureStart(lab.inventoryFile, place))))
    const command = `npm run bench -- ${process.argv.slice(2).join(' ')}`.replace(/ -- $/, '')
    const machine = `${availableParallelism()} processors (${cpus()[0]?.model.trim()}), Node ${process.version}, ${versions(packages)}`
    process.stdout.write(`\`${command}\` on ${machine}.\n\n${tables.join('\n')}`)
  } finally {
    await lab.stop()
  }
}

process.on('SIGINT', () => process.exit(130))
process.on('exit', dropGroups)
if (process.argv.includes('--help')) process.stdout.write(usage)
else await main()
process.exit(0)
