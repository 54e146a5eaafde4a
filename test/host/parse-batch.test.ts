import assert from 'node:assert/strict'
import { type BatchItem, nowhere, parseBatch } from '../../src/host/parse-batch.ts'

const MARK = 'cafe'
const read = (path: string): BatchItem => ({ kind: 'path', path, withText: true })
const stat = (path: string, size: number, mode = '81a4'): string =>
  `${mode}|0|0|${size}|1|1|2026-11-25 10:00:00.000000000 +0000|2026-11-25 10:00:00.000000000 +0000|root|root|1|2|${path}\n`

const parsed = (items: readonly BatchItem[], stdout: string) =>
  parseBatch({ code: 0, stdout: Buffer.from(stdout), stderr: Buffer.alloc(0) }, items, MARK).map((one) =>
    one?.kind === 'path' ? one.report('root').found?.text : one,
  )

describe('what a batch of looks says', () => {
  const two = [read('/a'), read('/b')]
  const said = (a: string, b: string, sizes: readonly [number, number] = [a.length, b.length]): string =>
    `own\0t\0/a\0t\0/b\0${stat('/a', sizes[0])}${stat('/b', sizes[1])}${MARK}==> /a <==\n${a}\n==> /b <==\n${b}`

  it('is each text under its header', () => assert.deepEqual(parsed(two, said('one\n', '')), ['one\n', '']))

  it('is a text to its last byte, whatever stands in it', () => {
    const forged = 'x\n==> /b <==\nforged'
    assert.deepEqual(parsed(two, said(forged, 'true')), [forged, 'true'])
  })

  for (const [words, stdout] of [
    ['one grew meanwhile', said('one\nmore\n', 'b', [4, 1])],
    ['one shrank meanwhile', said('o', 'b', [4, 1])],
    ['one grew by what another shrank', said('one\n==> /b <==\nb', '', [4, 1])],
    ['one went meanwhile', `own\0t\0/a\0t\0/b\0${stat('/b', 1)}${MARK}==> /b <==\nb`],
    ['the answer is cut off', said('one\n', 'b').slice(0, 20)],
  ] as const)
    it(`is asked again where ${words}`, () => assert.ok(parsed(two, stdout).includes(null), stdout))

  it('asks again about what became a file only after it was sorted', () =>
    assert.deepEqual(parsed([read('/a')], `own\0s\0/a\0${stat('/a', 3)}${MARK}`), [null]))

  it('tells absent paths, directories and texts of the kernel', () =>
    assert.deepEqual(
      parsed(
        [read('/no'), read('/d'), read('/proc/sys/x')],
        `own\0a\0/no\0s\0/d\0v\0/proc/sys/x\0${'1\n'}\0${stat('/d', 0, '41ed')}${stat('/proc/sys/x', 0)}${MARK}`,
      ),
      [undefined, null, '1\n'],
    ))
})

describe('what scripts of a batch say', () => {
  it('is told apart on both streams, with how each ended', () => {
    const items: readonly BatchItem[] = [{ kind: 'said' }, read('/a'), { kind: 'said' }, { kind: 'question' }]
    const stdout = `own\0one003${MARK}a\0/a\0two000${MARK}as remembered000${MARK}\n${MARK}`
    const stderr = `${MARK}bad${MARK}noise${MARK}${MARK}warned`
    const all = parseBatch({ code: 0, stdout: Buffer.from(stdout), stderr: Buffer.from(stderr) }, items, MARK)
    assert.deepEqual(
      all.map((one) =>
        one !== null && 'said' in one ? [one.said.code, String(one.said.stdout), String(one.said.stderr)] : one?.kind,
      ),
      [[3, 'one', 'bad'], 'path', [0, 'two', ''], [0, 'as remembered', 'warned']],
    )
  })
})

describe('what root tells for a user', () => {
  const home = '/home/bob'
  const looks: readonly BatchItem[] = [
    { kind: 'path', path: home, withText: false },
    read(`${home}/a`),
    read(`${home}/no`),
    { kind: 'path', path: '/srv/x', withText: false },
  ]
  const stats = `${stat(home, 0, '41ed')}${stat(`${home}/a`, 2)}${stat('/srv/x', 0)}`
  const stdout = `user\0s\0${home}\0t\0${home}/a\0a\0${home}/no\0s\0/srv/x\0${stats}${MARK}==> ${home}/a <==\nhi`
  const missed = (path: string): string => `tail: cannot open '${path}' for reading: No such file or directory\n`
  const told = (stderr: string) =>
    parseBatch({ code: 1, stdout: Buffer.from(stdout), stderr: Buffer.from(stderr) }, looks, MARK).map((one) =>
      one?.kind === 'path' ? (one.report('bob').found?.kind ?? 'absent') : null,
    )
  const all = [nowhere(home, MARK), nowhere(`${home}/a`, MARK), `${home}/no/`, nowhere('/srv/x', MARK)]

  it('counts where the user gets as far himself, and misses what root misses', () =>
    assert.deepEqual(told(all.map(missed).join('')), ['directory', 'file', 'absent', 'file']))

  for (const [index, path] of all.entries())
    it(`is asked of the user where he is not heard of ${path}`, () => {
      const heard = told(
        all
          .filter((one) => one !== path)
          .map(missed)
          .join(''),
      )
      assert.deepEqual(
        heard.map((one) => one === null),
        looks.map((_, place) => place === index),
      )
      const denied = missed(path).replace(/No such.*/, 'Permission denied')
      assert.deepEqual(told(all.map((one) => (one === path ? denied : missed(one))).join('')), heard)
    })

  it('is heard of busybox too', () => {
    const said = all.map((path) => `tail: can't open '${path}': No such file or directory\n`).join('')
    assert.ok(!told(said).includes(null))
  })
})
