// What each tool has to show before its figures count: hosts that are as the ten tasks want them, seen from outside, and
// a rerun that changes nothing.

import { runCommand } from '../test/kit/lab/command.ts'
import type { Lab, LabHost } from '../test/kit/lab.ts'
import type { Proof } from './tools.ts'

const KEY = 'AAAAC3NzaC1lZDI1NTE5AAAAIMy8d1O7EqM8qP7PdDp8sXDSyolOGSXax/wxn26vtzTu'

/** Shell commands that print something, and what that has to be. */
const wanted: readonly (readonly [command: string, output: string])[] = [
  ["stat -c '%a %U' /srv/data", '750 root'],
  [`grep -c ${KEY} /home/admin/.ssh/authorized_keys; stat -c '%a %U' /home/admin/.ssh/authorized_keys`, '1\n600 admin'],
  [
    'sshd -T | grep -E "^(passwordauth|permitroot|x11forwarding|clientalive|maxauth|logingrace|allowagent)" | sort',
    [
      ...['allowagentforwarding no', 'clientalivecountmax 2', 'clientaliveinterval 300', 'logingracetime 60'],
      ...['maxauthtries 4', 'passwordauthentication no', 'permitrootlogin no', 'x11forwarding no'],
    ].join('\n'),
  ],
  ['su admin -c "ssh -G x" | grep addkeystoagent; stat -c %U /home/admin/.ssh/config', 'addkeystoagent true\nadmin'],
  ["grep -cx 'export EDITOR=vi' /home/admin/.bashrc; stat -c %U /home/admin/.bashrc", '1\nadmin'],
  [
    '[ "$(ssh-keygen -y -f /root/.ssh/id_ed25519)" = "$(cat /root/.ssh/id_ed25519.pub)" ] && cut -d" " -f1,3 /root/.ssh/id_ed25519.pub',
    'ssh-ed25519 bench',
  ],
  ["stat -c '%a %U' /etc/ssh/sshd_config /etc/ssh/sshd_config.d/50-bench.conf", '600 root\n600 root'],
]

/** Says what is not as it should be after that run, or null. */
export const objection = async (lab: Lab, proof: Proof, code: number, said: string): Promise<string | null> => {
  if (code !== 0) return `it ended with ${code}`
  if (proof === 'it works') return null
  const changes = changesTold(said)
  if (changes.length !== lab.hosts.length) return `it told of ${changes.length} hosts`
  if (proof === 'it changes nothing') return changes.every((changed) => changed === 0) ? null : 'it changed something'
  if (changes.some((changed) => changed === 0)) return 'it found hosts that needed nothing'
  for (const host of lab.hosts) {
    const wrong = await objectionAt(lab, host)
    if (wrong !== null) return `${host.name}: ${wrong}`
  }
  return null
}

/** How much was changed on each host, by the recap that keyward and Ansible have alike. */
export const changesTold = (said: string): readonly number[] =>
  [...said.matchAll(/^h\d+ +: .*\bchanged=(\d+)/gm)].map(([, changed]) => Number(changed))

const BREAK = '-----'

const objectionAt = async (lab: Lab, host: LabHost): Promise<string | null> => {
  const script = wanted.map(([command]) => `${command}; echo ${BREAK}`).join('\n')
  const found = (await host.exec(script)).stdout.toString().split(`${BREAK}\n`)
  for (const [index, [command, output]] of wanted.entries())
    if (found[index]?.trim() !== output) return `"${command}" says "${found[index]?.trim()}"`
  // only the sshd that runs can tell that it has read its files
  const offers = ['-o', 'PreferredAuthentications=none', '-o', 'BatchMode=yes', host.name, 'true']
  const { stderr } = await runCommand('ssh', ['-F', lab.sshConfigFile, ...offers])
  return stderr.includes('Permission denied (publickey).') ? null : `sshd has not loaded its files: ${stderr.trim()}`
}
