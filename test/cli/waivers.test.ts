import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { folder } from '../kit/story.ts'
import { type Typed, typedIn } from './typed.ts'

/** A playbook about two files of the control node, of which the mode of one is waived. */
const scene = (about: { readonly value?: string; readonly more?: string } = {}) => {
  const directory = folder({ banner: 'keep out\n', note: 'hello\n' })
  const inPlace = (name: string): string => join(directory, name)
  const write = (name: string, text: string): void => writeFileSync(inPlace(name), text)
  write(
    'site.yml',
    `
- name: files
  hosts: localhost
  connection: local
  gather_facts: false
  tasks:
    - name: the banner is there
      control: { id: SSH-TEST-01, severity: high }
      line_in_file: { path: ${directory}/banner, line: keep out }
    - name: the note is there
      line_in_file: { path: ${directory}/note, line: hello }
`,
  )
  const waive = (lines: { readonly value?: string; readonly expires?: string; readonly more?: string } = {}): void =>
    write(
      'waivers.yml',
      `waivers:
  - control: SSH-TEST-01
    hosts: localhost
    reason: the painters are in the house
    owner: alice
    ticket: SEC-1
    expires: ${lines.expires ?? '2026-12-31'}
${lines.value === undefined ? '' : `    value: ${lines.value}\n`}${lines.more ?? ''}`,
    )
  waive(about)
  const typedAt = async (time: string, ...words: readonly string[]): Promise<Typed> => {
    const environment = { HOME: directory }
    const given = [...words.slice(0, 1), inPlace('site.yml'), '--waivers', inPlace('waivers.yml'), ...words.slice(1)]
    const { code, stdout, stderr } = await typedIn({ clock: () => new Date(time), environment }, given)
    const bare = (text: string): string => text.replaceAll(directory, '~')
    return { code, stdout: bare(stdout), stderr: bare(stderr) }
  }
  const json = async (time: string, ...words: readonly string[]) =>
    JSON.parse((await typedAt(time, ...words, '--output', 'json')).stdout)
  const kept = async () =>
    JSON.parse(
      (await typedIn({ environment: { HOME: directory } }, ['report', 'latest', '--format', 'json'])).stdout || 'null',
    )
  const read = (name: string): string => readFileSync(inPlace(name), 'utf8')
  return { write, waive, read, typedAt, json, kept }
}

const MONDAY = '2026-11-23T02:15:00.000Z'
const TUESDAY = '2026-11-24T02:15:00.000Z'
const WEDNESDAY = '2026-11-25T02:15:00.000Z'
const LATE = '2026-12-20T12:00:00.000Z'

describe('waivers', () => {
  it('are shown with who answers, until when and why; nothing is offered to be done', async () => {
    const { write, typedAt } = scene()
    write('banner', 'welcome\n')
    const { code, stdout, stderr } = await typedAt(MONDAY, 'check')
    assert.equal(
      stdout,
      `
play files: 1 host, 2 tasks
waived       localhost  the banner is there
    until 2026-12-31 by alice (SEC-1): the painters are in the house
    --- ~/banner
    +++ ~/banner
    @@ -1,1 +1,2 @@
     welcome
    +keep out

recap
localhost : ok=1   changed=0   unreachable=0   failed=0   skipped=0   rescued=0   ignored=0   drift=0   waiting=0   waived=1

nothing to do: everything is as wanted, or waived
`,
    )
    assert.deepEqual([code, stderr], [0, ''])
  })

  it('leave what is not waived what it is', async () => {
    const { write, typedAt } = scene()
    write('banner', 'welcome\n')
    write('note', '')
    const { code, stdout } = await typedAt(MONDAY, 'check')
    assert.equal(code, 3)
    assert.match(stdout, /drift=1 {3}waiting=0 {3}waived=1\n\nnothing was touched; to converge 1 of 1 host:/)
  })

  it('hold in a run too: what is waived is left alone', async () => {
    const { write, read, typedAt } = scene()
    write('banner', 'welcome\n')
    write('note', '')
    const { code, stdout } = await typedAt(MONDAY, 'run')
    assert.match(stdout, /^waived {7}localhost {2}the banner is there {2}~\/banner\n {4}until 2026-12-31/m)
    assert.deepEqual([code, read('banner'), read('note')], [0, 'welcome\n', 'hello\n'])
  })

  it('stand in the document of a run, with the value that they are bound to', async () => {
    const { write, json } = scene()
    write('banner', 'welcome\n')
    const { exit_code, hosts, results } = await json(MONDAY, 'audit')
    const [{ status, waived }] = results
    const { value, at, ...rest } = waived
    assert.deepEqual(
      [exit_code, status, hosts.localhost.drift, hosts.localhost.waived, results[1].waived],
      [0, 'drift', 0, 1, undefined],
    )
    assert.deepEqual(rest, {
      subject: 'SSH-TEST-01',
      reason: 'the painters are in the house',
      owner: 'alice',
      ticket: 'SEC-1',
      expires: '2027-01-01T00:00:00.000Z',
    })
    assert.match(value, /^sha256:/)
    assert.match(at, /waivers\.yml:2:5$/)
  })

  it('end, which is told before and after, in the history too', async () => {
    const { write, waive, typedAt, json, kept } = scene()
    write('banner', 'welcome\n')
    const soon = await json(LATE, 'audit')
    const ending = ['the waiver of SSH-TEST-01 on localhost ends in 11 days, 2026-12-31 (alice, SEC-1)']
    assert.deepEqual([soon.exit_code, soon.notes], [0, ending])
    assert.deepEqual((await kept()).notes, ending)
    const last = await json('2026-12-31T23:59:59Z', 'audit')
    assert.deepEqual([last.exit_code, last.notes.length], [0, 1])
    const over = await json('2027-01-01T00:00:00Z', 'audit')
    const ended = ['the waiver of SSH-TEST-01 on localhost ended 2026-12-31 (alice, SEC-1): it is a finding again']
    assert.deepEqual([over.exit_code, over.notes, over.hosts.localhost.drift], [3, ended, 1])
    assert.match((await typedAt('2027-01-01T00:00:00Z', 'audit')).stdout, /^note: the waiver of .* finding again$/m)
    waive({ expires: '2027-06-30' })
    assert.equal((await json('2027-01-02T00:00:00Z', 'audit')).exit_code, 0)
  })

  it('are bound to what was found first: what drifts further is a finding, audit after audit', async () => {
    const { write, waive, json } = scene()
    write('banner', 'welcome\n')
    assert.equal((await json(MONDAY, 'audit')).exit_code, 0)
    assert.equal((await json(TUESDAY, 'audit')).exit_code, 0)
    write('banner', 'welcome all\n')
    for (const day of [TUESDAY, WEDNESDAY, LATE]) {
      const { exit_code, results, notes } = await json(day, 'audit')
      assert.deepEqual([exit_code, results[0].waived], [3, undefined])
      assert.match(
        notes[0],
        /^the waiver of SSH-TEST-01 does not hold on localhost \(alice, SEC-1\): it is of sha256:\w+, found is sha256:\w+$/,
      )
    }
    write('banner', 'welcome\n')
    assert.equal((await json(LATE, 'audit')).exit_code, 0, 'it holds again for what it is of')
    write('banner', 'keep out\n')
    assert.equal((await json(LATE, 'audit')).exit_code, 0)
    write('banner', 'welcome all\n')
    assert.equal((await json(LATE, 'audit')).exit_code, 3, 'also after it was repaired in between')
    waive({ expires: '2027-01-31' })
    assert.equal((await json(LATE, 'audit')).exit_code, 0, 'one that was renewed is of what is there now')
  })

  it('of a value that is named are of that one only', async () => {
    const { write, waive, json } = scene({ value: 'nothing of the kind' })
    write('banner', 'welcome\n')
    const first = await json(MONDAY, 'audit')
    assert.deepEqual([first.exit_code, first.notes.length], [3, 1])
    waive({ value: first.results[0].changes.at(-1).before })
    assert.equal((await json(TUESDAY, 'audit')).exit_code, 0)
  })

  it('that answered for nothing are named, and none where a part was looked at', async () => {
    const { json } = scene()
    const idle =
      /^the waiver of SSH-TEST-01 \(.*waivers\.yml:2:5\) answered for nothing: all is as wanted on localhost$/
    assert.match((await json(MONDAY, 'check')).notes[0], idle)
    assert.equal((await json(MONDAY, 'check', '--start-at-task', 'the note is there')).notes, undefined)
    assert.equal((await json(MONDAY, 'check', '--limit', 'localhost')).notes, undefined)
  })

  it('that are wrong end it before anything is touched or kept', async () => {
    const { write, read, typedAt, kept } = scene({
      more: '    tiket: X\n  - control: SSH-TEST-1\n    hosts: localhost\n    reason: r\n    owner: o\n    expires: soon\n',
    })
    write('note', '')
    const { code, stdout, stderr } = await typedAt(MONDAY, 'run', '--history')
    assert.deepEqual([code, stdout, read('note')], [1, '', ''])
    assert.equal(
      stderr,
      `~/waivers.yml:8:5: a waiver has no "tiket"
    8 |     tiket: X
      |     ^
  hint: did you mean "ticket"?
~/waivers.yml:9:14: no control is called "SSH-TEST-1"
    9 |   - control: SSH-TEST-1
      |              ^
  hint: did you mean "SSH-TEST-01"?
~/waivers.yml:13:14: "soon" is no day
   13 |     expires: soon
      |              ^
  hint: write it as 2027-03-31, or as 2027-03-31T12:00:00Z
`,
    )
    assert.equal(await kept(), null)
  })
})
