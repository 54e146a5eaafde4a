import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { HostKeyError } from '../../src/contract/errors.ts'
import { checkHostKey, type HostKeyCheck } from '../../src/host/host-keys.ts'
import { openKnownHosts } from '../../src/host/known-hosts-files.ts'
import { judgeHostKeys, trustHostKeys } from '../../src/host/trust.ts'
import { temporaryDirectory } from './shells.ts'

const A = 'AAAAC3NzaC1lZDI1NTE5AAAAICkFh2x77u7ZYFm6eTMkcNdYEV/dz71rBk01NYcjta04'
const B = 'AAAAC3NzaC1lZDI1NTE5AAAAINqAISU7AAYTYFlCC1hWGUNBOkBqUDxsDOTjEBsdKmkL'
const E =
  'AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBOiblLvAoWihXwBTMXFHvQTSlkqIE9ZVvl0PSgcsAKfAoZUy7fgKkbMLC6F0u4qkK8DA66Qx3z03JvJgQ5hDRBs='
const FA = 'SHA256:OKwS1WprlhXqF+KtdQQY/PS8bUTI8/tCRfre5HJGRik'

const blob = (base64: string): Buffer => Buffer.from(base64, 'base64')
const key = (base64: string, type = 'ssh-ed25519') => ({ type, fingerprint: '', blob: blob(base64) })
const troubleOf = (check: HostKeyCheck): HostKeyError => {
  const trouble = check.trouble()
  assert.ok(trouble instanceof HostKeyError)
  return trouble
}
const web = { address: 'web1', port: 22 }
const far = { address: '10.0.0.1', port: 2222 }

describe('the check of a host key', () => {
  const home = temporaryDirectory()
  const path = join(home, '.ssh', 'known_hosts')
  const withKnown = (text: string) => {
    mkdirSync(join(home, '.ssh'), { recursive: true })
    writeFileSync(path, text)
    return openKnownHosts(home)
  }

  it('negotiates the recorded types only', () => {
    const algorithms = (text: string) => checkHostKey(withKnown(text), web, { accept: 'strict' }).algorithms
    assert.deepEqual(algorithms(`web1 ssh-ed25519 ${A}\n`), ['ssh-ed25519'])
    assert.deepEqual(algorithms(`web1 ecdsa-sha2-nistp256 ${E}\nweb1 ssh-ed25519 ${A}\n`), [
      'ssh-ed25519',
      'ecdsa-sha2-nistp256',
    ])
    assert.equal(algorithms('').length, 6)
    assert.ok(!algorithms('').includes('ssh-rsa'), 'never SHA-1')
  })

  it('says of an unknown key what was shown, and the cure', () => {
    const check = checkHostKey(withKnown(''), far, { accept: 'strict' })
    assert.equal(check.verify(blob(A)), false)
    const trouble = troubleOf(check)
    assert.equal(trouble.message, `the host key of [10.0.0.1]:2222 is unknown: ssh-ed25519 ${FA}`)
    assert.match(trouble.hint ?? '', /keyward trust -i INVENTORY/)
    assert.deepEqual(trouble.hostKey, { verdict: 'unknown', type: 'ssh-ed25519', fingerprint: FA })
    assert.equal(trouble.unreachable, true)
  })

  it('says of a changed key both fingerprints, where it is recorded, and the repair', () => {
    const check = checkHostKey(withKnown(`# one\n[10.0.0.1]:2222 ssh-ed25519 ${A}\n`), far, { accept: 'accept-new' })
    assert.equal(check.verify(blob(B)), false)
    const trouble = troubleOf(check)
    assert.match(
      trouble.message ?? '',
      /^the host key of \[10\.0\.0\.1\]:2222 has changed: it shows ssh-ed25519 SHA256:/,
    )
    assert.ok(trouble.message.endsWith(`recorded is ssh-ed25519 ${FA} (${path}:2)`))
    assert.ok(trouble.hint?.endsWith(`ssh-keygen -R '[10.0.0.1]:2222' -f ${path}`))
    assert.equal(trouble.hostKey.verdict, 'changed')
  })

  it('says of a revoked key that it is', () => {
    const check = checkHostKey(withKnown(`web1 ssh-ed25519 ${A}\n@revoked * ssh-ed25519 ${A}\n`), web, {
      accept: 'accept-new',
    })
    assert.equal(check.verify(blob(A)), false)
    assert.deepEqual(
      [troubleOf(check).hostKey.verdict, troubleOf(check).message.endsWith(`(${path}:2)`)],
      ['revoked', true],
    )
  })

  it('says why a certificate authority does not help', () => {
    const check = checkHostKey(withKnown(`@cert-authority * ssh-ed25519 ${B}\n`), web, { accept: 'strict' })
    assert.equal(check.verify(blob(A)), false)
    assert.match(check.trouble()?.message ?? '', /known_hosts:1 is not used: host certificates are not supported/)
  })

  it('records a new key where that is wanted, and says so', () => {
    const notes: string[] = []
    const known = withKnown(`other ssh-ed25519 ${B}`)
    const check = checkHostKey(known, far, { accept: 'accept-new', note: (text) => notes.push(text) })
    assert.equal(check.verify(blob(A)), true)
    assert.equal(readFileSync(path, 'utf8'), `other ssh-ed25519 ${B}\n[10.0.0.1]:2222 ssh-ed25519 ${A}\n`)
    assert.deepEqual(notes, [`host key of [10.0.0.1]:2222 recorded in ${path}: ssh-ed25519 ${FA}`])
    assert.equal(checkHostKey(known, far, { accept: 'strict' }).verify(blob(A)), true)
  })

  it('makes the file and its directory for their owner only', () => {
    const empty = join(home, 'empty')
    openKnownHosts(empty).add('web1', 22, [blob(A)])
    assert.deepEqual(
      [statSync(join(empty, '.ssh')).mode & 0o777, statSync(join(empty, '.ssh', 'known_hosts')).mode & 0o777],
      [0o700, 0o600],
    )
  })

  it('refuses where the new key cannot be written down', () => {
    const place = join(home, 'no-directory')
    writeFileSync(place, '')
    const check = checkHostKey(openKnownHosts(place), far, { accept: 'accept-new' })
    assert.equal(check.verify(blob(A)), false)
    assert.equal(
      check.trouble()?.message,
      `the host key cannot be recorded: ${join(place, '.ssh', 'known_hosts')} cannot be written: not a directory`,
    )
  })

  it('does not take a file that cannot be read for an empty one', () => {
    const broken = join(home, 'broken')
    mkdirSync(join(broken, '.ssh', 'known_hosts'), { recursive: true })
    assert.throws(() => openKnownHosts(broken).of('web1', 22), /known hosts cannot be read/)
  })

  it('trusts what is unknown, and never replaces what has changed', () => {
    const known = withKnown(`web1 ssh-ed25519 ${A}\n`)
    const all = [key(A), key(E, 'ecdsa-sha2-nistp256')]
    const judged = judgeHostKeys(known, web, all)
    assert.deepEqual([judged.known.length, judged.unknown.length, judged.refused.length], [1, 1, 0])
    trustHostKeys(known, web, all)
    assert.equal(readFileSync(path, 'utf8'), `web1 ssh-ed25519 ${A}\nweb1 ecdsa-sha2-nistp256 ${E}\n`)
    const changed = trustHostKeys(known, web, [key(B)])
    assert.deepEqual([changed.unknown.length, changed.refused[0]?.hostKey.verdict], [0, 'changed'])
    assert.equal(readFileSync(path, 'utf8').includes(B), false)
    chmodSync(path, 0o600)
  })
})
