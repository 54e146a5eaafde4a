import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  blocksOf,
  criteriaOf,
  isOfScope,
  parseSshConfig,
  renderSshConfig,
  splitWords,
} from '../../src/formats/ssh-config.ts'
import { holdsFor, settingsOf, witnessesOf } from '../../src/formats/ssh-config-order.ts'

const settings = (text: string) =>
  parseSshConfig(text).flatMap(({ keyword, words }) => (keyword === null ? [] : [[keyword, ...words]]))

describe('a line of ssh_config', () => {
  const table: readonly (readonly [string, readonly string[]])[] = [
    ['User alice', ['user', 'alice']],
    ['  user=alice', ['user', 'alice']],
    ['USER = alice   # who', ['user', 'alice']],
    [' =User alice', ['user', 'alice']],
    ['User\talice\t', ['user', 'alice']],
    ['User "al ice" # c', ['user', 'al ice']],
    ["User 'al ice'", ['user', 'al ice']],
    ['User al\\ ice', ['user', 'al ice']],
    ['User "a\\"b"', ['user', 'a"b']],
    ['User a#b', ['user', 'a#b']],
    ['"User" alice', ['user', 'alice']],
    ['SendEnv LANG LC_*', ['sendenv', 'LANG', 'LC_*']],
    ['ProxyCommand nc "%h" 22 # not a comment', ['proxycommand', 'nc "%h" 22 # not a comment']],
    ['ChallengeResponseAuthentication no', ['kbdinteractiveauthentication', 'no']],
    ['SmartcardDevice /lib/x.so', ['pkcs11provider', '/lib/x.so']],
    ['User alice\r\n', ['user', 'alice']],
  ]
  for (const [text, wanted] of table) {
    it(`reads ${JSON.stringify(text)}`, () => assert.deepEqual(settings(text), [wanted]))
  }

  it('keeps every byte, whatever the file holds', () => {
    const odd = '\n# c\r\n\t Host  a   "b c" # x \nUser=\r\n"\n=\nMatch\n\f\nUser "never closed\nlast'
    assert.equal(renderSshConfig(parseSshConfig(odd)), odd)
  })

  it('tells a comment behind the arguments from a part of them', () => {
    assert.equal(parseSshConfig('User a  # who\n')[0]?.comment, '  # who')
    assert.equal(splitWords('"a # b" c#d #e').length, 12)
  })
})

describe('the blocks of ssh_config', () => {
  it('begin with what holds for every host', () => {
    const blocks = blocksOf(parseSshConfig('A 1\nHost x y\n B 2\n\nmatch User z all\n C 3\n'))
    const bounds = blocks.map(({ kind, words, from, to }) => [kind, words.join(' '), from, to])
    assert.deepEqual(bounds, [
      ['global', '', 0, 1],
      ['host', 'x y', 1, 4],
      ['match', 'User z all', 4, 6],
    ])
  })

  const same: readonly (readonly ['host' | 'match', string, string, boolean])[] = [
    ['host', 'a b', 'b  a', true],
    ['host', 'a b', 'a', false],
    ['match', 'host srv user bob', 'User bob HOST srv', true],
    ['match', 'host=srv', 'host srv', true],
    ['match', 'all', 'ALL', true],
    ['match', 'host srv', '!host srv', false],
  ]
  for (const [kind, one, other, wanted] of same) {
    it(`${wanted ? 'takes' : 'does not take'} "${kind} ${one}" for "${kind} ${other}"`, () => {
      const scope = (text: string) => ({ kind, words: splitWords(text).words })
      assert.equal(isOfScope(scope(one), scope(other)), wanted)
    })
  }

  it('read criteria that stand alone', () => {
    assert.deepEqual(criteriaOf(['final', 'host', 'a,b']), [
      { name: 'final', value: '' },
      { name: 'host', value: 'a,b' },
    ])
  })
})

describe('what holds for a host', () => {
  const table: readonly (readonly ['host' | 'match', string, string, boolean | null])[] = [
    ['host', '*', 'web', true],
    ['host', 'w?b', 'web', true],
    ['host', 'w?b', 'wb', false],
    ['host', '* !web', 'web', false],
    ['host', '!web', 'db', false],
    ['host', '*.example.com', 'a.b.example.com', true],
    ['host', 'Web', 'web', false],
    ['match', 'all', 'web', true],
    ['match', 'final all', 'web', false],
    ['match', 'originalhost w*,db', 'db', true],
    ['match', '!originalhost db', 'db', false],
    ['match', 'exec "true"', 'db', null],
    ['match', 'originalhost db exec "true"', 'web', false],
  ]
  for (const [kind, words, host, wanted] of table) {
    it(`is ${wanted} of "${kind} ${words}" and ${host}`, () =>
      assert.equal(holdsFor({ kind, words: splitWords(words).words }, host), wanted))
  }

  it('has a witness for each pattern', () => {
    const hosts = (words: string) => witnessesOf({ kind: 'host', words: words.split(' ') })
    assert.deepEqual(hosts('srv *.example.com !any.example.com db?'), ['srv', 'dbx'])
    assert.deepEqual(hosts('*'), ['any-host.invalid'])
  })
})

describe('the order in which ssh meets settings', () => {
  const tree = {
    root: '/c',
    files: {
      '/c': 'User a\nHost web\n  Include one\n  Port 1\nHost *\n  Include one\n',
      '/one': 'Host db\n  User d\nHost *\n  User e\n',
    },
    includes: { one: ['/one'] },
  }

  it('follows Includes into the block they stand in', () => {
    const users = settingsOf(tree).filter(({ line }) => line.keyword === 'user')
    const seen = users.map(({ file, number, place, within }) => [
      `${file}:${number}`,
      place,
      within.map(({ words }) => words.join(' ')).join(' > '),
    ])
    assert.deepEqual(seen, [
      ['/c:1', 0, ''],
      ['/one:2', 2, 'web > db'],
      ['/one:4', 2, 'web > *'],
      ['/one:2', 5, '* > db'],
      ['/one:4', 5, '* > *'],
    ])
  })

  it('ends where a file includes itself', () => {
    const loop = { root: '/c', files: { '/c': 'Include c\n' }, includes: { c: ['/c'] } }
    assert.equal(settingsOf(loop).length, 17)
  })
})

describe('the first-match rule', () => {
  const configs = [
    'User a\nUser b\nHost h\n  User c\n',
    'Host x\n  User a\nHost h !x\n  User=b\nHost *\n  User c\n',
    'Host * !h\n User a\nMatch all\n User "b c"\n',
    'Match originalhost g,h\n  User a # c\nHost h\n  User b\n',
    'HOST H\n User a\nhost h?\n User b\nhost h\n user c\n',
    '=Host x\n User a\n =Host h\n= User b\nUser c\n',
  ]
  for (const config of configs) {
    it(`is ssh's own of ${JSON.stringify(config)}`, () => {
      const tree = { root: '/c', files: { '/c': config }, includes: {} }
      const first = settingsOf(tree).find(
        ({ line, within }) => line.keyword === 'user' && within.every((block) => holdsFor(block, 'h') === true),
      )
      // ssh opens /dev/stdin by name, which the socket that is a child's input here does not allow
      const said = execFileSync('sh', ['-c', 'cat | ssh -F /dev/stdin -G h 2>/dev/null'], { input: config })
      assert.equal(`user ${first?.line.words[0]}`, /^user .*$/m.exec(said.toString())?.[0])
    })
  }
})
