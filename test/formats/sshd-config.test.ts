import assert from 'node:assert/strict'
import { globTakes } from '../../src/formats/glob.ts'
import { parseSshdConfig, renderSshdConfig, type SshdGrammar, sshdWords } from '../../src/formats/sshd-config.ts'
import { criteriaOf, criteriaText, sameCriteria } from '../../src/formats/sshd-match.ts'
import { recordedText, recordings } from './sshd-recordings.ts'

describe('an sshd_config', () => {
  for (const [id, { files }] of Object.entries(recordings)) {
    it(`is given back byte for byte: ${id}`, () => {
      for (const path of Object.keys(files)) {
        const text = recordedText(files, path) ?? ''
        assert.equal(renderSshdConfig(parseSshdConfig(text, 'new')), text)
        assert.equal(renderSshdConfig(parseSshdConfig(text, 'old')), text)
      }
    })
  }
})

describe('a line of sshd_config', () => {
  const rows: readonly [string, string, string, string, string, SshdGrammar?][] = [
    // line, keyword in lower case, gap, value, tail
    ['PasswordAuthentication no', 'passwordauthentication', ' ', 'no', ''],
    ['\tPasswordAuthentication\t=\t"NO" # policy 12', 'passwordauthentication', '\t=\t', '"NO"', ' # policy 12'],
    ['PasswordAuthentication=no', 'passwordauthentication', '=', 'no', ''],
    ['"PasswordAuthentication" no  ', 'passwordauthentication', ' ', 'no', '  '],
    ['Banner "/etc/a # b" # c', 'banner', ' ', '"/etc/a # b"', ' # c'],
    ['Banner "/etc/a # b" # c', 'banner', ' ', '"/etc/a', ' # b" # c', 'old'],
    ["Banner '/etc/a # b' # c", 'banner', ' ', "'/etc/a # b'", ' # c'],
    ['Banner /etc/a#b', 'banner', ' ', '/etc/a#b', ''],
    ['Banner /etc/a#b', 'banner', ' ', '/etc/a', '#b', 'old'],
    ['ForceCommand menu # b ', 'forcecommand', ' ', 'menu # b', ' '],
    ['ForceCommand menu # b ', 'forcecommand', ' ', 'menu', ' # b ', 'old'],
    ['Match User bob # contractor', 'match', ' ', 'User bob', ' # contractor'],
    ['PasswordAuthentication # no', 'passwordauthentication', ' ', '', '# no'],
    ['  # a comment', '', '', '', '  # a comment'],
    ['', '', '', '', ''],
    ['\ufeffPort 22', '\ufeffport', ' ', '22', ''],
  ]
  for (const [text, name, gap, value, tail, grammar = 'new'] of rows) {
    it(`is read in pieces: ${JSON.stringify(text)}, ${grammar}`, () => {
      const [line] = parseSshdConfig(`${text}\n`, grammar)
      assert.deepEqual([line?.name, line?.gap, line?.value, line?.tail], [name, gap, value, tail])
    })
  }

  it('knows its end', () => {
    assert.deepEqual(
      parseSshdConfig('a b\r\nc d\ne f').map(({ end }) => end),
      ['\r\n', '\n', ''],
    )
  })
})

describe('the arguments of a line', () => {
  const rows: readonly [string, SshdGrammar, readonly string[] | null][] = [
    ['a  b\tc', 'new', ['a', 'b', 'c']],
    ['"a b" c', 'new', ['a b', 'c']],
    ["'a b' c", 'new', ['a b', 'c']],
    ['a\\ b', 'new', ['a b']],
    ['"a \\"b\\""', 'new', ['a "b"']],
    ['a\\b', 'new', ['a\\b']],
    ['""', 'new', ['']],
    ['"a b', 'new', null],
    ['LANG = LC_ALL', 'new', ['LANG', '=', 'LC_ALL']],
    ['LANG = LC_ALL', 'old', ['LANG', 'LC_ALL']],
    ["'a b'", 'old', ["'a", "b'"]],
    ['"a b" c', 'old', ['a b', 'c']],
    ['"a b', 'old', null],
  ]
  for (const [value, grammar, words] of rows) {
    it(`are split as sshd splits them: ${value}, ${grammar}`, () => {
      assert.deepEqual(sshdWords(value, grammar), words)
    })
  }
})

describe('the criteria of a Match', () => {
  it('are read however they are written', () => {
    const rows = [
      'User bob,alice Address 10.0.0.0/8',
      'ADDRESS=10.0.0.0/8 user "alice,bob" # x',
      ' address 10.0.0.0/8\tuSeR alice,bob',
    ]
    assert.deepEqual(
      new Set(rows.map((row) => sameCriteria(criteriaOf(row) ?? []))),
      new Set(['address 10.0.0.0/8 user alice,bob']),
    )
  })

  it('are none where sshd refuses them', () => {
    assert.deepEqual(['', 'User', 'User bob Address'].map(criteriaOf), [null, null, null])
  })

  it('are written as sshd_config(5) spells them', () => {
    const criteria = criteriaOf('user "a b" localport 2222 invalid-user') ?? []
    assert.equal(criteriaText(criteria), 'User "a b" LocalPort 2222 invalid-user')
  })
})

describe('a glob', () => {
  const rows: readonly [string, string, boolean][] = [
    ['*.conf', 'a.conf', true],
    ['*.conf', '.a.conf', false],
    ['*.conf', 'a.conf.bak', false],
    ['*.conf', 'a.CONF', false],
    ['[ab].conf', 'b.conf', true],
    ['[!ab].conf', 'b.conf', false],
    ['[a-c]x', 'bx', true],
    ['{a,b}.conf', 'a.conf', false],
    ['a?c', 'abc', true],
    ['a\\*c', 'a*c', true],
    ['a+(b)', 'a+(b)', true],
  ]
  for (const [pattern, name, takes] of rows) {
    it(`${pattern} ${takes ? 'takes' : 'does not take'} ${name}`, () => {
      assert.equal(globTakes(pattern, name), takes)
    })
  }
})
