import assert from 'node:assert/strict'
import { execFileSync, type SpawnSyncReturns, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Secret } from '../../src/contract/secret.ts'
import { startSsh } from '../../src/host/connect.ts'
import { delaying } from '../kit/delay.ts'
import { type Lab, securePassword, startLab } from '../kit/lab.ts'
import { firstHost } from '../kit/outside.ts'
import { folder } from '../kit/story.ts'
import { closeAll, connectIn, type Otherwise } from './connecting.ts'

const DELAY_MS = 200

/** A key of its own, which nobody has authorized. */
const keyOf = (...flags: readonly string[]): string => {
  const key = join(folder({}), 'key')
  execFileSync('ssh-keygen', ['-q', '-N', '', '-f', key, ...flags])
  return key
}

const ED25519 = ['-t', 'ed25519']

interface Took {
  readonly login: number
  readonly answer: number
}

/** What a way to log in takes: round trips behind TCP's own until the login, and from there to the first answer of root's shell. */
interface Way {
  readonly words: string
  readonly login: number
  readonly answer: number
  /** what it takes on the plain way */
  readonly plain: Took
  /** failures that a server counts: it would hang up at one more */
  readonly failures: number
  readonly settings?: string
  about(): Otherwise
}

describe('the round trips of a login', function () {
  this.timeout(120_000)
  // what else the machine does may take as long as a round trip
  this.retries(2)
  let lab: Lab
  let slow: Awaited<ReturnType<typeof delaying>>
  const wrong = keyOf(...ED25519)
  const rsa = keyOf('-t', 'rsa', '-b', '2048')
  const ecdsa = keyOf('-t', 'ecdsa')
  const agents: { readonly socket: string; readonly pid: string }[] = []

  const agentWith = (...keys: readonly string[]): string => {
    const socket = join(folder({}), 'agent')
    const started = spawnSync('ssh-agent', ['-s', '-a', socket], { encoding: 'utf8' })
    agents.push({ socket, pid: /PID=(\d+)/.exec(started.stdout)?.[1] ?? '' })
    const add: SpawnSyncReturns<string> = spawnSync('ssh-add', ['-q', ...keys], {
      encoding: 'utf8',
      env: { ...process.env, SSH_AUTH_SOCK: socket },
    })
    assert.equal(add.status, 0, add.stderr)
    return socket
  }
  const runWith = (...keys: readonly string[]) => startSsh({ home: folder({}), agentSocket: agentWith(...keys) })

  before(async () => {
    lab = await startLab({ hosts: 1, name: 'round-trips' })
    const host = firstHost(lab)
    slow = await delaying(host, DELAY_MS / 2)
    const more = [rsa, ecdsa].map((key) => readFileSync(`${key}.pub`, 'utf8')).join('')
    await host.exec(`cat >>/home/admin/.ssh/authorized_keys <<'EOF'\n${more}EOF`)
    await host.exec("echo 'secure ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/secure")
  })
  after(async () => {
    for (const { pid } of agents) process.kill(Number(pid))
    slow.close()
    await lab.stop()
  })
  const path = process.env.KEYWARD_SSH ?? ''
  afterEach(async () => {
    process.env.KEYWARD_SSH = path
    await closeAll()
  })

  const took = async (about: Otherwise): Promise<Took> => {
    const { address, port } = slow
    const began = performance.now()
    const machine = await connectIn(lab)({ first: 'root', address, port, hostKeys: 'accept-new', ...about })
    const loggedIn = performance.now()
    const found = await machine.look({ power: 'root' }).file('/etc/hostname', { text: false })
    const answered = performance.now()
    assert.equal(found?.kind, 'file')
    return {
      login: Math.floor((loggedIn - began) / DELAY_MS),
      answer: Math.floor((answered - loggedIn) / DELAY_MS),
    }
  }

  const PLAIN = { login: 5, answer: 3 }
  const asSecure = { user: 'secure', keyFiles: null, password: new Secret(securePassword) }
  const ways: readonly Way[] = [
    { words: 'an Ed25519 key', about: () => ({}), login: 3, answer: 1, plain: PLAIN, failures: 0 },
    { words: 'an ECDSA key', about: () => ({ keyFiles: [ecdsa] }), login: 3, answer: 1, plain: PLAIN, failures: 0 },
    { words: 'an RSA key', about: () => ({ keyFiles: [rsa] }), login: 3, answer: 1, plain: PLAIN, failures: 0 },
    {
      words: 'a second key, where the first is refused',
      about: () => ({ keyFiles: [wrong, rsa] }),
      ...{ login: 4, answer: 1, plain: { login: 6, answer: 3 }, failures: 1 },
    },
    {
      words: "an agent's only key",
      about: () => ({ keyFiles: null, ssh: runWith(lab.key) }),
      ...{ login: 3, answer: 1, plain: PLAIN, failures: 0 },
    },
    {
      words: "an agent's only RSA key",
      about: () => ({ keyFiles: null, ssh: runWith(rsa) }),
      ...{ login: 3, answer: 1, plain: PLAIN, failures: 0 },
    },
    {
      // an agent is asked to sign when the server has said that the key will do: it may ask its user
      words: "an agent's second key",
      about: () => ({ keyFiles: null, ssh: runWith(wrong, lab.key) }),
      ...{ login: 5, answer: 1, plain: { login: 6, answer: 3 }, failures: 1 },
    },
    {
      // which methods are offered is asked first: one that is not would count as a failure
      words: 'a password',
      about: () => asSecure,
      ...{ login: 4, answer: 1, plain: PLAIN, failures: 0 },
    },
    {
      words: 'a password that PAM asks for',
      about: () => asSecure,
      ...{ login: 6, answer: 1, plain: { login: 7, answer: 3 }, failures: 0 },
      settings: 'PasswordAuthentication no\\nKbdInteractiveAuthentication yes\\n',
    },
  ]

  for (const { words, login, answer, plain, failures, settings = '', about } of ways)
    it(`with ${words}: ${login}, and ${answer} to root's first answer`, async () => {
      const text = `MaxAuthTries ${failures + 1}\\n${settings}`
      await firstHost(lab).exec(
        `printf '${text}' >/etc/ssh/sshd_config.d/00.conf; kill -HUP $(cat /run/sshd.pid); sleep 0.3`,
      )
      process.env.KEYWARD_SSH = ''
      assert.deepEqual(await took(about()), { login, answer })
      process.env.KEYWARD_SSH = 'plain'
      assert.deepEqual(await took(about()), plain)
    })

  it("with an agent's second key that another host of the run took: one less", async () => {
    await firstHost(lab).exec('rm /etc/ssh/sshd_config.d/00.conf; kill -HUP $(cat /run/sshd.pid); sleep 0.3')
    process.env.KEYWARD_SSH = ''
    const ssh = runWith(wrong, lab.key)
    await took({ keyFiles: null, ssh })
    assert.deepEqual(await took({ keyFiles: null, ssh }), { login: 4, answer: 1 })
  })
})
