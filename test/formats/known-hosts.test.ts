import assert from 'node:assert/strict'
import {
  judgeKey,
  knownHostLine,
  knownHostName,
  knownKeys,
  namesHost,
  parseKnownHosts,
} from '../../src/formats/known-hosts.ts'

const A = 'AAAAC3NzaC1lZDI1NTE5AAAAICkFh2x77u7ZYFm6eTMkcNdYEV/dz71rBk01NYcjta04'
const B = 'AAAAC3NzaC1lZDI1NTE5AAAAINqAISU7AAYTYFlCC1hWGUNBOkBqUDxsDOTjEBsdKmkL'
const E =
  'AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBOiblLvAoWihXwBTMXFHvQTSlkqIE9ZVvl0PSgcsAKfAoZUy7fgKkbMLC6F0u4qkK8DA66Qx3z03JvJgQ5hDRBs='

// written by `ssh-keygen -H` for web1.example.com and [10.0.0.1]:2222
const HASHED = `|1|Y00ll29wH68WK8DJHwbs37gtDd4=|fEz/w8z39QCR6P7PFBGeamkZDzA= ssh-ed25519 ${A}
|1|0TWbJR9MsuUu4Z685IX34W3U5WQ=|qzYC6W1uHhsYhHJW5ef2DMedtBk= ssh-ed25519 ${A}
`

const verdict = (text: string, host: string, port: number, blob: string) => {
  const known = knownKeys([{ path: 'known_hosts', entries: parseKnownHosts(text) }], host, port)
  const judged = judgeKey(known, Buffer.from(blob, 'base64'))
  return judged.verdict === 'unknown' ? 'unknown' : `${judged.verdict} by line ${judged.recorded.line}`
}

describe('known hosts', () => {
  const patterns: [hosts: string, name: string, named: boolean][] = [
    ['web1', 'web1', true],
    ['web1', 'web10', false],
    ['WEB1', 'web1', true],
    ['web1,10.0.0.1', '10.0.0.1', true],
    ['web*', 'web10', true],
    ['web?', 'web1', true],
    ['web?', 'web10', false],
    ['*.example.com', 'a.b.example.com', true],
    ['*.example.com', 'axexample.com', false],
    ['*,!web1', 'web1', false],
    ['!web1,*', 'web1', false],
    ['!web1', 'web2', false],
    ['[10.0.0.1]:2222', '[10.0.0.1]:2222', true],
    ['10.0.0.1', '[10.0.0.1]:2222', false],
    ['[*]:2222', '[10.0.0.1]:2222', true],
  ]
  for (const [hosts, name, named] of patterns)
    it(`${hosts} ${named ? 'names' : 'does not name'} ${name}`, () => assert.equal(namesHost(hosts, name), named))

  const verdicts: [what: string, text: string, host: string, port: number, blob: string, wanted: string][] = [
    ['the recorded key', `web1 ssh-ed25519 ${A}\n`, 'web1', 22, A, 'ok by line 1'],
    ['another key of the same type', `# mine\n\nweb1 ssh-ed25519 ${A}\n`, 'web1', 22, B, 'changed by line 3'],
    ['a key of another type', `web1 ssh-ed25519 ${A}\n`, 'web1', 22, E, 'other-type-known by line 1'],
    ['a key of a host never met', `web1 ssh-ed25519 ${A}\n`, 'web2', 22, A, 'unknown'],
    ['one of several recorded keys', `web1 ssh-ed25519 ${A}\nweb1 ssh-ed25519 ${B}\n`, 'web1', 22, B, 'ok by line 2'],
    ['a host in upper case', `web1 ssh-ed25519 ${A}\n`, 'WEB1', 22, A, 'ok by line 1'],
    ['a hashed name', HASHED, 'web1.example.com', 22, A, 'ok by line 1'],
    ['a hashed name with a port', HASHED, '10.0.0.1', 2222, A, 'ok by line 2'],
    ['a changed key under a hashed name', HASHED, '10.0.0.1', 2222, B, 'changed by line 2'],
    ['a port that nobody recorded', `web1 ssh-ed25519 ${A}\n`, 'web1', 2222, A, 'ok by line 1'],
    [
      'a port of its own',
      `web1 ssh-ed25519 ${A}\n[web1]:2222 ssh-ed25519 ${B}\n`,
      'web1',
      2222,
      A,
      'changed by line 2',
    ],
    ['a revoked key', `web1 ssh-ed25519 ${A}\n@revoked * ssh-ed25519 ${A}\n`, 'web1', 22, A, 'revoked by line 2'],
    [
      'a key beside a revoked one',
      `@revoked web1 ssh-ed25519 ${B}\nweb1 ssh-ed25519 ${A}\n`,
      'web1',
      22,
      A,
      'ok by line 2',
    ],
    ['an authority only', `@cert-authority * ssh-ed25519 ${A}\n`, 'web1', 22, A, 'unknown'],
    ['a marker that ssh does not know', `@trusted web1 ssh-ed25519 ${A}\n`, 'web1', 22, A, 'unknown'],
    ['a type that the blob denies', `web1 ssh-rsa ${A}\n`, 'web1', 22, A, 'unknown'],
    ['a line that is no key', 'web1 ssh-ed25519\nweb1 ssh-ed25519 ???\n', 'web1', 22, A, 'unknown'],
    ['tabs, a comment and a CR', `\tweb1\tssh-ed25519\t${A} the web\r\n`, 'web1', 22, A, 'ok by line 1'],
  ]
  for (const [what, text, host, port, blob, wanted] of verdicts)
    it(`${what}: ${wanted}`, () => assert.equal(verdict(text, host, port, blob), wanted))

  it('keeps authorities apart, so that a message can say why they do not help', () => {
    const known = knownKeys(
      [{ path: 'x', entries: parseKnownHosts(`@cert-authority *.example.com ssh-ed25519 ${A}`) }],
      'web.example.com',
      22,
    )
    assert.deepEqual(known.keys, [])
    assert.equal(known.authorities[0]?.line, 1)
  })

  it('writes a line that it reads again', () => {
    const line = knownHostLine('Web1', 2222, Buffer.from(A, 'base64'))
    assert.equal(line, `[web1]:2222 ssh-ed25519 ${A}\n`)
    assert.equal(knownHostName('web1', 22), 'web1')
    assert.equal(verdict(line, 'web1', 2222, A), 'ok by line 1')
  })
})
