import assert from 'node:assert/strict'
import { expandTemplate, pythonRegexp, templateProblem } from '../../src/formats/python-regexp.ts'

const compiled = (pattern: string): RegExp => {
  const translated = pythonRegexp(pattern)
  assert.ok('regexp' in translated, JSON.stringify(translated))
  return translated.regexp
}

/** Each was tried with Python 3.11: pattern, text, and where re.search finds what. */
const MATCHES: readonly (readonly [pattern: string, text: string, found: string | null])[] = [
  ['foo$', 'foo\n', 'foo'],
  ['foo$', 'foo\r\n', null],
  ['foo\\Z', 'foo\n', null],
  ['foo\\Z', 'foo', 'foo'],
  ['\\Aa', 'ba', null],
  ['^a', 'b\na', null],
  ['(?m)^a$', 'b\na\nc', 'a'],
  ['a.b', 'a\nb', null],
  ['(?s)a.b', 'a\nb', 'a\nb'],
  ['a.b', 'a\rb', 'a\rb'],
  ['(?i)port', 'PORT 22', 'PORT'],
  ['(?x) p o # comment\n rt', 'port', 'port'],
  ['(?P<name>a)(?P=name)', 'xaa', 'aa'],
  ['[]x]+', 'a]x', ']x'],
  ['[^]]+', ']a', 'a'],
  ['a{,2}b', 'aab', 'aab'],
  ['a{', 'a{', 'a{'],
  ['\\x41\\101', 'AA', 'AA'],
  ['[\\x41\\-\\]]+', 'A-]', 'A-]'],
  ['(a)\\1', 'aa', 'aa'],
  ['\\s', '\u00a0', null],
  ['[\\s,]+', ' ,', ' ,'],
  ['a(?#c)b', 'ab', 'ab'],
  ['(?<!a)b', 'ab', null],
  ['\\#\\ \\/\\"', '# /"', '# /"'],
  ['#*x', '##x', '##x'],
]

const PROBLEMS: readonly (readonly [pattern: string, problem: RegExp])[] = [
  ['(', /unterminated group/],
  ['[a', /unterminated character set/],
  ['a++', /possessive quantifiers \(\+\+\) are not supported/],
  ['(?>a)', /\(\?>…\) is not supported/],
  ['(?(1)a|b)', /\(\?\(…\) is not supported/],
  ['a(?i)b', /global flags not at the start of the expression/],
  ['(?i:a)b', /flags for a part of the pattern/],
  ['\\e', /bad escape \\e/],
  ['[\\8]', /bad escape \\8/],
  ['\\', /bad escape \(end of pattern\)/],
  ['\\2(a)', /invalid group reference 2/],
  ['(?P=n)', /unknown group name "n"/],
  ['[[:space:]]+', /Python knows no \[:classes:\]/],
  ['*a', /nothing to repeat/],
]

describe("Python's regular expressions", () => {
  for (const [pattern, text, found] of MATCHES)
    it(`${JSON.stringify(pattern)} finds ${JSON.stringify(found)} in ${JSON.stringify(text)}`, () => {
      assert.equal(compiled(pattern).exec(text)?.[0] ?? null, found)
    })

  for (const [pattern, problem] of PROBLEMS)
    it(`refuses ${JSON.stringify(pattern)} and says why`, () => {
      const translated = pythonRegexp(pattern)
      assert.match('problem' in translated ? translated.problem : 'taken', problem)
    })

  it('writes groups into a template as expand does', () => {
    const match = compiled('(?P<key>\\w+)=(\\d)?').exec('a=')
    assert.ok(match)
    assert.equal(expandTemplate('\\1\\g<1>0\\g<key>[\\2]\\g<0>\\t\\\\\\-\\060', match), 'aa0a[]a=\t\\\\-0')
  })

  it('says what is wrong with a template', () => {
    const regexp = compiled('(a)')
    assert.equal(templateProblem('\\1', regexp), null)
    assert.match(templateProblem('\\2', regexp) ?? '', /invalid group reference 2/)
    assert.match(templateProblem('\\g<n>', regexp) ?? '', /unknown group name "n"/)
    assert.match(templateProblem('\\q', regexp) ?? '', /bad escape \\q/)
  })
})
