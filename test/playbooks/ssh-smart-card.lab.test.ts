import assert from 'node:assert/strict'
import { copyFileSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type Card, installCardTools, keywardWithOwnSsh, makeCard, PROVIDER, withOwnSsh } from '../kit/card.ts'
import { type Lab, type LabHost, startLab } from '../kit/lab.ts'
import { said } from '../kit/outside.ts'
import { folder } from '../kit/story.ts'
import type { Document } from '../stories/given.ts'
import { askpass, outcomes } from './logins.ts'

describe('the playbook ssh-smart-card', () => {
  let lab: Lab
  let card: Card
  let own: string

  before(async function () {
    this.timeout(300_000)
    await installCardTools()
    lab = await startLab({ hosts: 3, name: 'card' })
    card = await makeCard([
      { label: 'PIV AUTH key', id: '01' },
      { label: 'KEY MAN key', id: '03', type: 'RSA' },
    ])
    own = folder({})
    copyFileSync(lab.knownHosts, join(own, 'known_hosts'))
  })
  after(() => lab.stop())

  const run = (
    command: 'run' | 'check',
    extra: Readonly<Record<string, unknown>> = {},
    env: Readonly<Record<string, string>> = card.env,
    ssh = own,
  ) => {
    const all = { card_user: 'plain', card_provider: PROVIDER, card_uri: 'pkcs11:id=%01', card_tools: false, ...extra }
    const dir = folder({ 'inventory.yml': lab.inventory(), 'extra.json': JSON.stringify(all) })
    const args = [
      command,
      'playbooks/ssh-smart-card.yml',
      '-i',
      join(dir, 'inventory.yml'),
      '-e',
      `@${join(dir, 'extra.json')}`,
    ]
    return keywardWithOwnSsh<Document>(ssh, args, { HOME: lab.home, ...env })
  }

  /** `ssh HOST`, as somebody types it who has nothing but the card and what the playbook wrote. */
  const sshTo = (host: LabHost, env: Readonly<Record<string, string>>) =>
    withOwnSsh(
      own,
      [
        'setsid',
        '-w',
        'ssh',
        '-o',
        `HostName=${host.address}`,
        '-p',
        `${host.port}`,
        '-o',
        `HostKeyAlias=${lookup(host)}`,
        `plain@${host.name}`,
        'echo in',
      ],
      { ...card.env, ...env },
    )
  const lookup = ({ address, port }: LabHost): string => (port === 22 ? address : `[${address}]:${port}`)

  const keysOf = (host: LabHost) => said(host.exec('cat /home/plain/.ssh/authorized_keys'))

  it('says beforehand what it would do, here and there, and touches neither', async () => {
    const [host = assert.fail()] = lab.hosts
    const before = await keysOf(host)
    const { code, document } = await run('check')
    assert.equal(code, 3, JSON.stringify(document))
    const paths = document.results.flatMap(({ changes }) => changes.flatMap(({ path }) => path ?? []))
    assert.ok(paths.some((path) => path.startsWith('control:') && path.endsWith('/.ssh/config')))
    assert.ok(paths.includes('/home/plain/.ssh/authorized_keys'))
    assert.deepEqual([await keysOf(host), existsSync(join(own, 'config'))], [before, false])
  })

  it('enrolls the one key that is named, and no other one of the card', async () => {
    const before = await Promise.all(lab.hosts.map(keysOf))
    const { code, document } = await run('run')
    assert.equal(code, 0, JSON.stringify(document.results))
    for (const [index, host] of lab.hosts.entries()) {
      const added = (await keysOf(host)).replace(`${before[index]}\n`, '')
      assert.match(added, /^ecdsa-sha2-nistp256 \S+ PIV AUTH key$/)
    }
  })

  it('writes the configuration of the client here, once for all hosts', () => {
    const key = readdirSync(own).find((name) => name.endsWith('.pub')) ?? assert.fail()
    assert.deepEqual(
      [statSync(join(own, 'config')).mode & 0o777, statSync(join(own, key)).mode & 0o777],
      [0o600, 0o600],
    )
    const names = lab.hosts.map(({ name }) => name).join(' ')
    const lines = ['PKCS11Provider /usr/lib/softhsm/libsofthsm2.so', `IdentityFile ~/.ssh/${key}`, 'IdentitiesOnly yes']
    assert.equal(
      readFileSync(join(own, 'config'), 'utf8'),
      `Host ${names}\n${lines.map((line) => `    ${line}\n`).join('')}`,
    )
  })

  it('lets ssh in with the card and its PIN, and with nothing else', async () => {
    const [host = assert.fail()] = lab.hosts
    const right = await sshTo(host, askpass(card.pin))
    assert.deepEqual([right.code, right.stdout.toString()], [0, 'in\n'], right.stderr)
    assert.equal((await sshTo(host, { SSH_ASKPASS: '/bin/false', SSH_ASKPASS_REQUIRE: 'force' })).code, 255)
  })

  it('lets ssh in by an agent that holds the card, and proves that login itself', async () => {
    const socket = join(folder({}), 'agent')
    const agent = await withOwnSsh(own, ['ssh-agent', '-a', socket, '-P', '/usr/lib/*'], card.env)
    const pid = /SSH_AGENT_PID=(\d+)/.exec(agent.stdout.toString())?.[1] ?? assert.fail(agent.stderr)
    try {
      const env = { ...card.env, SSH_AUTH_SOCK: socket, ...askpass(card.pin) }
      const added = await withOwnSsh(own, ['setsid', '-w', 'ssh-add', '-s', PROVIDER], env)
      assert.equal(added.code, 0, added.stderr)
      const [host = assert.fail()] = lab.hosts
      const login = await sshTo(host, {
        SSH_AUTH_SOCK: socket,
        SSH_ASKPASS: '/bin/false',
        SSH_ASKPASS_REQUIRE: 'force',
      })
      assert.deepEqual([login.code, login.stdout.toString()], [0, 'in\n'], login.stderr)

      const { code, document } = await run('run', { card_agent: socket })
      assert.equal(code, 0, JSON.stringify(document.results))
      const logins = document.results.filter(({ module }) => module === 'ssh_login')
      assert.deepEqual(
        logins.map(({ status }) => status),
        ['ok', 'ok', 'ok'],
      )
      assert.equal(outcomes(document).changed, undefined, 'a second run changes nothing')
    } finally {
      process.kill(Number(pid))
    }
  })

  it('guesses none of two keys', async () => {
    const { code, document } = await run('run', { card_uri: 'pkcs11:' })
    assert.equal(code, 2)
    assert.ok(
      document.results.every(({ message, module }) => module !== 'smartcard_enroll' || /several keys/.test(message)),
    )
  })

  it('says that there is no token, and leaves what is enrolled', async () => {
    const [host = assert.fail()] = lab.hosts
    const before = await keysOf(host)
    const { code, document } = await run('run', {}, (await makeCard([])).env)
    assert.equal(code, 2)
    assert.match(document.results.find(({ status }) => status === 'failed')?.message ?? '', /no token/)
    assert.equal(await keysOf(host), before)
  })

  it('looks after the tools of this machine unless it is told not to', async () => {
    const { document } = await run('check', { card_tools: true })
    const tasks = document.results.filter(({ host }) => host === 'localhost')
    assert.deepEqual(
      tasks.map(({ module, status }) => [module, status === 'failed']),
      [
        ['package', false],
        ['package', false],
        ['service', false],
      ],
    )
  })
})
