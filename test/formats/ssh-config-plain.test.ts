import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { DEFAULTS, PRINTED, plainMeaning, plainReading, TAKEN } from '../../src/formats/ssh-config-plain.ts'
import type { SshConfigWish } from '../../src/formats/ssh-config-wish.ts'
import { folder } from '../kit/story.ts'

type Obeyed = readonly string[] | null

/** What ssh makes of each text for a host, asked by one shell for all of them; null where it refuses it. */
const obeyedOfEach = (texts: readonly string[], host = 'any-host.invalid'): ReadonlyMap<string, Obeyed> => {
  const files = folder(Object.fromEntries(texts.map((text, index) => [String(index), text])))
  const script = 'for file; do ssh -F "$file" -G -- "$host" 2>/dev/null || printf refused; printf "\\0"; done'
  const paths = texts.map((_, index) => join(files, String(index)))
  const env = { ...process.env, host }
  const said = execFileSync('sh', ['-c', script, 'sh', ...paths], { env })
    .toString()
    .split('\0')
  return new Map(
    texts.map((text, index) => [text, said[index]?.endsWith('refused') ? null : (said[index] ?? '').split('\n')]),
  )
}
const obeyed = (text: string): Obeyed => obeyedOfEach([text]).get(text) ?? null

const reading = (text: string, wish: Partial<SshConfigWish>) =>
  plainReading(
    { root: '/c', files: { '/c': text }, includes: {} },
    { scope: { kind: 'global', words: [] }, keyword: 'BatchMode', values: ['yes'], ...wish },
  )

/** Values that the patterns take. */
const samples: Readonly<Record<string, readonly string[]>> = {
  addressfamily: ['any', 'inet', 'inet6'],
  connectionattempts: ['1', '9999'],
  connecttimeout: ['1', '9999'],
  identityfile: ['~/.ssh/id_ed25519', '/etc/ssh/a+b@c.d-e', '~/sub/x'],
  numberofpasswordprompts: ['1', '30'],
  port: ['1', '22', '2222', '9999'],
  preferredauthentications: ['publickey', 'publickey,keyboard-interactive,password', 'hostbased,gssapi-with-mic'],
  serveralivecountmax: ['1', '9999'],
  serveraliveinterval: ['1', '9999'],
  user: ['alice', '_x', 'web-1'],
  canonicalizehostname: ['no'],
  certificatefile: ['~/.ssh/id-cert.pub'],
  checkhostip: ['yes', 'no'],
  compression: ['no'],
  controlpath: ['~/.ssh/cm-%C', '/run/%r@%h-%p-%n-%u', '~/.ssh/socket'],
  controlpersist: ['yes', 'no', '600'],
  fingerprinthash: ['sha256'],
  gssapiauthentication: ['yes', 'no'],
  gssapidelegatecredentials: ['yes', 'no'],
  host: ['*', 'web', '*.example.com !db.example.com', '10.0.0.?', '!x', 'a_b'],
  hostkeyalias: ['web', 'a.b'],
  hostname: ['web', '10.0.0.1', 'a-b.example.com'],
  proxyjump: ['jump', 'none'],
  pubkeyauthentication: ['yes', 'no'],
  requesttty: ['auto', 'yes', 'no', 'force'],
  sendenv: ['LANG', 'LANG LC_*'],
  updatehostkeys: ['yes', 'no', 'ask'],
  userknownhostsfile: ['/dev/null', '~/.ssh/known_hosts2'],
}

const valuesOf = (name: string): readonly string[] => {
  const values = PRINTED[name]
  return samples[name] ?? (values === undefined || values instanceof RegExp ? [] : Object.keys(values))
}
const printedBy = (name: string, value: string): string => {
  const meaning = plainMeaning({ scope: { kind: 'global', words: [] }, keyword: name, values: [value] })
  return `${name} ${meaning?.join() ?? assert.fail(`${name} ${value}`)}`
}

describe('a plain line of ssh_config', () => {
  const lineOf = (name: string, value: string): string => `${name} ${value}\n`
  let said: ReadonlyMap<string, Obeyed>
  before(() => {
    const names = [...Object.keys(PRINTED), ...Object.keys(TAKEN)]
    said = obeyedOfEach(names.flatMap((name) => valuesOf(name).map((value) => lineOf(name, value))))
  })

  for (const name of Object.keys(PRINTED))
    it(`of ${name} is taken by ssh, and printed as told`, () => {
      assert.ok(valuesOf(name).length > 0)
      for (const value of valuesOf(name))
        assert.ok(said.get(lineOf(name, value))?.includes(printedBy(name, value)), lineOf(name, value))
    })

  for (const [name, pattern] of Object.entries(TAKEN))
    it(`of ${name} is taken by ssh`, () => {
      assert.ok(valuesOf(name).length > 0)
      for (const value of valuesOf(name)) {
        assert.match(value, pattern)
        assert.ok(said.get(lineOf(name, value)), lineOf(name, value))
      }
    })

  it('is printed as told whatever stands beside it', () => {
    for (let turn = 0; turn < 6; turn += 1) {
      const valueIn = (name: string) => valuesOf(name)[turn % valuesOf(name).length] ?? ''
      const names = [...Object.keys(TAKEN), ...Object.keys(PRINTED)].filter((name) => name !== 'host')
      const said = obeyed(`${names.map((name) => `  ${name}\t${valueIn(name)} \n`).join('')}# a comment: ü\n\n`) ?? []
      for (const name of Object.keys(PRINTED)) assert.ok(said.includes(printedBy(name, valueIn(name))), name)
    }
  })
})

describe('a setting of ssh_config that no line names', () => {
  let said: Obeyed
  before(() => {
    said = obeyed('')
  })
  for (const [name, value] of Object.entries(DEFAULTS))
    it(`is ${name} ${value}`, () => assert.ok(said?.includes(`${name} ${value}`)))
})

describe('a plain reading of ssh_config', () => {
  const texts = [
    'BatchMode yes\n',
    '# c\n\n  batchmode yes\t\nBatchMode no\nHost x\n  BatchMode no',
    'Host x !any-host.invalid\nBatchMode no\nHost *\n BatchMode yes\n',
  ]
  for (const text of texts)
    it(`tells what ssh obeys of ${JSON.stringify(text)}`, () => {
      assert.deepEqual(reading(text, {}), { meaning: ['yes'], obeyed: ['yes'] })
      assert.ok(obeyed(text)?.includes('batchmode yes'))
    })

  const otherwise = ['', 'BatchMode no\nBatchMode yes\n', 'Host x\nBatchMode yes\n', 'Host *\nBatchMode no\nHost a\n']
  for (const text of otherwise)
    it(`tells that ssh obeys something else of ${JSON.stringify(text)}`, () => {
      assert.deepEqual(reading(text, {}), { meaning: ['yes'], obeyed: ['no'] })
      assert.ok(obeyed(text)?.includes('batchmode no'))
    })

  it('leaves a setting to ssh whose default may be built in otherwise', () =>
    assert.equal(reading('', { keyword: 'ForwardX11Trusted', values: ['yes'] }), null))

  it('knows every pattern of a Host line, and values that add up', () => {
    const scope = { kind: 'host', words: ['a', '*.b'] } as const
    const wish = { scope, keyword: 'IdentityFile', values: ['~/x', '/y'] }
    const told = { meaning: ['~/x', '/y'], obeyed: ['~/x', '/y'] }
    assert.deepEqual(reading('Host *.b a\nIdentityFile ~/x\nHost *\nIdentityFile /y\n', wish), told)
    assert.equal(reading('Host a\nIdentityFile ~/x\nHost *\nIdentityFile /y\n', wish), null)
  })

  it("says no more than that the text is fine where no host is the scope's", () => {
    const scope = { kind: 'host', words: ['!a'] } as const
    assert.deepEqual(reading('Port 22\n', { scope }), { meaning: null, obeyed: null })
  })

  const doubtful = [
    ...['BatchMode yes\nInclude x\n'],
    ...['BatchMode yes\nMatch all\n', 'BatchMode yes\nnonsense here\n', 'BatchMode yes\r\n', 'BatchMode=yes\n'],
    ...['BatchMode yes # c\n', 'BatchMode "yes"\n', 'BatchMode YES\n', 'BatchMode true\n', 'BatchMode yes no\n'],
    ...['=BatchMode yes\n', '"BatchMode" yes\n', 'BatchMode yes\nPort\n', 'BatchMode yes\nPort 0\n'],
    ...[
      'BatchMode yes\nPort 99999\n',
      'BatchMode yes\nPort 022\n',
      'BatchMode yes\nUser a b\n',
      'BatchMode yes\n#\0\n',
    ],
    ...['BatchMode yes\nCiphers aes128-ctr\n', 'BatchMode yes\nProxyCommand nc %h 22\n', 'BatchMode yes\nHost\n'],
    ...['BatchMode yes\nHost A\n', 'BatchMode yes\nIdentityFile %d/x\n', `BatchMode yes\n${'Port 22\n'.repeat(99)}`],
    ...['BatchMode yes\nIgnoreUnknown x\n', 'BatchMode yes\n\f\n', 'BatchMode yes\nCanonicalizeHostname yes\n'],
    ...['BatchMode yes\nconstructor x\n', 'BatchMode constructor\n', 'BatchMode yes\nUser ü\n'],
  ]
  for (const text of doubtful)
    it(`leaves ${JSON.stringify(text.slice(0, 60))} to ssh`, () => assert.equal(reading(text, {}), null))

  it('leaves a wish to ssh that is not plain', () => {
    for (const [keyword, value] of [
      ['Ciphers', 'aes128-ctr'],
      ['PubkeyAuthentication', 'yes'],
      ['ChallengeResponseAuthentication', 'no'],
      ['BatchMode', 'true'],
    ] as const)
      assert.equal(reading(`${keyword} ${value}\n`, { keyword, values: [value] }), null)
  })

  it("is ssh's own of any plain file", () => {
    const pick = <T>(list: readonly T[], seed: number): T => list[seed % list.length] as T
    const names = Object.keys(PRINTED)
    const textOf = (seed: number): string => {
      const lines = Array.from({ length: 12 }, (_, index) => {
        const next = (seed * 7919 + index * 104729) % 1000003
        if (next % 4 === 0) return `Host ${pick(['a', 'b', '* !a', '?', 'a b', '*'], next >> 3)}`
        const name = pick(names.slice(0, 6), next >> 2)
        return `${name} ${pick(valuesOf(name), next >> 5)}`
      })
      return `${lines.join('\n')}\n`
    }
    const texts = Array.from({ length: 20 }, (_, index) => textOf(index + 1))
    for (const host of ['a', 'b'])
      for (const [text, obeyed] of obeyedOfEach(texts, host)) {
        const said = obeyed ?? assert.fail(text)
        for (const name of names.slice(0, 6)) {
          const scope = { kind: 'host', words: [host] } as const
          for (const value of valuesOf(name)) {
            const told = reading(text, { scope, keyword: name, values: [value] })
            const wanted = printedBy(name, value)
            if (told !== null) assert.equal(told.obeyed?.join() === told.meaning?.join(), said.includes(wanted), text)
            if (told !== null) assert.ok(said.includes(`${name} ${told.obeyed?.join()}`), text)
          }
        }
      }
  })

  it('is tried with a real ssh', () => assert.match(execFileSync('sh', ['-c', 'ssh -V 2>&1']).toString(), /^OpenSSH/))
})
