// npm run demo: the main job on three real hosts, through the real command.
// --keep leaves the hosts up, --stop ends those that were left.

import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { relative } from 'node:path'
import pc from 'picocolors'
import { type Lab, LabError, startLab, stopLabs } from './lab.ts'
import { mainFile, repository } from './story.ts'

const name = 'demo'
const playbook = 'playbooks/ssh-key-only.yml'

const steps = [
  { shows: 'what would change; nothing is touched', command: 'check', ends: 3 },
  { shows: 'the same for real', command: 'run', ends: 0 },
  { shows: 'once more: nothing is left to do', command: 'run', ends: 0 },
] as const

const say = (line: string): void => void process.stdout.write(`${line}\n`)

try {
  process.exitCode = await demo(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof LabError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}

async function demo(flags: readonly string[]): Promise<number> {
  const keep = flags.includes('--keep')
  const stopped = await stopLabs(name)
  if (flags.includes('--stop')) {
    say(stopped === 0 ? 'no hosts of the demo were up' : 'the hosts of the demo are gone')
    return 0
  }
  if (!existsSync(mainFile))
    throw new LabError(`${relative(repository, mainFile)} is not there: build it with npm run build`)
  // the command that runs gets the same Ctrl-C and ends; then the hosts are stopped
  const interrupt = new AbortController()
  process.on('SIGINT', () => interrupt.abort())
  say('three hosts, each with a real OpenSSH server on an address of its own')
  const lab = await startLab({
    hosts: ['web1', 'web2', 'db1'],
    name,
    keep,
    progress: (line) => say(pc.dim(`  ${line}`)),
  })
  for (const host of lab.hosts) say(`  ${host.name} ${host.address}:${host.port}`)
  const allWell = await playAll(lab, interrupt.signal)
  if (keep) say(hints(lab))
  else await lab.stop()
  return allWell ? 0 : 1
}

async function playAll(lab: Lab, interrupted: AbortSignal): Promise<boolean> {
  for (const step of steps) {
    if (interrupted.aborted) return false
    say(`\n${pc.bold(step.shows)}`)
    const code = await play(lab, [step.command, playbook, '-i', lab.inventoryFile])
    if (code !== step.ends) {
      say(pc.red(`\nthat ended with ${code} where ${step.ends} was expected`))
      return false
    }
  }
  return true
}

function play(lab: Lab, args: readonly string[]): Promise<number> {
  say(pc.cyan(`$ keyward ${args.join(' ')}`))
  const env = { ...process.env, HOME: lab.home, XDG_STATE_HOME: '', XDG_CONFIG_HOME: '', XDG_DATA_HOME: '' }
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [mainFile, ...args], { cwd: repository, env, stdio: 'inherit' })
    child.on('error', reject)
    child.on('close', (code) => resolve(code ?? 130))
  })
}

function hints(lab: Lab): string {
  const drift = 'echo PasswordAuthentication yes | sudo tee /etc/ssh/sshd_config.d/00-mine.conf'
  const command = `HOME=${lab.home} node ${relative(process.cwd(), mainFile)}`
  return [
    '\nthe hosts are still up; change one by hand, see it, repair it:',
    `  ssh -F ${lab.sshConfigFile} ${lab.hosts[0]?.name} '${drift}'`,
    `  ${command} check ${playbook} -i ${lab.inventoryFile}`,
    `  ${command} run ${playbook} -i ${lab.inventoryFile}`,
    'and stop them with',
    `  npx tsx ${relative(process.cwd(), import.meta.filename)} --stop`,
  ].join('\n')
}
