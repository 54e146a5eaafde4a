import assert from 'node:assert/strict'
import { gatherFacts } from '../../src/facts/gather.ts'
import { parseOsRelease } from '../../src/facts/os.ts'
import { FACTS } from '../../src/playbook/names.ts'
import { fakeMachine } from '../kit/fake-look.ts'
import { sshUnit, systemdMachine } from '../modules/stand-in-systemd.ts'

const DEBIAN = 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_ID="12"\nID=debian\n'

const machine = () =>
  systemdMachine(
    { 'ssh.service': sshUnit(500) },
    { '/etc/os-release': DEBIAN, '/sys/fs/selinux/enforce': '0' },
    (argv) => {
      if (argv[0] !== '/usr/sbin/sshd') return undefined
      return argv[1] === '-T' ? { stdout: 'port 2222\nport 22\n' } : { code: 1, stderr: 'OpenSSH_9.2, OpenSSL 3.0\n' }
    },
  ).machine

describe('facts', () => {
  it('are told for every name that a template may use', async () => {
    const facts = await gatherFacts(machine().look({ power: null }), FACTS)
    const flat = Object.entries(facts).flatMap(([name, value]) =>
      value !== null && typeof value === 'object'
        ? Object.entries(value).map(([key, one]) => [`${name}.${key}`, one])
        : [[name, value]],
    )
    assert.deepEqual(Object.keys(Object.fromEntries(flat)).sort(), [...FACTS].sort())
    assert.deepEqual(facts, {
      os: { family: 'Debian', id: 'debian', version: '12' },
      ssh: { version: '9.2', unit: 'ssh', port: 2222 },
      selinux: { enabled: true, mode: 'permissive' },
      fips: false,
      init: 'systemd',
      user: 'root',
    })
  })

  it('are asked for only where they are mentioned', async () => {
    const host = machine()
    assert.deepEqual(await gatherFacts(host.look({ power: null }), ['fips', 'os.family']), {
      os: { family: 'Debian', id: 'debian', version: '12' },
      fips: false,
    })
    assert.deepEqual(host.asked, [])
  })

  it('ask for no part that is not mentioned', async () => {
    const host = machine()
    assert.deepEqual(await gatherFacts(host.look({ power: null }), ['ssh.unit']), { ssh: { unit: 'ssh' } })
    assert.equal(host.asked.length, 1)
  })

  it('are null about a server that is not there', async () => {
    const host = fakeMachine({ connection: { port: null } })
    const { ssh } = await gatherFacts(host.look({ power: null }), ['ssh'])
    assert.deepEqual(ssh, { version: null, unit: null, port: null })
  })

  const RELEASES: readonly (readonly [text: string, family: string, id: string, version: string])[] = [
    ['ID="rhel"\nID_LIKE="fedora"\nVERSION_ID="9.4"\n', 'RedHat', 'rhel', '9.4'],
    ['ID="rocky"\nID_LIKE="rhel centos fedora"\nVERSION_ID="9.4"\n', 'RedHat', 'rocky', '9.4'],
    ["ID=ubuntu\nID_LIKE=debian\nVERSION_ID='24.04'\n", 'Debian', 'ubuntu', '24.04'],
    ['ID="opensuse-leap"\nID_LIKE="suse opensuse"\nVERSION_ID="15.6"\n', 'Suse', 'opensuse-leap', '15.6'],
    ['ID=alpine\nVERSION_ID=3.20.1\n', 'Alpine', 'alpine', '3.20.1'],
    ['ID=arch\n', 'Archlinux', 'arch', ''],
    ['', 'Linux', 'linux', ''],
  ]
  for (const [text, family, id, version] of RELEASES)
    it(`know ${id} ${version} as ${family}`, () => assert.deepEqual(parseOsRelease(text), { family, id, version }))
})
