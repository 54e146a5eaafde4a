import assert from 'node:assert/strict'
import { runCommand } from '../kit/lab/command.ts'
import { type Lab, startLab } from '../kit/lab.ts'
import { deadOptions, livingOptions } from './authorized-samples.ts'

describe('options before a key, judged by a real sshd', () => {
  let lab: Lab
  let publicKey = ''
  before(async () => {
    lab = await startLab({ hosts: 1 })
    publicKey = (await runCommand('ssh-keygen', ['-y', '-f', lab.key])).stdout.toString().trim()
  })
  after(() => lab.stop())

  const isLetIn = async (options: string): Promise<boolean> => {
    const [host] = lab.hosts
    assert.ok(host)
    const line = `${options}${options === '' ? '' : ' '}${publicKey}\n`
    await host.exec('cat > /home/plain/.ssh/authorized_keys', { stdin: line, user: 'plain' })
    const flags = ['-F', 'none', '-b', '127.0.0.1', '-i', lab.key, '-p', `${host.port}`]
    const words = ['IdentitiesOnly=yes', 'IdentityAgent=none', 'BatchMode=yes', `UserKnownHostsFile=${lab.knownHosts}`]
    const all = [...flags, ...words.flatMap((word) => ['-o', word]), `plain@${host.address}`, 'true']
    const { stderr, code } = await runCommand('ssh', all)
    if (/Permission denied/.test(stderr)) return false
    assert.equal(code, 0, stderr)
    return true
  }

  for (const options of livingOptions)
    it(`let somebody in: ${options || '(none)'}`, async () => assert.equal(await isLetIn(options), true))

  for (const options of Object.keys(deadOptions))
    it(`let nobody in: ${options}`, async () => assert.equal(await isLetIn(options), false))
})
