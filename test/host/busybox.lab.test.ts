import assert from 'node:assert/strict'
import type { Machine } from '../../src/contract/machine.ts'
import { questions } from '../../src/contract/questions.ts'
import { Secret } from '../../src/contract/secret.ts'
import { connectSsh, openLocal, startSsh } from '../../src/host/connect.ts'
import { type Lab, type LabHost, securePassword, startLab } from '../kit/lab.ts'

describe('a host with busybox only', function () {
  this.timeout(180_000)
  let lab: Lab
  let host: LabHost
  let machine: Machine
  const connect = (user: string, sudoPassword?: Secret) => {
    const ssh = startSsh({ home: lab.home, agentSocket: '' })
    const spec = { name: host.name, address: host.address, port: host.port, user, keyFiles: [lab.key] }
    const times = { hostKeys: 'strict', timeoutMs: 10_000, keepaliveMs: 15_000 } as const
    return connectSsh(
      { ...spec, ...times, ...(sudoPassword === undefined ? {} : { sudoPassword }) },
      { ssh, control: openLocal({ ssh }) },
    )
  }
  const inside = async (command: string): Promise<string> => `${(await host.exec(command)).stdout}`

  before(async () => {
    lab = await startLab({ hosts: 1, name: 'busybox', variant: 'busybox' })
    host = lab.hosts[0] as LabHost
    machine = await connect('admin')
  })
  after(async () => {
    await machine?.close()
    await lab?.stop()
  })

  it('is looked at as any other', async () => {
    const on = machine.look({ power: 'root' })
    await host.exec('ln -s ssh/none /etc/dangling; chmod 4711 /etc/ssh/moduli 2>/dev/null; true')
    const [config, user, secure, names, link, none, effective] = await Promise.all([
      on.file('/etc/ssh/sshd_config'),
      on.user(),
      on.user('secure'),
      on.list('/etc/ssh'),
      on.file('/etc/dangling'),
      on.user('nosuchuser'),
      on.ask(questions.sshdEffective()),
    ])
    assert.deepEqual([config?.kind, config?.mode, config?.owner, config?.group], ['file', '0644', 'root', 'root'])
    assert.equal(config?.text, await inside('cat /etc/ssh/sshd_config'))
    assert.deepEqual([user?.uid, user?.home, user?.groups.includes('root')], [0, '/root', true])
    assert.deepEqual([secure?.home, secure?.group, secure?.groups], ['/home/secure', 'secure', ['secure']])
    assert.ok(names?.includes('ssh_host_ed25519_key'))
    assert.deepEqual([link?.kind, link?.path], ['link', '/etc/ssh/none'])
    assert.equal(none, null)
    assert.match(effective.stdout, /^port 22$/m)
    assert.equal(machine.counters().flights, 1)
  })

  it('lends the powers of other users', async () => {
    const secure = machine.look({ power: 'secure' })
    assert.equal(
      (await secure.ask(questions.own('id -un; echo "$HOME $USER"'))).stdout,
      'secure\n/home/secure secure\n',
    )
    assert.equal((await secure.ask(questions.own('cat; exit 7'), new Secret("it's"))).stdout, "it's")
    await assert.rejects(secure.read('/etc/shadow'), /secure cannot look at \/etc\/shadow: permission denied/)
    await assert.rejects(machine.look({ power: 'nosuchuser' }).read('/etc/passwd'), /user "nosuchuser" does not exist/)
  })

  it('is written to with mode and owner kept', async () => {
    await host.exec('printf old >/etc/kept; chmod 640 /etc/kept; chown secure:plain /etc/kept')
    const write = (path: string, found: null | { kind: 'file'; text: string }, wanted: object) =>
      machine.write({ path, found, wanted: { kind: 'file', ...wanted }, power: 'root' })
    const request = { path: '/etc/kept', power: 'root', hidden: true } as const
    const [older, old] = [{ kind: 'file', text: 'older' } as const, { kind: 'file', text: 'old' } as const]
    assert.deepEqual(await machine.write({ ...request, found: old, wanted: older }), { how: 'written' })
    await machine.write({ ...request, found: older, wanted: old })
    assert.deepEqual(await write('/etc/kept', { kind: 'file', text: 'old' }, { text: 'new\0\udcff' }), {
      how: 'written',
      note: 'only mode and owner are kept here: its tools know no ACLs, extended attributes or labels',
    })
    assert.deepEqual(await write('/etc/kept', { kind: 'file', text: 'new\0\udcff' }, { text: 'newer' }), {
      how: 'written',
    })
    await write('/etc/kept', { kind: 'file', text: 'newer' }, { text: 'new\0\udcff' })
    assert.equal(
      await inside('stat -c "%a %U %G" /etc/kept; od -An -tx1 /etc/kept'),
      '640 secure plain\n 6e 65 77 00 ff\n',
    )
    assert.deepEqual(await write('/etc/kept', { kind: 'file', text: 'old' }, { text: 'x' }), {
      how: 'stale',
    })
    assert.deepEqual(await write('/home/secure/x', null, { text: 'mine', mode: '0600', as: 'secure' }), {
      how: 'written',
    })
    assert.equal(
      await inside('stat -c "%a %U %G" /home/secure/x; ls -a /etc /home/secure | grep keyward'),
      '600 secure secure\n',
    )
    await assert.rejects(
      write('/root/x', null, { text: 'mine', as: 'secure' }),
      /secure cannot write \/root\/x: permission denied/,
    )
  })

  it('says that its disk is full, and leaves the file as it was', async () => {
    await host.exec('mkdir /mnt/small; mount -t tmpfs -o size=64k tmpfs /mnt/small; printf old >/mnt/small/f')
    const wanted = { kind: 'file', text: 'x'.repeat(200_000) } as const
    await assert.rejects(
      machine.write({ path: '/mnt/small/f', found: { kind: 'file', text: 'old' }, wanted, power: 'root' }),
      /root cannot write \/mnt\/small\/f: no space left on device/,
    )
    assert.equal(await inside('cat /mnt/small/f; ls -a /mnt/small'), 'old.\n..\nf\n')
  })

  it('takes a password for sudo', async () => {
    const secure = await connect('secure', new Secret(securePassword))
    assert.equal((await secure.look({ power: 'root' }).ask(questions.own('id -un'))).stdout, 'root\n')
    await secure.close()
  })
})
