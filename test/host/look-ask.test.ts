import assert from 'node:assert/strict'
import { type AskItem, isOfPerl, parseAsked } from '../../src/host/look-ask.ts'

const MARK = '0123456789abcdef0123456789abcdef'
const PATH: AskItem = { kind: 'path', path: '/a', follow: true, withText: true }
const SCRIPT: AskItem = { kind: 'said' }
const TWIN: AskItem = { kind: 'said', twin: { name: 'twin', parts: [], fields: [], libraries: [] } }
const QUESTION: AskItem = {
  kind: 'question',
  unless: { globs: ['/a'], witness: { state: '', stats: '' }, program: '' },
}

const net = (text: string): string => `${text.length}:${text}`
const FILE = net('found\0/a\x0081a4|0|0|2|1|1|.5|.5|root|root\0\0hi')

const told = (items: readonly AskItem[], stdout: string, stderr = '') => {
  const answer = { code: 0, stdout: Buffer.from(`perl\0\0${stdout}`), stderr: Buffer.from(stderr) }
  assert.ok(isOfPerl(answer))
  return parseAsked(answer, items, MARK).map((one) => {
    if (one === null) return null
    if (one.kind === 'path') return one.report('me').found?.text
    return [one.said.code, String(one.said.stdout), String(one.said.stderr)]
  })
}

describe('what perl says of a batch', () => {
  it('is what it knew, then the question that files decide, then the scripts, each with its own complaints', () =>
    assert.deepEqual(
      told(
        [SCRIPT, PATH, QUESTION, TWIN, SCRIPT],
        `${FILE}${net('003said')}state\x00255${MARK}one000${MARK}two001${MARK}`,
        `line 3: bad\n${MARK}first${MARK}${MARK}second${MARK}`,
      ),
      [[0, 'one', 'first'], 'hi', [255, 'state\x00', 'line 3: bad\n'], [3, 'said', ''], [1, 'two', 'second']],
    ))

  it('leaves what it did not know to be asked again', () =>
    assert.deepEqual(told([PATH, TWIN, PATH], `${net('')}${net('')}${FILE}`), [null, null, 'hi']))

  for (const [what, stdout] of [
    ['ends within a text', `${FILE}${FILE.slice(0, -1)}`],
    ['tells no length', `${FILE}x:hi`],
    ['tells nothing of an item', FILE],
  ] as const)
    it(`counts for nothing where it ${what}`, () => assert.deepEqual(told([PATH, PATH], stdout), [null, null]))
})
