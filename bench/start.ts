import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Cost, measure } from './measure.ts'
import type { Row } from './table.ts'

const TIMES = 10

/** What it costs to start: Node alone, keyward, and keyward with a playbook of fifty tasks to check. */
export const measureStart = async (inventory: string, place: string): Promise<readonly Row[]> => {
  const playbook = join(place, 'fifty.yml')
  writeFileSync(playbook, fiftyTasks(readFileSync('bench/keyward.yml', 'utf8')))
  const node = process.execPath
  const commands: readonly (readonly [title: string, argv: readonly string[]])[] = [
    ['`node -e 0`', [node, '-e', '0']],
    ['`keyward --version`', [node, 'dist/main.js', '--version']],
    ['`keyward validate`, 50 tasks', [node, 'dist/main.js', 'validate', playbook, '-i', inventory]],
  ]
  const costs = new Map<string, Cost[]>(commands.map(([title]) => [title, []]))
  for (let time = 0; time < TIMES; time += 1)
    for (const [title, argv] of commands) {
      const { cost, code, said } = await measure(argv, {
        env: { PATH: process.env.PATH ?? '', HOME: place },
        cwd: process.cwd(),
      })
      if (code !== 0) throw new Error(`${argv.join(' ')} ended with ${code}: ${said}`)
      costs.get(title)?.push(cost)
    }
  return [...costs].map(([title, all]) => ({ title, costs: all }))
}

/** The ten tasks five times over. */
const fiftyTasks = (playbook: string): string => {
  const [head = '', rest = ''] = playbook.split('  tasks:\n')
  const [tasks = '', handlers = ''] = rest.split('  handlers:\n')
  return `${head}  tasks:\n${tasks.repeat(5)}  handlers:\n${handlers}`
}
