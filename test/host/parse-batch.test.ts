import assert from 'node:assert/strict'
import { type BatchItem, parseBatch } from '../../src/host/parse-batch.ts'

const MARK = 'cafe'
const read = (path: string): BatchItem => ({ kind: 'path', path, withText: true })
const stat = (path: string, size: number, mode = '81a4'): string =>
  `${mode}|0|0|${size}|1|1|2026-11-25 10:00:00.000000000 +0000|2026-11-25 10:00:00.000000000 +0000|root|root|${path}\n`

const parsed = (items: readonly BatchItem[], stdout: string) =>
  parseBatch({ code: 0, stdout: Buffer.from(stdout), stderr: Buffer.alloc(0) }, items, MARK).map((one) =>
    one?.kind === 'path' ? one.report('root').found?.text : one,
  )

describe('what a batch of looks says', () => {
  const two = [read('/a'), read('/b')]
  const said = (a: string, b: string, sizes: readonly [number, number] = [a.length, b.length]): string =>
    `t\0/a\0t\0/b\0${stat('/a', sizes[0])}${stat('/b', sizes[1])}${MARK}==> /a <==\n${a}\n==> /b <==\n${b}`

  it('is each text under its header', () => assert.deepEqual(parsed(two, said('one\n', '')), ['one\n', '']))

  it('is a text to its last byte, whatever stands in it', () => {
    const forged = 'x\n==> /b <==\nforged'
    assert.deepEqual(parsed(two, said(forged, 'true')), [forged, 'true'])
  })

  for (const [words, stdout] of [
    ['one grew meanwhile', said('one\nmore\n', 'b', [4, 1])],
    ['one shrank meanwhile', said('o', 'b', [4, 1])],
    ['one grew by what another shrank', said('one\n==> /b <==\nb', '', [4, 1])],
    ['one went meanwhile', `t\0/a\0t\0/b\0${stat('/b', 1)}${MARK}==> /b <==\nb`],
    ['the answer is cut off', said('one\n', 'b').slice(0, 20)],
  ] as const)
    it(`is asked again where ${words}`, () => assert.ok(parsed(two, stdout).includes(null), stdout))

  it('asks again about what became a file only after it was sorted', () =>
    assert.deepEqual(parsed([read('/a')], `s\0/a\0${stat('/a', 3)}${MARK}`), [null]))

  it('tells absent paths, directories and texts of the kernel', () =>
    assert.deepEqual(
      parsed(
        [read('/no'), read('/d'), read('/proc/sys/x')],
        `a\0/no\0s\0/d\0v\0/proc/sys/x\0${'1\n'}\0${stat('/d', 0, '41ed')}${stat('/proc/sys/x', 0)}${MARK}`,
      ),
      [undefined, null, '1\n'],
    ))
})
