import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { delaying } from '../test/kit/delay.ts'
import type { Lab } from '../test/kit/lab.ts'
import { measure } from './measure.ts'
import type { Delayed } from './table.ts'
import { BARE, bare, keywardWords } from './tools.ts'

/** How often each command runs. */
export const DELAY_ROUNDS = 5

/** What it takes to reach hosts: their addresses and ports in the files of each client. */
type Way = Pick<Lab, 'hosts' | 'home' | 'inventoryFile' | 'sshConfigFile'>

/** Runs bare ssh and keyward's rerun on a few hosts, with and without a delay each way between them and the client. */
export const measureDelay = async (lab: Lab, place: string, eachWayMs: number): Promise<readonly Delayed[]> => {
  const hosts = lab.hosts.slice(0, 10)
  const ways = await Promise.all(hosts.map((host) => delaying(host, eachWayMs)))
  const [quick, slow] = [
    wayTo(lab, place, 'quick', hosts),
    wayTo(
      lab,
      place,
      'slow',
      hosts.map((host, index) => ({ ...host, port: ways[index]?.port ?? 0 })),
    ),
  ]
  const walls = new Map<string, number[]>()
  const time = async (key: string, argv: readonly string[], way: Way): Promise<void> => {
    const { cost, code, said } = await measure(argv, {
      env: { PATH: process.env.PATH ?? '', HOME: way.home },
      cwd: process.cwd(),
    })
    if (code !== 0) throw new Error(`${argv.join(' ')} ended with ${code}: ${said}`)
    walls.set(key, [...(walls.get(key) ?? []), cost.wall])
  }
  try {
    await time('not counted', keywardWords('run', quick.inventoryFile), quick)
    for (let round = 0; round < DELAY_ROUNDS; round += 1)
      for (const [name, way] of [
        ['quick', quick],
        ['slow', slow],
      ] as const) {
        await time(`bare ${name}`, bare(way), way)
        await time(`keyward ${name}`, keywardWords('run', way.inventoryFile), way)
      }
  } finally {
    for (const way of ways) way.close()
  }
  // whatever else the machine does only ever adds
  const of = (key: string): number => Math.min(...(walls.get(key) ?? []))
  return [
    { title: BARE, slow: of('bare slow'), quick: of('bare quick') },
    { title: 'keyward run, nothing to do', slow: of('keyward slow'), quick: of('keyward quick') },
  ]
}

const wayTo = (lab: Lab, place: string, name: string, hosts: Lab['hosts']): Way => {
  const folder = join(place, name)
  mkdirSync(join(folder, '.ssh'), { recursive: true, mode: 0o700 })
  const write = (file: string, lines: readonly string[]): string => {
    writeFileSync(join(folder, file), `${lines.join('\n')}\n`)
    return join(folder, file)
  }
  const known = readFileSync(lab.knownHosts, 'utf8').split('\n')
  const keysOf = (address: string): readonly string[] =>
    known
      .filter((line) =>
        line
          .split(' ')[0]
          ?.split(',')
          .some((one) => one === address || one.startsWith(`[${address}]:`)),
      )
      .map((line) => line.replace(/^\S+ /, ''))
  const knownHosts = write(
    '.ssh/known_hosts',
    hosts.flatMap(({ address, port }) => keysOf(address).map((key) => `[${address}]:${port},${address} ${key}`)),
  )
  return {
    hosts,
    home: folder,
    inventoryFile: write('inventory.yml', [
      'all:',
      '  vars:',
      '    ansible_user: admin',
      `    ansible_ssh_private_key_file: ${lab.key}`,
      '  hosts:',
      ...hosts.map(({ name, address, port }) => `    ${name}: { ansible_host: ${address}, ansible_port: ${port} }`),
    ]),
    sshConfigFile: write('ssh_config', [
      ...hosts.flatMap(({ name, address, port }) => [`Host ${name}`, `  HostName ${address}`, `  Port ${port}`]),
      'Host *',
      ...['User admin', `IdentityFile ${lab.key}`, 'IdentitiesOnly yes', `UserKnownHostsFile ${knownHosts}`].map(
        (one) => `  ${one}`,
      ),
      '  StrictHostKeyChecking yes',
    ]),
  }
}
