import assert from 'node:assert/strict'
import { type KeyRequest, readRequest } from '../../src/formats/authorized-wanted.ts'
import { deadOptions, fingerprints, keys, livingOptions } from './authorized-samples.ts'

const { laptop, desk } = keys

const mistakes = (request: Partial<KeyRequest> & Pick<KeyRequest, 'key'>): string =>
  readRequest({ state: 'present', ...request })
    .mistakes.map(({ param, message, hint }) => `${param}: ${message}${hint === undefined ? '' : ` (${hint})`}`)
    .join('\n')

describe('a request for keys', () => {
  it('is read line by line, comments and blank lines left out', () => {
    const { keys: wanted } = readRequest({ state: 'present', key: [`# mine\r\n${laptop} a\r\n\r\n`, `no-pty ${desk}`] })
    assert.deepEqual(
      wanted.map(({ key, options, comment }) => [key.blob, options, comment]),
      [
        [laptop.split(' ')[1], null, 'a'],
        [desk.split(' ')[1], 'no-pty', null],
      ],
    )
  })

  it('counts a key once that it names twice, with the last comment', () => {
    const { keys: wanted } = readRequest({ state: 'present', key: `no-pty ${laptop} 2\nNO-PTY ${laptop} 3` })
    assert.deepEqual(
      wanted.map(({ options, comment }) => [options, comment]),
      [['no-pty', '3']],
    )
  })

  const wrong: readonly (readonly [string, Partial<KeyRequest> & Pick<KeyRequest, 'key'>, RegExp])[] = [
    ['an empty text', { key: '' }, /^key: no key is given/],
    ['an empty list', { key: [] }, /^key: no key is given/],
    ['comments alone', { key: '# nothing\n' }, /^key: no key is given/],
    [
      'an unknown type',
      { key: 'ssh-foo AAAAB3Nz x' },
      /^key: invalid key specified: ssh-foo AAAAB3Nz x: it holds no SSH key/,
    ],
    ['a word', { key: 'hello' }, /^key: invalid key specified: no type of key/],
    [
      'another type than the blob',
      { key: laptop.replace('ssh-ed25519', 'ssh-rsa') },
      /invalid key specified: .*it is called ssh-rsa, but what it holds is ssh-ed25519/,
    ],
    [
      'a key broken over two lines',
      { key: `${laptop.slice(0, 50)}\n${laptop.slice(50)}` },
      /invalid key specified: .*(is it broken over two lines\?|no base64)/,
    ],
    ['a key broken after its type', { key: `ssh-ed25519\n${laptop.split(' ')[1]}` }, /is it broken over two lines\?/],
    [
      'a certificate',
      { key: `${keys.certificate} a` },
      /it is a certificate, .* \(authorize the key that signed it, with key_options: cert-authority\)/,
    ],
    [
      'a URL',
      { key: 'https://github.com/alice.keys' },
      /invalid key specified: https:\/\/github\.com\/alice\.keys is not fetched \(.*file "keys\/alice\.pub"/,
    ],
    ['a path as Ansible has it', { key: 'file:///root/a.pub' }, /file:\/\/\/root\/a\.pub is not fetched/],
    [
      'a PEM key',
      { key: '-----BEGIN PUBLIC KEY-----\nMCow\n-----END PUBLIC KEY-----' },
      /ssh-keygen -i -f FILE converts it/,
    ],
    [
      'options with a blank after a comma',
      { key: `no-pty, command="x" ${laptop}` },
      /a blank outside quotes ends the options/,
    ],
    ['options with an open quote', { key: `command="x ${laptop}` }, /a quote stays open/],
    [
      'options in a key that let nobody in',
      { key: `no-foo ${laptop}` },
      /its options would let nobody in: unknown key option "no-foo"/,
    ],
    [
      'key_options with a blank',
      { key: laptop, key_options: 'no-pty, no-user-rc' },
      /^key_options: .*a blank outside quotes/,
    ],
    [
      'key_options that are not known',
      { key: laptop, key_options: 'no-tty' },
      /key_options would let nobody in: unknown key option "no-tty" \(sshd\(8\)/,
    ],
    ['key_options of two lines', { key: laptop, key_options: 'no-pty\nno-user-rc' }, /must be one line/],
    ['a comment of two lines', { key: laptop, comment: 'a\nb' }, /^comment: comment must be one line/],
    [
      'the same key with contrary options',
      { key: `no-pty ${laptop}\nrestrict ${laptop}` },
      /given twice, with options that differ/,
    ],
    ['the same key with options and without', { key: [`no-pty ${laptop}`, laptop] }, /given twice, with options/],
  ]
  for (const [what, request, message] of wrong)
    it(`is refused: ${what}`, () => assert.match(mistakes(request), message))

  it('never shows a private key', () => {
    const secret = 'b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW'
    for (const key of [
      `-----BEGIN OPENSSH PRIVATE KEY-----\n${secret}\n-----END OPENSSH PRIVATE KEY-----\n`,
      secret,
      'MC4CAQAwBQYDK2VwBCIEIJx3kJ0Z0cJb3vQ7',
    ]) {
      const said = mistakes({ key })
      assert.match(said, /invalid key specified/)
      assert.doesNotMatch(said, /b3BlbnNz|MC4CAQ/)
    }
  })

  it('takes options that let somebody in', () => {
    for (const options of livingOptions) assert.equal(mistakes({ key: laptop, key_options: options }), '')
  })

  it('leaves to the host what only its clock and its sshd can tell', () => {
    const open = Object.keys(deadOptions).filter((options) => mistakes({ key: laptop, key_options: options }) === '')
    assert.deepEqual(open, [
      'from="some.host.name"',
      'from="localhost"',
      'expiry-time="20200101"',
      'expiry-time="20400101",expiry-time="20200101"',
      'permitopen="host:y"',
      'permitlisten="host:y"',
      'permitlisten="y"',
    ])
  })

  it('says which options key_options takes the place of', () => {
    const notes = (key: string, key_options: string, state: 'present' | 'absent' = 'present') =>
      readRequest({ state, key: `${key} ${laptop}`, key_options }).notes
    assert.deepEqual(notes('no-pty', 'no-X11-forwarding'), [
      `key_options takes the place of the options written before the key ${fingerprints.laptop}: no-pty`,
    ])
    assert.deepEqual([...notes('no-pty', 'No-pty'), ...notes('no-pty', 'restrict', 'absent')], [])
  })

  it('minds the options of a key to remove as little as its comment', () => {
    assert.equal(mistakes({ state: 'absent', key: `no-foo ${laptop} x\n${laptop}`, key_options: 'bar' }), '')
  })
})
