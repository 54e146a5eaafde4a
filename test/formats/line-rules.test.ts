import assert from 'node:assert/strict'
import { editedText, type LineRules, lineProblems } from '../../src/formats/line-rules.ts'

const rules = (some: Partial<LineRules>): LineRules => ({ firstMatch: false, backrefs: false, absent: false, ...some })

/** What lineinfile makes of a text: the rules, before, after. */
const EDITS: readonly (readonly [title: string, some: Partial<LineRules>, before: string, after: string])[] = [
  ['appends a line', { line: 'b' }, 'a\n', 'a\nb\n'],
  ['leaves a line that is there', { line: 'a' }, 'a\nb\n', 'a\nb\n'],
  ['ends the last line before it appends', { line: 'b' }, 'a', 'a\nb\n'],
  ['ends a last line that is the wanted one', { line: 'a' }, 'a', 'a\n'],
  ['begins an empty file', { line: 'a' }, '', 'a\n'],
  ['replaces the last match', { line: 'a3', regexp: '^a' }, 'a1\nb\na2\n', 'a1\nb\na3\n'],
  ['replaces the first match', { line: 'a3', regexp: '^a', firstMatch: true }, 'a1\na2\n', 'a3\na2\n'],
  ['finds the exact line where the pattern misses', { line: 'bar', regexp: '^#bar' }, 'bar\n', 'bar\n'],
  ['appends where the pattern misses', { line: 'x', regexp: '^q' }, 'a\n', 'a\nx\n'],
  ['takes a part of a line literally', { line: 'x', searchString: 'a.b' }, 'aab\na.b c\n', 'aab\nx\n'],
  ['inserts after the last match', { line: 'x', insertAfter: '^a' }, 'a\na\nb\n', 'a\na\nx\nb\n'],
  ['inserts after the first match', { line: 'x', insertAfter: '^a', firstMatch: true }, 'a\na\n', 'a\nx\na\n'],
  ['ends the line that it inserts after', { line: 'x', insertAfter: '^a' }, 'a', 'a\nx\n'],
  ['inserts before the last match', { line: 'x', insertBefore: '^a' }, 'a\na\nb\n', 'a\nx\na\nb\n'],
  ['inserts before the first match', { line: 'x', insertBefore: '^a', firstMatch: true }, 'b\na\na\n', 'b\nx\na\na\n'],
  ['inserts at the end where no anchor is', { line: 'x', insertBefore: '^q' }, 'a\n', 'a\nx\n'],
  ['inserts at the beginning', { line: 'x', insertBefore: 'BOF' }, 'a\n', 'x\na\n'],
  ['inserts at the end', { line: 'x', insertAfter: 'EOF' }, 'a\n', 'a\nx\n'],
  ['lets the pattern win over the anchor', { line: 'x', regexp: '^b', insertAfter: '^a' }, 'a\nb\n', 'a\nx\n'],
  ['fills in groups', { line: '\\1 no', regexp: '^(Port) .*', backrefs: true }, 'Port 22\n', 'Port no\n'],
  ['does nothing for groups without a match', { line: '\\1', regexp: '(q)', backrefs: true }, 'a\n', 'a\n'],
  ['keeps the ends of DOS', { line: 'x', regexp: '^b' }, 'a\r\nb\r\n', 'a\r\nx\r\n'],
  ['adds a line with the ends of DOS', { line: 'x' }, 'a\r\nb\r\n', 'a\r\nb\r\nx\r\n'],
  ['adds plain ends where only some are of DOS', { line: 'x' }, 'a\r\nb\n', 'a\r\nb\nx\n'],
  ['knows a line that ends as on DOS', { line: 'a' }, 'a\r\n', 'a\r\n'],
  ['keeps bytes that are no UTF-8', { line: 'ü' }, 'a\udcff\udcfe\n', 'a\udcff\udcfe\nü\n'],
  ['counts bytes as Python does', { line: 'x', regexp: '^..$' }, 'ü\n', 'x\n'],
  ['takes the end of a YAML block away', { line: 'a\n' }, 'a\n', 'a\n'],
  ['removes all matches', { regexp: '^#', absent: true }, '#a\nb\n#c\n', 'b\n'],
  ['removes the exact line', { line: 'b', absent: true }, 'a\nb\nab\nb\n', 'a\nab\n'],
  ['removes by a part of the line', { searchString: '.', absent: true }, 'a.\nb\n', 'b\n'],
]

const PROBLEMS: readonly (readonly [some: Partial<LineRules>, param: string, message: RegExp])[] = [
  [{}, 'line', /^line is required with state=present$/],
  [{ absent: true }, 'state', /^one of line, search_string, or regexp is required with state=absent$/],
  [{ line: 'x', backrefs: true }, 'backrefs', /^regexp is required with backrefs=true$/],
  [{ line: 'x', insertBefore: 'a', insertAfter: 'b' }, 'insertafter', /mutually exclusive: insertbefore\|insertafter/],
  [{ line: 'x', regexp: 'a', searchString: 'b' }, 'search_string', /mutually exclusive: regexp\|search_string/],
  [{ line: 'x', regexp: '' }, 'regexp', /regular expression is an empty string/],
  [{ line: 'x', searchString: '' }, 'search_string', /search string is an empty string/],
  [{ line: 'x', regexp: '(' }, 'regexp', /invalid regular expression: unterminated group/],
  [{ line: 'x', insertAfter: '[' }, 'insertafter', /invalid regular expression: unterminated character set/],
  [{ line: '\\2', regexp: '(a)', backrefs: true }, 'line', /invalid group reference 2/],
  [{ line: 'a\nb' }, 'line', /more than one line/],
]

describe('the rules of lineinfile', () => {
  for (const [title, some, before, after] of EDITS)
    it(`${title}`, () => {
      assert.deepEqual(lineProblems(rules(some)), [])
      assert.equal(editedText(before, rules(some)), after)
    })

  for (const [title, some, before, after] of EDITS)
    it(`${title}, and the second time nothing`, () => {
      assert.equal(editedText(editedText(before, rules(some)), rules(some)), after)
    })

  for (const [some, param, message] of PROBLEMS)
    it(`refuses ${JSON.stringify(some)}`, () => {
      const [problem, ...more] = lineProblems(rules(some))
      assert.deepEqual([problem?.param, more], [param, []])
      assert.match(problem?.message ?? '', message)
    })
})
