import assert from 'node:assert/strict'
import { shellWords } from '../../src/formats/shell-words.ts'

const WORDS: readonly (readonly [text: string, words: readonly string[]])[] = [
  ['echo a  b', ['echo', 'a', 'b']],
  [`echo 'a b' "c d" e\\ f`, ['echo', 'a b', 'c d', 'e f']],
  [`echo a'b'"c"d`, ['echo', 'abcd']],
  [`echo "" ''`, ['echo', '', '']],
  [`echo "\\"\\\\\\n" '\\n'`, ['echo', '"\\\\n', '\\n']],
  ['echo $HOME | cat > x && y; z', ['echo', '$HOME', '|', 'cat', '>', 'x', '&&', 'y;', 'z']],
  ['\n echo\ta\n', ['echo', 'a']],
  ['', []],
]

describe('the words of a command', () => {
  for (const [text, words] of WORDS)
    it(`are ${JSON.stringify(words)} in ${JSON.stringify(text)}`, () => assert.deepEqual(shellWords(text), { words }))

  it('need closed quotes', () => {
    assert.deepEqual(shellWords("echo 'a"), { problem: 'No closing quotation' })
    assert.deepEqual(shellWords('echo "a'), { problem: 'No closing quotation' })
    assert.deepEqual(shellWords('echo \\'), { problem: 'No escaped character' })
  })
})
