import assert from 'node:assert/strict'
import { defaultKeySources, readKeySources, whyNotTaken } from '../../src/formats/authorized-sources.ts'

const alice = { name: 'alice', uid: 4001, home: '/home/alice' }

const read = (dump: Readonly<Record<string, string>>) =>
  readKeySources(new Map(Object.entries(dump).map(([keyword, value]) => [keyword, [value]])), alice)

describe('where sshd looks for keys', () => {
  const files: readonly (readonly [string, readonly string[]])[] = [
    [
      '.ssh/authorized_keys .ssh/authorized_keys2',
      ['/home/alice/.ssh/authorized_keys', '/home/alice/.ssh/authorized_keys2'],
    ],
    ['/etc/ssh/keys/%u', ['/etc/ssh/keys/alice']],
    ['%h/.ssh/authorized_keys .ssh/authorized_keys', ['/home/alice/.ssh/authorized_keys']],
    ['/keys/%U-100%%', ['/keys/4001-100%']],
    ['none', []],
    ['/etc/ssh/keys/%u.d/* /etc/ssh/keys/%u', ['/etc/ssh/keys/alice']],
  ]
  for (const [value, wanted] of files)
    it(`is ${value}`, () => assert.deepEqual(read({ authorizedkeysfile: value }).files, wanted))

  it('is what sshd does by default where it was not asked', () => {
    assert.deepEqual(defaultKeySources(alice).files, read({ authorizedkeysfile: files[0]?.[0] ?? '' }).files)
  })

  it('may be elsewhere than in files', () => {
    const { others } = read({
      authorizedkeysfile: '/keys/%u.d/*',
      authorizedkeyscommand: '/usr/bin/sss_ssh_authorizedkeys %u',
      trustedusercakeys: '/etc/ssh/ca.pub',
    })
    assert.deepEqual(others, [
      'the files of /keys/%u.d/*',
      'AuthorizedKeysCommand /usr/bin/sss_ssh_authorizedkeys %u',
      'TrustedUserCAKeys /etc/ssh/ca.pub',
    ])
    assert.deepEqual(
      read({ authorizedkeysfile: 'a', authorizedkeyscommand: 'none', trustedusercakeys: 'none' }).others,
      [],
    )
  })

  it('says which keys it takes', () => {
    const sources = read({
      pubkeyacceptedalgorithms: 'ssh-ed25519,rsa-sha2-512',
      requiredrsasize: '2048',
      usedns: 'no',
    })
    assert.equal(whyNotTaken({ type: 'ssh-ed25519', bits: 256 }, sources), null)
    assert.equal(whyNotTaken({ type: 'ssh-rsa', bits: 2048 }, sources), null)
    assert.match(whyNotTaken({ type: 'ssh-rsa', bits: 1024 }, sources) ?? '', /RSA key below 2048 bits.*1024/)
    assert.match(whyNotTaken({ type: 'ssh-dss', bits: 1024 }, sources) ?? '', /no ssh-dss keys/)
    assert.equal(whyNotTaken({ type: 'ssh-dss', bits: 1024 }, defaultKeySources(alice)), null)
  })
})
