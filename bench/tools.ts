import { join } from 'node:path'
import type { Lab } from '../test/kit/lab.ts'

/** What a run has to prove of itself before its figures count. */
export type Proof = 'it works' | 'it converges' | 'it changes nothing'

/** One command of a tool, and the row it fills. */
export interface Run {
  readonly row: string
  readonly argv: readonly string[]
  readonly proof: Proof
  /** in each round, where one time is too little to be everybody's yardstick */
  readonly times?: number
}

/** One tool: its runs in order, the first of them on hosts that are as new. */
export interface Tool {
  readonly name: string
  readonly runs: readonly Run[]
  readonly env: Readonly<Record<string, string>>
  /** ends what its runs leave standing, and is counted as theirs */
  readonly after?: readonly string[]
}

/** The names that --only knows. */
export const toolNames = ['bare', 'keyward', 'plain', 'mitogen', 'ansible'] as const

/** The row that all others are a multiple of. */
export const BARE = '`ssh HOST sudo -n true`'

const KEX = 'KexAlgorithms=curve25519-sha256'

/** The tools, set to be as quick as they can be without asking less of a host; `place` is a folder for what they keep. */
export const toolsFor = (lab: Lab, place: string): readonly Tool[] => [
  { name: 'bare', runs: [{ row: BARE, argv: bare(lab), proof: 'it works', times: 3 }], env: { HOME: lab.home } },
  keyward(lab),
  keywardPlain(lab),
  ansible(lab, place, {
    name: 'mitogen',
    title: 'Ansible with Mitogen',
    // it compresses unless told not to, which only costs where there is no network
    words: ['-e', 'mitogen_ssh_compression=false'],
    env: {
      ANSIBLE_STRATEGY: 'mitogen_linear',
      // one connection per host is all that it makes: a master beside it would only be one more process
      ANSIBLE_SSH_ARGS: sshFlags(lab),
    },
  }),
  ansible(lab, place, {
    name: 'ansible',
    title: 'Ansible',
    words: [],
    env: {
      ANSIBLE_PIPELINING: 'True',
      ANSIBLE_SSH_CONTROL_PATH_DIR: join(place, 'cp'),
      ANSIBLE_SSH_ARGS: `${sshFlags(lab)} -o ControlMaster=auto -o ControlPersist=60s`,
    },
  }),
]

/** Logs in to each host with OpenSSH's client and becomes root there, which is the least that any tool does. */
export const bare = (lab: Pick<Lab, 'hosts' | 'sshConfigFile'>): readonly string[] => {
  const names = lab.hosts.map(({ name }) => name).join(' ')
  const ssh = `ssh -n -F ${lab.sshConfigFile} -o BatchMode=yes -o ${KEX} @ sudo -n true`
  return ['sh', '-c', `printf '%s\\n' ${names} | xargs -P 20 -I @ ${ssh}`]
}

type Command = 'run' | 'check' | 'audit'

/** The words of a keyward command on the ten tasks. */
export const keywardWords = (command: Command, inventory: string): readonly string[] => [
  ...[process.execPath, 'dist/main.js', command, 'bench/keyward.yml', '-i', inventory, '-f', '20', '--output', 'lines'],
]

const keyward = (lab: Lab): Tool => {
  const words = (command: Command): readonly string[] => keywardWords(command, lab.inventoryFile)
  return {
    name: 'keyward',
    env: { HOME: lab.home },
    runs: [
      { row: 'keyward run, the first', argv: words('run'), proof: 'it converges' },
      { row: 'keyward run, right after the first', argv: words('run'), proof: 'it changes nothing' },
      { row: 'keyward run, nothing to do', argv: words('run'), proof: 'it changes nothing' },
      { row: 'keyward check, nothing to do', argv: words('check'), proof: 'it changes nothing' },
      { row: 'keyward audit, asks all anew', argv: words('audit'), proof: 'it changes nothing' },
    ],
  }
}

/** The same as on hosts that have no perl. */
const keywardPlain = (lab: Lab): Tool => {
  const argv = keywardWords('run', lab.inventoryFile)
  return {
    name: 'plain',
    env: { HOME: lab.home, KEYWARD_TOOLS: 'plain' },
    runs: [
      { row: 'keyward run without perl, the first', argv, proof: 'it converges' },
      { row: 'keyward run without perl, right after', argv, proof: 'it changes nothing' },
      { row: 'keyward run without perl, nothing to do', argv, proof: 'it changes nothing' },
    ],
  }
}

const sshFlags = (lab: Lab): string => `-F none -o UserKnownHostsFile=${lab.knownHosts} -o IdentitiesOnly=yes -o ${KEX}`

interface Flavour extends Pick<Tool, 'name' | 'env'> {
  readonly title: string
  readonly words: readonly string[]
}

const ansible = (lab: Lab, place: string, { name, title, words, env }: Flavour): Tool => {
  const argv = ['/usr/bin/ansible-playbook', 'bench/ansible.yml', '-i', lab.inventoryFile, '-f', '50', ...words]
  const close = `for it in ${place}/cp/*; do [ ! -S "$it" ] || ssh -o ControlPath="$it" -O exit x; done`
  return {
    name,
    runs: [
      { row: `${title}, the first`, argv, proof: 'it converges' },
      { row: `${title}, nothing to do`, argv, proof: 'it changes nothing' },
    ],
    env: {
      HOME: lab.home,
      ANSIBLE_CONFIG: join(place, 'ansible.cfg'),
      ANSIBLE_HOST_KEY_CHECKING: 'True',
      ANSIBLE_PYTHON_INTERPRETER: '/usr/bin/python3',
      ANSIBLE_DEPRECATION_WARNINGS: 'False',
      ...env,
    },
    after: ['sh', '-c', close],
  }
}
