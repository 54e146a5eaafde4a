import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { openDatabase } from '../../src/history/database.ts'
import { folder } from '../kit/story.ts'
import { type Typed, typedIn } from './typed.ts'

/** A folder with a playbook about files beside it, and command lines that have a home there. */
const scene = () => {
  const directory = folder({
    'site.yml': `
- name: files
  hosts: localhost
  connection: local
  gather_facts: false
  tasks:
    - name: the banner is there
      control: { id: SSH-TEST-01, severity: high }
      line_in_file: { path: PLACE/banner, line: keep out }
    - name: the note is there
      line_in_file: { path: PLACE/note, line: hello }
`,
    banner: 'welcome\n',
    note: 'hello\n',
  })
  const playbook = join(directory, 'site.yml')
  writeFileSync(playbook, readFileSync(playbook, 'utf8').replaceAll('PLACE', directory))
  const file = join(directory, '.local/state/keyward/history.db')
  const typedAt = async (time: string, ...words: readonly string[]): Promise<Typed> => {
    const about = { clock: () => new Date(time), environment: { HOME: directory } }
    const { code, stdout, stderr } = await typedIn(about, words)
    const bare = (text: string): string => text.replaceAll(directory, '~')
    return { code, stdout: bare(stdout), stderr: bare(stderr) }
  }
  const audit = async (time: string, ...words: readonly string[]): Promise<Typed> =>
    await typedAt(time, 'audit', playbook, ...words)
  const history = async (...words: readonly string[]): Promise<Typed> => await typedAt(LATE, 'history', ...words)
  const json = async (...words: readonly string[]) => JSON.parse((await history(...words, '--output', 'json')).stdout)
  return { directory, playbook, file, audit, history, json, typedAt }
}

const MONDAY = '2026-11-23T02:15:00.000Z'
const TUESDAY = '2026-11-24T02:15:00.000Z'
const LATE = '2026-11-30T12:00:00.000Z'

/** Without what differs from run to run. */
const plain = (text: string): string =>
  text
    .replaceAll(/\b[0-9a-f]{64}\b/g, 'HASH')
    .replaceAll(/(\d{8}-\d{6})-[0-9a-f]{4}/g, '$1-xxxx')
    .replaceAll(/ +$/gm, '')

describe('keyward history', () => {
  const zone = process.env.TZ
  before(() => {
    process.env.TZ = 'Europe/Zurich'
  })
  after(() => {
    if (zone === undefined) delete process.env.TZ
    else process.env.TZ = zone
  })

  it('lists audits, newest first, in local time', async () => {
    const { directory, audit, history } = scene()
    assert.equal((await audit(MONDAY)).code, 3)
    writeFileSync(join(directory, 'banner'), 'keep out\n')
    assert.equal((await audit(TUESDAY, '--schedule', 'nightly', '--slot', TUESDAY)).code, 0)
    const { code, stdout, stderr } = await history()
    assert.equal(
      // paths were longer when the columns were made
      plain(stdout).replaceAll(/(playbooks) +(hosts)/g, '$1   $2'),
      `  run                   when                 command  playbooks   hosts  passed  findings  waived  failed  unjudged  exit  schedule
  20261124-021500-xxxx  2026-11-24 03:15:00  audit    ~/site.yml  1      2       0         0       0       0         0     nightly
  20261123-021500-xxxx  2026-11-23 03:15:00  audit    ~/site.yml  1      1       1         0       0       0         3
`,
    )
    assert.deepEqual([code, stderr], [0, ''])
  })

  it('shows one: what it was made of, what was not as wanted, and its link of the chain', async () => {
    const { audit, history } = scene()
    await audit(MONDAY)
    const { stdout } = await history('latest')
    assert.equal(
      plain(stdout).replaceAll(/keyward \d\S*/g, 'keyward VERSION'),
      `20261123-021500-xxxx: audit, exit code 3
  when       2026-11-23 03:15:00 to 2026-11-23 03:15:00
  playbooks  ~/site.yml
  inventory
  hosts      1
  tasks      1 passed, 1 finding, 0 waived, 0 failed, 0 unjudged

made of, by keyward VERSION
  playbooks  HASH  ~/site.yml

localhost
  drift  the banner is there [SSH-TEST-01, high]
    since  2026-11-23 03:15:00
    --- ~/banner
    +++ ~/banner
    @@ -1,1 +1,2 @@
     welcome
    +keep out

chain
  entry  1
  hash   HASH
  after  HASH
  head   HASH
`,
    )
  })

  it('gives each form as JSON', async () => {
    const { directory, file, audit, json } = scene()
    await audit(MONDAY)
    await audit(MONDAY)
    const list = await json()
    assert.deepEqual([list.version, list.command, list.exit_code], [1, 'history', 0])
    assert.equal(list.file, file.replace(directory, '~'))
    assert.deepEqual(
      list.runs.map((run: { entry: number }) => run.entry),
      [2, 1],
    )
    const [newest, oldest] = list.runs
    assert.notEqual(newest.id, oldest.id, 'two runs of one second have ids of their own')
    assert.equal(newest.series, oldest.series)
    const one = await json('latest~1')
    assert.deepEqual(one.run, oldest)
    assert.equal(one.head, newest.hash)
    assert.equal(one.document.id, oldest.id)
    assert.equal(one.document.head, oldest.hash)
    assert.equal(one.document.results[0].control.ids[0], 'SSH-TEST-01')
    assert.equal(one.document.results[0].first_seen, MONDAY)
    assert.equal(one.document.inputs.playbooks.length, 1)
    assert.deepEqual((await json('--slots')).slots, [])
    assert.deepEqual((await json('verify')).faults, [])
    assert.deepEqual((await json('prune', '--keep-runs', '1')).dropped, [oldest.id])
  })

  it('compares an audit with the last one, past runs that were none', async () => {
    const { directory, playbook, audit, typedAt } = scene()
    const first = JSON.parse((await audit(MONDAY, '--output', 'json')).stdout)
    assert.equal(first.drift.since, undefined)
    await typedAt(MONDAY, 'check', playbook, '--history')
    writeFileSync(join(directory, 'note'), 'bye\n')
    const second = JSON.parse((await audit(TUESDAY, '--output', 'json')).stdout)
    assert.deepEqual(second.drift.since, { id: first.id, finished: MONDAY })
    assert.deepEqual(
      second.drift.hosts.localhost.map(({ how, task }: { how: string; task: string }) => [how, task]),
      [
        ['persists', 'the banner is there'],
        ['new', 'the note is there'],
      ],
    )
    assert.equal(second.results[0].first_seen, MONDAY)
  })

  it('prints the head that the chain is verified against, whatever comes behind it', async () => {
    const { audit, history } = scene()
    const { head } = JSON.parse((await audit(MONDAY, '--output', 'json')).stdout)
    await audit(TUESDAY)
    const { code, stdout } = await history('verify', '--head', head)
    assert.equal(code, 0)
    assert.match(stdout, /^the history "~.*history.db" holds: 2 entries\nhead [0-9a-f]{64}\n$/)
  })

  it('verifies: says what was altered, and that the tail was cut', async () => {
    const { file, audit, history } = scene()
    await audit(MONDAY)
    const { head } = JSON.parse((await audit(TUESDAY, '--output', 'json')).stdout)
    const database = await openDatabase(file)
    database.exec(`UPDATE entry SET summary = replace(summary, '"findings":1', '"findings":0') WHERE seq = 1`)
    database.exec('DELETE FROM entry WHERE seq = 2; DELETE FROM body WHERE seq = 2')
    database.close()
    const { code, stdout } = await history('verify', '--head', head)
    assert.equal(code, 2)
    assert.equal(
      plain(stdout),
      `the history "~/.local/state/keyward/history.db" does not hold: 2 faults
  entry 1 (run 20261123-021500-xxxx) was altered: its hash is not that of what it says
  the head HASH is in no entry: the newest entries were cut off, or the history was written anew
head HASH
`,
    )
  })

  it('prunes, marks what it pruned, and holds', async () => {
    const { audit, history } = scene()
    await audit(MONDAY)
    await audit(TUESDAY)
    assert.equal(
      plain((await history('prune', '--keep-days', '3')).stdout),
      `1 run is dropped, and the chain says so:\n  20261123-021500-xxxx\n`,
    )
    assert.equal((await history('prune', '--keep-days', '3')).stdout, 'nothing is too many or too old\n')
    assert.match((await history()).stdout, /^ {2}20261123-.*\(pruned\)$/m)
    assert.match((await history('latest~1')).stdout, /what it found was pruned; the chain holds its hash/)
    assert.match((await history('verify')).stdout, /holds: 3 entries, 1 of them pruned\n/)
  })

  it('keeps so many of a series by itself, and other series alone', async () => {
    const { directory, audit, history, typedAt } = scene()
    await audit(MONDAY)
    const playbook = join(directory, 'other.yml')
    writeFileSync(playbook, '- hosts: localhost\n  connection: local\n  gather_facts: false\n  tasks: []\n')
    await typedAt(MONDAY, 'audit', playbook)
    for (const _ of [1, 2, 3]) await audit(TUESDAY, '--keep-runs', '2')
    const marks = (await history()).stdout
      .split('\n')
      .slice(1, -1)
      .map((line) => line.includes('(pruned)'))
    assert.deepEqual(marks, [false, false, true, false, true])
    assert.equal((await history('verify')).code, 0)
  })

  it('keeps check and run where it is told so, and not else', async () => {
    const { playbook, file, history, typedAt } = scene()
    await typedAt(MONDAY, 'check', playbook)
    assert.equal(existsSync(file), false)
    await typedAt(MONDAY, 'run', playbook, '--history')
    assert.match((await history()).stdout, /^ {2}20261123-\S+ .* run /m)
    const { code, stderr } = await typedAt(MONDAY, 'check', playbook, '--history-file', file)
    assert.equal(code, 1)
    assert.match(stderr, /--history-file says where the run is kept, and it is not to be\n.*add --history/)
  })

  it('fails before anything is touched where the history cannot be written', async () => {
    const { directory, playbook, typedAt } = scene()
    const place = join(directory, 'note')
    const { code, stderr } = await typedAt(MONDAY, 'run', playbook, '--history', '--history-file', place)
    assert.equal(code, 1)
    assert.match(stderr, /cannot write the history "~\/note": it is no history of keyward/)
    assert.equal(readFileSync(join(directory, 'banner'), 'utf8'), 'welcome\n')
  })

  it('holds nothing of what a task hides', async () => {
    const { directory, playbook, file, audit } = scene()
    writeFileSync(
      playbook,
      `- hosts: localhost
  connection: local
  gather_facts: false
  vars: { word: tops3cret }
  tasks:
    - { no_log: true, name: hidden, line_in_file: { path: ${directory}/banner, line: "{{ word }}" } }
    - { diff: false, name: undiffed, line_in_file: { path: ${directory}/note, line: "{{ word }}" } }
`,
    )
    assert.equal((await audit(MONDAY)).code, 3)
    const database = await openDatabase(file)
    const [row] = database.all<{ gzip: Uint8Array }>('SELECT gzip FROM body')
    const text = gunzipSync(row?.gzip ?? new Uint8Array()).toString('utf8')
    database.close()
    assert.match(text, /undiffed/)
    assert.doesNotMatch(text, /tops3cret/)
  })

  const refused: readonly (readonly [words: readonly string[], said: RegExp])[] = [
    [
      ['latest'],
      /there is no history "~\/\.local\/state\/keyward\/history\.db" yet\n.*keyward audit keeps its runs there/,
    ],
    [['latest', '--head', 'a'.repeat(64)], /--head is for: keyward history verify/],
    [['verify', '--head', 'abc'], /--head abc: it is no hash/],
    [['latest', '--slots'], /--slots lists the slots of schedules: "latest" says nothing to it/],
  ]
  for (const [words, said] of refused)
    it(`refuses: history ${words.join(' ').slice(0, 30)}`, async () => {
      const { history } = scene()
      const { code, stderr } = await history(...words)
      assert.equal(code, 1)
      assert.match(stderr, said)
    })
})
