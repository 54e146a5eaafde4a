// Runs the same ten tasks with each tool on the same hosts and prints what it cost, one table for reruns and one for first runs.
//
//   npm run bench -- [--hosts 20] [--rounds 3]

import { spawnSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Lab, startLab } from '../test/kit/lab.ts'
import { type Cost, dropGroups, groupHosts, measure } from './measure.ts'

const { values } = parseArgs({
  options: { hosts: { type: 'string', default: '20' }, rounds: { type: 'string', default: '3' } },
})
const hosts = Number(values.hosts)
const rounds = Number(values.rounds)

interface Tool {
  readonly name: string
  readonly argv: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** it changes nothing, and has no first run */
  readonly onlyLooks?: true
  /** run behind each of its runs: what it left standing would make the next one cheaper */
  readonly after?: () => void
}

const install = (): void => {
  const packages = ['ansible', 'ansible-mitogen', 'openssh-client']
  const isThere = (name: string): boolean =>
    spawnSync('dpkg-query', ['-W', '-f', '${db:Status-Status}', name], { encoding: 'utf8' }).stdout === 'installed'
  const missing = packages.filter((name) => !isThere(name))
  if (missing.length === 0) return
  process.stderr.write(`installing ${missing.join(', ')}\n`)
  spawnSync('apt-get', ['update', '-qq'], { stdio: 'inherit' })
  const done = spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  if (done.status !== 0) throw new Error(`cannot install ${missing.join(', ')}`)
}

const toolsFor = (lab: Lab, place: string): readonly Tool[] => {
  const { inventoryFile: inventory, home, sshConfigFile } = lab
  const names = lab.hosts.map(({ name }) => name)
  const keyward = (command: string): readonly string[] => [
    ...[
      process.execPath,
      'dist/main.js',
      command,
      'bench/keyward.yml',
      '-i',
      inventory,
      '-f',
      '20',
      '--output',
      'lines',
    ],
  ]
  const ansible = ['ansible-playbook', 'bench/ansible.yml', '-i', inventory, '-f', '50']
  const sockets = join(place, 'cp')
  const ansibleEnv = {
    ANSIBLE_PIPELINING: 'True',
    ANSIBLE_HOST_KEY_CHECKING: 'True',
    ANSIBLE_SSH_CONTROL_PATH_DIR: sockets,
    ANSIBLE_SSH_ARGS: `-F none -o UserKnownHostsFile=${lab.knownHosts} -o IdentitiesOnly=yes -o ControlMaster=auto -o ControlPersist=60s -o KexAlgorithms=curve25519-sha256`,
    ANSIBLE_LOCALHOST_WARNING: 'False',
    ANSIBLE_DEPRECATION_WARNINGS: 'False',
    ANSIBLE_PYTHON_INTERPRETER: '/usr/bin/python3',
  }
  const closeMasters = (): void => {
    spawnSync('sh', ['-c', `for it in ${sockets}/*; do [ -S "$it" ] && ssh -o ControlPath="$it" -O exit x; done; true`])
  }
  const bare = `printf '%s\\n' ${names.join(' ')} | xargs -P 20 -I @ ssh -n -F ${sshConfigFile} -o BatchMode=yes -o KexAlgorithms=curve25519-sha256 @ sudo -n true`
  return [
    { name: 'ssh HOST sudo -n true', argv: ['sh', '-c', bare], onlyLooks: true },
    { name: 'keyward run', argv: keyward('run'), env: { HOME: home } },
    { name: 'keyward check', argv: keyward('check'), env: { HOME: home }, onlyLooks: true },
    {
      name: 'mitogen',
      argv: ansible,
      env: {
        ...ansibleEnv,
        ANSIBLE_STRATEGY: 'mitogen_linear',
        ANSIBLE_STRATEGY_PLUGINS: '/usr/lib/python3/dist-packages/ansible_mitogen/plugins/strategy',
      },
      after: closeMasters,
    },
    { name: 'ansible', argv: ansible, env: ansibleEnv, after: closeMasters },
  ]
}

const median = (numbers: readonly number[]): number => [...numbers].sort((a, b) => a - b)[numbers.length >> 1] ?? 0

const table = (title: string, costs: ReadonlyMap<string, readonly Cost[]>): string => {
  const of = (name: string, read: (cost: Cost) => number): number => median((costs.get(name) ?? []).map(read))
  const both = ({ clientCpu, hostCpu }: Cost): number => clientCpu + hostCpu
  const bare = of('ssh HOST sudo -n true', both)
  const bareWall = of('ssh HOST sudo -n true', ({ wall }) => wall)
  const rows = [...costs.keys()].map((name) => {
    // what failed has done less: its figures are no figures
    if (costs.get(name)?.some(({ code }) => code !== 0)) return `| ${name} | did not do its work | | | | | | |`
    const cells = [
      of(name, ({ clientCpu }) => clientCpu / hosts).toFixed(3),
      of(name, ({ hostCpu }) => hostCpu / hosts).toFixed(3),
      of(name, (cost) => both(cost) / hosts).toFixed(3),
      bare === 0 ? '' : (of(name, both) / bare).toFixed(1),
      of(name, ({ wall }) => wall).toFixed(2),
      bareWall === 0 ? '' : (of(name, ({ wall }) => wall) / bareWall).toFixed(1),
      of(name, ({ peakMiB }) => peakMiB).toFixed(0),
    ]
    return `| ${[name, ...cells].join(' | ')} |`
  })
  return [
    `${title}: ${hosts} hosts, median of ${rounds}`,
    '',
    '| tool | client CPU s/host | host CPU s/host | both | × bare ssh | wall s | × bare ssh | peak MiB |',
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n')
}

install()
spawnSync(process.execPath, ['build.mjs'], { stdio: 'inherit' })
const place = mkdtempSync(join(tmpdir(), 'keyward-bench-'))
writeFileSync(join(place, 'ansible.cfg'), '')
const lab = await startLab({ hosts, name: 'bench' })
try {
  groupHosts()
  const tools = toolsFor(lab, place)
  const env = { PATH: process.env.PATH ?? '', HOME: lab.home, ANSIBLE_CONFIG: join(place, 'ansible.cfg') }
  const run = async (tool: Tool): Promise<Cost> => {
    const cost = await measure(tool.argv, { env: { ...env, ...tool.env }, cwd: process.cwd() })
    tool.after?.()
    return cost
  }
  const first = new Map<string, Cost[]>()
  const again = new Map<string, Cost[]>()
  const add = (map: Map<string, Cost[]>, name: string, cost: Cost): void => {
    map.set(name, [...(map.get(name) ?? []), cost])
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const tool of tools) {
      process.stderr.write(`round ${round + 1} of ${rounds}: ${tool.name}\n`)
      if (tool.onlyLooks) {
        const cost = await run(tool)
        add(again, tool.name, cost)
        if (tool.name.startsWith('ssh')) add(first, tool.name, cost)
        continue
      }
      await Promise.all(lab.hosts.map((host) => host.reset()))
      groupHosts()
      add(first, tool.name, await run(tool))
      add(again, tool.name, await run(tool))
    }
  }
  process.stdout.write(`${cpus().length} processors, ${cpus()[0]?.model ?? ''}, Node ${process.version}\n\n`)
  process.stdout.write(`${table('A rerun with nothing to do', again)}\n${table('The first, converging run', first)}`)
} finally {
  dropGroups()
  await lab.stop()
}
process.exit(0)
