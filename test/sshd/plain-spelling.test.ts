import assert from 'node:assert/strict'
import { plainSpelling } from '../../src/sshd/plain-spelling.ts'
import { settingOf } from '../../src/sshd/setting.ts'

type Row = readonly [string, readonly string[], readonly string[] | null, readonly string[] | null]

const spelled = (keyword: string, values: readonly string[], said: readonly string[] | null, version = '9.2') =>
  plainSpelling(settingOf(keyword, version), values, {
    said,
    whole: { values: new Map([['port', ['22', '2222']]]), warnings: [] },
  })

describe('a spelling of sshd', () => {
  const known: readonly Row[] = [
    ['PasswordAuthentication', ['no'], ['yes'], ['no']],
    ['PasswordAuthentication', ['No'], ['no'], ['no']],
    ['PermitRootLogin', ['prohibit-password'], ['without-password'], ['without-password']],
    ['PermitRootLogin', ['prohibit-password'], ['yes'], ['without-password']],
    ['MaxAuthTries', ['4'], ['6'], ['4']],
    ['LoginGraceTime', ['1m'], ['120'], ['60']],
    ['LoginGraceTime', ['1m30s'], ['90'], ['90']],
    ['LogLevel', ['verbose'], ['INFO'], ['VERBOSE']],
    ['LogLevel', ['debug'], ['DEBUG'], ['DEBUG']],
    ['AllowUsers', ['alice bob'], null, ['alice', 'bob']],
    ['AllowUsers', ['alice bob'], ['bob', 'alice'], ['bob', 'alice']],
    ['AllowUsers', ['alice@10.0.0.0/8'], ['alice@10.0.0.0/8'], ['alice@10.0.0.0/8']],
    ['AcceptEnv', ['LANG LC_*'], ['LANG', 'LC_*'], ['LANG', 'LC_*']],
    ['ListenAddress', ['10.0.0.1'], ['10.0.0.1:22', '10.0.0.1:2222'], ['10.0.0.1:22', '10.0.0.1:2222']],
    ['ListenAddress', ['::1'], ['[::1]:2222', '[::1]:22'], ['[::1]:2222', '[::1]:22']],
    ['Ciphers', ['aes256-gcm@openssh.com'], ['aes256-gcm@openssh.com'], ['aes256-gcm@openssh.com']],
    ['Banner', ['/etc/issue.net'], ['/etc/issue.net'], ['/etc/issue.net']],
  ]
  for (const [keyword, values, said, expected] of known)
    it(`of ${keyword} ${values.join(', ')} is known where it says ${said?.join(', ') ?? 'nothing'}`, () => {
      assert.deepEqual(spelled(keyword, values, said), expected)
    })

  const asked: readonly (readonly [string, readonly string[], readonly string[] | null])[] = [
    ['UsePAM', ['yes'], null],
    ['PasswordAuthentication', ['maybe'], ['yes']],
    ['AllowTcpForwarding', ['all'], ['yes']],
    ['MaxAuthTries', ['0x4'], ['6']],
    ['LoginGraceTime', ['2h1'], ['60']],
    ['LogLevel', ['debug1'], ['INFO']],
    ['Ciphers', ['+aes128-cbc'], ['aes128-ctr']],
    ['Banner', ['/etc/issue.net'], ['none']],
    ['Banner', ['/etc/Issue'], ['/etc/issue']],
    ['AllowUsers', ['alice@10.1.2.3/8'], null],
    ['UseLogin', ['no'], ['no']],
  ]
  for (const [keyword, values, said] of asked)
    it(`of ${keyword} ${values.join(', ')} is sshd's to tell where it says ${said?.join(', ') ?? 'nothing'}`, () => {
      assert.equal(spelled(keyword, values, said), null)
    })

  it('of prohibit-password is another one in newer releases, and one between them is asked', () => {
    const of = (version: string) => spelled('PermitRootLogin', ['prohibit-password'], ['yes'], version)
    assert.deepEqual([of('10.0'), of('10.1'), of('10.2')], [['without-password'], null, ['prohibit-password']])
  })
})
