import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { holdsPrivateKey, withoutPrivateKeys } from '../../src/contract/secret.ts'

const NOT_SHOWN = '(private key, not shown)'
const OPENSSH = `-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW
QyNTUxOQAAACDkE+CLZK4CVGcff0LBKap/+sZsq9Mxpk82YkDAvcE7RAAAAJBv1ipXb9Yq
AAAADGFsaWNlQGxhcHRvcAE=
-----END OPENSSH PRIVATE KEY-----`
const LINES = OPENSSH.split('\n')
const spelledBy = (lineEnd: string): string => OPENSSH.replaceAll('\n', lineEnd)
const { privateKey: pkcs8 } = generateKeyPairSync('ec', {
  namedCurve: 'P-256',
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
})
const LEGACY =
  '-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0123\n\nc2VjcmV0\n-----END RSA PRIVATE KEY-----'

describe('a text without private keys', () => {
  const table: readonly (readonly [what: string, text: string, shown: string])[] = [
    ['an OpenSSH key', `before\n${OPENSSH}\nafter`, `before\n${NOT_SHOWN}\nafter`],
    ['a PKCS#8 key', pkcs8.trim(), NOT_SHOWN],
    ['an encrypted PEM key with headers', `x ${LEGACY} y`, `x ${NOT_SHOWN} y`],
    ['a key of PGP', '-----BEGIN PGP PRIVATE KEY BLOCK-----\nx\n-----END PGP PRIVATE KEY BLOCK-----', NOT_SHOWN],
    [
      'a key of ssh.com',
      '---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\nx\n---- END SSH2 ENCRYPTED PRIVATE KEY ----',
      NOT_SHOWN,
    ],
    ['each of several keys', `${OPENSSH}\nbetween\n${LEGACY}\nafter`, `${NOT_SHOWN}\nbetween\n${NOT_SHOWN}\nafter`],
    ['a key whose end is cut off', `a: ${LINES.slice(0, 2).join('\n')}`, `a: ${NOT_SHOWN}`],
    ['a key whose end is cut in two', `a: ${OPENSSH.slice(0, -9)}`, `a: ${NOT_SHOWN}`],
    ['a key whose beginning is cut off', `a: ${LINES.slice(2).join('\n')}\nb`, `a: ${NOT_SHOWN}\nb`],
    [
      'what is left of one key, and a whole one',
      `${LINES.slice(3).join('\n')}\na: ${OPENSSH}`,
      `${NOT_SHOWN}\na: ${NOT_SHOWN}`,
    ],
    ["an OpenSSH key's text without its frame", `a: ${LINES.slice(1, 3).join('\n')}`, `a: ${NOT_SHOWN}`],
    ['line ends of JSON', `{"key":"${spelledBy('\\n')}\\n"}`, `{"key":"${NOT_SHOWN}\\n"}`],
    [
      'line ends as ls spells them',
      `ls: '${LINES.slice(2).join("'$'\\n''")}': no such file`,
      `ls: ${NOT_SHOWN}': no such file`,
    ],
    ['an indented key', spelledBy('\n      '), NOT_SHOWN],
    ['line ends of Windows', `${spelledBy('\r\n')}\r\nafter`, `${NOT_SHOWN}\r\nafter`],
  ]
  for (const [what, text, shown] of table)
    it(`does not show ${what}`, () => {
      assert.equal(withoutPrivateKeys(text), shown)
      assert.equal(holdsPrivateKey(text), true)
    })

  it('is the text itself where it holds none', () => {
    const certificate = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n'
    for (const text of ['', 'a', certificate, 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOQT alice', 'the PRIVATE KEY of x'])
      assert.equal(withoutPrivateKeys(text), text)
  })

  it('takes time in proportion to a long text', () => {
    const long = `${'QUFB\n'.repeat(400_000)}-----END RSA PRIVATE KEY-----\n`.repeat(2)
    assert.equal(withoutPrivateKeys(long), `${NOT_SHOWN}\n${NOT_SHOWN}\n`)
  })
})
