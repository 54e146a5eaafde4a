import assert from 'node:assert/strict'
import { candidateNames, globIn, isSshd, programOf } from '../../src/units/names.ts'
import { isActive, isThere, parseProperties } from '../../src/units/systemd.ts'

describe('what systemctl show prints', () => {
  it('is a property a line, with a blank line between units', () => {
    const [one, other] = parseProperties(
      'Id=ssh.service\nLoadError=a "b=c"\nMainPID=1\n\nId=sshd.service\nLoadState=not-found\n',
    )
    assert.deepEqual(one, { Id: 'ssh.service', LoadError: 'a "b=c"', MainPID: '1' })
    assert.equal(isThere(other ?? {}), false)
  })

  it('tells what runs', () => {
    const running = ['active', 'reloading', 'activating', 'inactive', 'failed', 'deactivating']
    assert.deepEqual(
      running.map((state) => isActive({ ActiveState: state })),
      [true, true, true, false, false, false],
    )
  })
})

describe('the name of a unit', () => {
  it('is ssh or sshd, whichever is there', () => {
    assert.deepEqual(candidateNames('ssh'), ['ssh', 'sshd'])
    assert.deepEqual(candidateNames('sshd.service'), ['sshd.service', 'ssh.service'])
    assert.deepEqual(candidateNames('nginx'), ['nginx'])
  })

  it('is no pattern', () => {
    assert.deepEqual(['ssh*', 'ss[h]', 's?h', 'ssh'].map(globIn), ['*', '[', '?', null])
  })

  it('leads to its program', () => {
    assert.deepEqual(['ssh', 'sshd.service', 'nginx.service'].map(programOf), ['sshd', 'sshd', 'nginx'])
    assert.deepEqual(['ssh', 'sshd.service', 'ssh.socket', 'sshguard'].map(isSshd), [true, true, false, false])
  })
})
