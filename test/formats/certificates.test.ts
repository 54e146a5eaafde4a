import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { textOf } from '../../src/contract/bytes.ts'
import {
  digestsIn,
  isDer,
  readCertificates,
  withCertificates,
  withoutCertificates,
} from '../../src/formats/certificates.ts'

const made = (name: string): string =>
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-days',
      '30',
      '-subj',
      `/CN=${name}`,
      '-keyout',
      '/dev/null',
    ],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  ).toString()

const all = (text: string) => readCertificates(text) ?? []

describe('certificates', () => {
  const [one, two] = [made('one'), made('two')]

  it('are read from PEM, with text around them', () => {
    const [first, second] = all(`Subject: one\n${one}\n# and\r\n${two.replaceAll('\n', '\r\n')}`)
    assert.deepEqual([first?.subject, second?.subject, first?.isAuthority], ['CN=one', 'CN=two', true])
  })

  for (const text of [
    '',
    'hello\n',
    '-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n',
    one.slice(0, -40),
  ]) {
    it(`are not ${JSON.stringify(text.slice(0, 40))}…`, () => assert.equal(readCertificates(text), null))
  }

  it('are told from DER, which has to be converted', () => {
    const der = execFileSync('openssl', ['x509', '-outform', 'der'], { input: one })
    assert.deepEqual([isDer(textOf(der)), isDer(one), isDer('hello')], [true, false, false])
  })

  it('are added to a bundle once, whatever their text looks like', () => {
    const bundle = `# ours\n${one.replaceAll('\n', '\r\n')}`
    assert.equal(withCertificates(bundle, all(one)), bundle)
    const both = withCertificates('# no end', [...all(two), ...all(two), ...all(one)])
    assert.equal(both, `# no end\n${two}${one}`)
    assert.equal(digestsIn(both).length, 2)
  })

  it('are taken out of a bundle, the rest left as it stands', () => {
    assert.equal(withoutCertificates(`# a\n${one}# b\n${two}${one}`, all(one)), `# a\n# b\n${two}`)
  })
})
