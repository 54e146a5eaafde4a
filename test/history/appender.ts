// A process of its own that appends runs: FILE NAME COUNT BYTES, and a pause of at most so many ms after each. It says "ready", waits for a line, and then says each run's id.
import { randomBytes } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { openHistory } from '../../src/history/open.ts'

const [file = '', name = '', count = '0', bytes = '0', pauseMs = '0'] = process.argv.slice(2)
const history = await openHistory(file)
process.stdout.write('ready\n')
await new Promise((resolve) => process.stdin.once('data', resolve))
for (let index = 0; index < Number(count); index += 1) {
  const id = `${name}-${index}`
  history.append((view) => ({
    kind: 'run',
    id,
    at: new Date().toISOString(),
    series: 'ssh',
    summary: { command: 'audit' },
    body: {
      document: { before: view.last('ssh')?.entry.id ?? null },
      memory: { filler: randomBytes(Number(bytes)).toString('hex') },
    },
  }))
  process.stdout.write(`${id}\n`)
  await setTimeout(Math.random() * Number(pauseMs))
}
history.close()
process.exit(0)
