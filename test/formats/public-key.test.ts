import assert from 'node:assert/strict'
import { generatorName, isBadKey, readPublicKey, readPublicLine } from '../../src/formats/public-key.ts'
import { fingerprints, keys } from './authorized-samples.ts'

const read = (text: string) => {
  const [type = '', blob = ''] = text.split(' ')
  return readPublicKey(type, blob)
}

describe('a public key', () => {
  const known: readonly (readonly [keyof typeof keys, number | null])[] = [
    ['laptop', 256],
    ['curve', 384],
    ['short', 1024],
    ['yubi', 256],
    ['certificate', null],
  ]
  for (const [name, bits] of known)
    it(`is read: ${name}`, () => {
      const key = read(keys[name])
      assert.ok(!isBadKey(key))
      assert.equal(key.bits, bits)
      assert.equal(key.isCertificate, name === 'certificate')
    })

  it('has the fingerprint that ssh-keygen shows', () => {
    for (const [name, fingerprint] of Object.entries(fingerprints)) {
      const key = read(keys[name as keyof typeof fingerprints])
      assert.equal(isBadKey(key) ? '' : key.fingerprint, fingerprint)
    }
  })

  it('may be of a type that is not known here, if its blob says so too', () => {
    const blob = Buffer.concat([Buffer.from([0, 0, 0, 7]), Buffer.from('ssh-new'), Buffer.from([0, 0, 0, 1, 9])])
    assert.equal(isBadKey(readPublicKey('ssh-new', blob.toString('base64'))), false)
    assert.equal(isBadKey(readPublicKey('ssh-old', blob.toString('base64'))), true)
  })

  const bad: readonly (readonly [string, string, RegExp])[] = [
    ['another type than its blob', keys.laptop.replace('ssh-ed25519', 'ssh-rsa'), /called ssh-rsa.*ssh-ed25519/],
    ['a blob that is cut short', keys.laptop.slice(0, -8), /not whole/],
    ['a blob with more behind it', `${keys.laptop}AAAA`, /not whole/],
    ['a word', 'ssh-ed25519 not-base64', /no base64/],
    ['base64 of something else', 'ssh-foo AAAAB3Nz', /no SSH key/],
    ['base64 with bits left over', `${keys.curve.slice(0, -3)}h==`, /no base64|not whole/],
  ]
  for (const [what, text, problem] of bad)
    it(`is refused: ${what}`, () => {
      const key = read(text)
      assert.ok(isBadKey(key))
      assert.match(key.problem, problem)
    })

  it('is read off a line with its comment', () => {
    const line = readPublicLine(`${keys.laptop} alice smith \r\n`)
    assert.deepEqual([line?.key.fingerprint, line?.comment], [fingerprints.laptop, 'alice smith'])
    assert.equal(readPublicLine('broken'), null)
    assert.equal(readPublicLine(''), null)
  })

  it('has the name that ssh-keygen -t takes', () => {
    assert.equal(generatorName('sk-ssh-ed25519@openssh.com'), 'ed25519-sk')
    assert.equal(generatorName('ecdsa-sha2-nistp521'), 'ecdsa')
    assert.equal(generatorName('ssh-new'), 'ssh-new')
  })
})
