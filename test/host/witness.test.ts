import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openAnswers } from '../../src/host/answers.ts'
import { cutTold, readWitness } from '../../src/host/witness.ts'

const line = (path: string, time: string): string =>
  `81a4|0|0|3|1|1|2026-11-25 09:00:00.000000000 +0000|2026-11-25 10:00:${time}000000 +0000|root|root|1|2|${path}`
const CORE = [line('/usr/sbin/sshd', '00.000'), line('/etc/ld.so.cache', '00.000')]
const stateOf = (lines: readonly string[]): string => `${lines.length} fips 0`

const said = (lines: readonly string[], now: string, state = stateOf(lines)) =>
  readWitness({
    code: 0,
    stdout: Buffer.from(`${state}\0${lines.join('\n')}\0${now}\0port 22\n`),
    stderr: Buffer.alloc(0),
  })

describe('the files that an answer rests on', () => {
  const later = line('/proc/self/.', '09.000')

  it('are told with the answer', () => {
    const read = said(CORE, later)
    assert.equal(String(read.answer.stdout), 'port 22\n')
    assert.deepEqual(read.witness, { state: '2 fips 0', stats: CORE.join('\n') })
  })

  it('prove nothing where one was changed just now, which a second change would not show', () => {
    const changed = [...CORE, line('/etc/ssh/sshd_config', '08.980')]
    assert.equal(said(changed, later).witness, null)
    assert.notEqual(said(changed, line('/proc/self/.', '09.010')).witness, null)
  })

  it('prove nothing where one was changed just now on a file system that knows seconds only', () => {
    const changed = [...CORE, line('/etc/ssh/sshd_config', '08.000')]
    assert.equal(said(changed, line('/proc/self/.', '09.990')).witness, null)
    assert.notEqual(said(changed, line('/proc/self/.', '10.010')).witness, null)
  })

  it('are found in what a script says that asked on its way', () => {
    const of = (text: string) => ({ code: 3, stdout: Buffer.from(text), stderr: Buffer.alloc(0) })
    const cut = cutTold(of('a\ntold on the way\0state\0lines\0now\0port 22\n\x000\0b\n'))
    assert.deepEqual(cut, { told: { ...of('state\0lines\0now\0port 22\n'), code: 0 }, rest: of('a\nb\n') })
    assert.equal(cutTold(of('a\ntold on the way\0state\0lines\0now\0port')), null)
    assert.equal(cutTold(of('a\n')), null)
  })

  const dropIn = line('/etc/ssh/sshd_config.d/a.conf', '00.000')
  for (const [words, lines, now, state] of [
    ['sshd is not there', CORE.slice(1), later],
    ['the libraries are kept otherwise', CORE.slice(0, 1), later],
    ['there is no clock', CORE, line('/usr/sbin/sshd', '09.000')],
    ['a time is told in another form', [...CORE, dropIn.replace(/\.0{9}/g, '')], later],
    ['one that is there is not told', CORE, later, stateOf([...CORE, dropIn])],
    ['one has a name that needs quotes', CORE, later, 'odd fips 0'],
    ['nothing is told', [], ''],
  ] as const)
    it(`prove nothing where ${words}`, () => assert.equal(said(lines, now, state).witness, null))
})

describe('answers of earlier runs', () => {
  let home: string
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'keyward-answers-'))
  })
  afterEach(() => rmSync(home, { recursive: true, force: true }))

  const witnessed = {
    witness: { state: 'a file', stats: 'and more' },
    answer: { code: 0, stdout: 'port 22\n', stderr: '' },
  }
  const folderOf = (): string => join(home, '.cache', 'keyward', 'answers')
  const keep = (): string => {
    const answers = openAnswers({ HOME: home }).of('web1')
    answers.put('what', witnessed)
    answers.save()
    return join(folderOf(), readdirSync(folderOf())[0] ?? '')
  }
  const again = () => openAnswers({ HOME: home }).of('web1').get('what')

  it('are found again, by machine and question', () => {
    keep()
    assert.deepEqual(again(), witnessed)
    assert.equal(openAnswers({ HOME: home }).of('web2').get('what'), null)
    assert.equal(openAnswers({ HOME: home }).of('web1').get('what else'), null)
  })

  for (const [words, spoil] of [
    ['others may write', (file: string) => chmodSync(file, 0o666)],
    ['lies in a folder that others may write in', () => chmodSync(folderOf(), 0o777)],
    ['is no JSON', (file: string) => writeFileSync(file, '{')],
    [
      'is of another format',
      (file: string) => writeFileSync(file, readFileSync(file, 'utf8').replace('"format":2', '"format":3')),
    ],
    [
      'holds something else',
      (file: string) => writeFileSync(file, '{"format":1,"answers":{"x":null,"y":{"witness":1}}}'),
    ],
  ] as const)
    it(`count as none where their file ${words}`, () => {
      spoil(keep())
      assert.equal(again(), null)
    })

  it('are no hindrance where they cannot be written', () => {
    writeFileSync(join(home, '.cache'), '')
    const answers = openAnswers({ HOME: home }).of('web1')
    answers.put('what', witnessed)
    answers.save()
    assert.equal(again(), null)
  })
})
