import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Typed, typedIn } from '../cli/typed.ts'
import { type Lab, type LabHost, startLab } from '../kit/lab.ts'
import { firstHost } from '../kit/outside.ts'
import { folder } from '../kit/story.ts'

// The third use from end to end: a schedule of seconds whose clock is handed in, on real hosts.

const PLAYBOOK = `- name: keys only
  hosts: all
  become: true
  tasks:
    - name: passwords are refused
      control: {id: SSH-AUTH-01, title: Passwords are refused, severity: high}
      sshd_config_line:
        keyword: PasswordAuthentication
        value: no
      notify: sshd has loaded it
  handlers:
    - name: sshd has loaded it
      control: {id: SSH-SVC-02, title: sshd runs what is on disk, severity: high}
      service_reload:
        name: sshd
`

const schedule = (mode: string): string => `schedules:
  - name: keys
    playbook: site.yml
    inventory: inventory.yml
    waivers: waivers.yml
    mode: ${mode}
    every: 10s
    notify: {on: [drift, fixed], via: [note]}
channels:
  note: {command: [sh, -c, 'cat >> notes.jsonl']}
metrics: keyward.prom
history: history.db
`

const waiver = (expires: Date): string => `waivers:
  - control: SSH-AUTH-01
    hosts: h1
    value: "yes"
    reason: the old backup client knows passwords only
    owner: alice
    ticket: SEC-1
    expires: ${expires.toISOString()}
`

interface Kept {
  readonly id: string
  readonly head: string
  readonly exit_code: number
  readonly results: readonly {
    readonly host: string
    readonly task: string
    readonly status: string
    readonly waived?: { readonly owner: string }
    readonly evidence?: {
      readonly effective: Readonly<Record<string, unknown>>
      readonly source: readonly { readonly file: string; readonly line?: number }[]
    }
  }[]
  readonly drift?: {
    readonly hosts: Readonly<
      Record<string, readonly { readonly how: string; readonly task: string; readonly cause?: string }[]>
    >
  }
}

describe('compliance on a schedule', () => {
  let lab: Lab
  let host: LabHost
  let place: string
  let now: Date
  const home = process.env.HOME
  const cwd = process.cwd()

  const typed = async (...argv: readonly string[]): Promise<Typed> =>
    await typedIn({ clock: () => now, environment: { HOME: lab.home, PATH: process.env.PATH ?? '' } }, argv)

  /** ten seconds later */
  const tick = async (): Promise<Typed> => {
    now = new Date(now.getTime() + 10_000)
    return await typed('schedule', 'tick', 'schedule.yml')
  }

  const latest = async (): Promise<Kept> =>
    JSON.parse((await typed('report', 'latest', '--format', 'json', '--history-file', 'history.db')).stdout) as Kept

  const write = (name: string, text: string): void => writeFileSync(join(place, name), text)

  const notes = (): readonly string[] =>
    existsSync(join(place, 'notes.jsonl'))
      ? readFileSync(join(place, 'notes.jsonl'), 'utf8').split('\n').filter(Boolean)
      : []

  const passwords = async (): Promise<string> =>
    (await host.exec('sshd -T -C user=admin,host=x,addr=192.0.2.1,laddr=192.0.2.2,lport=22')).stdout
      .toString()
      .match(/^passwordauthentication (\w+)$/m)?.[1] ?? ''

  before(async () => {
    lab = await startLab({ hosts: 2, name: 'compliance' })
    host = firstHost(lab)
    place = folder({
      'site.yml': PLAYBOOK,
      'inventory.yml': lab.inventory(),
      'schedule.yml': schedule('audit'),
      'waivers.yml': 'waivers: []\n',
    })
    process.env.HOME = lab.home
    process.chdir(place)
    now = new Date()
  })
  after(async () => {
    process.env.HOME = home
    process.chdir(cwd)
    await lab.stop()
  })

  it('begins with hosts that are as wanted, and its first slot says so', async () => {
    assert.equal((await typed('run', 'site.yml', '-i', 'inventory.yml')).code, 0)
    assert.equal((await typed('schedule', 'tick', 'schedule.yml')).code, 0, 'nothing is due when it is seen first')
    const { code, stdout, stderr } = await tick()
    assert.equal(code, 0, stdout + stderr)
    const { exit_code, results } = await latest()
    assert.equal(exit_code, 0)
    assert.deepEqual([...new Set(results.map(({ status }) => status))], ['ok'])
    assert.equal(
      results.filter(({ evidence }) => evidence !== undefined).length,
      results.length,
      'evidence when ok too',
    )
    assert.deepEqual(notes(), [])
  })

  it('finds what was changed on a host by hand, says where, and tells it once', async () => {
    await host.exec(
      'echo "PasswordAuthentication yes" > /etc/ssh/sshd_config.d/00-hand.conf && kill -HUP $(cat /run/sshd.pid)',
    )
    assert.equal(await passwords(), 'yes')
    const { code, stdout, stderr } = await tick()
    assert.equal(code, 3, stdout + stderr)
    const { results, drift } = await latest()
    const found = results.find((one) => one.host === 'h1' && one.status === 'drift')
    assert.equal(found?.evidence?.effective.effective, 'yes')
    assert.deepEqual(
      found?.evidence?.source.map(({ file, line }) => `${file}:${line}`),
      ['/etc/ssh/sshd_config.d/00-hand.conf:1'],
    )
    const fresh = drift?.hosts.h1?.find(({ task }) => task === 'passwords are refused')
    assert.equal(fresh?.how, 'new')
    assert.equal(fresh?.cause, 'host')
    assert.equal(drift?.hosts.h2, undefined)
    assert.equal(notes().length, 1)
    assert.equal((await tick()).code, 3)
    assert.equal(notes().length, 1, 'the same finding is told once')
    assert.match(readFileSync(join(place, 'keyward.prom'), 'utf8'), /^keyward_findings\{.*schedule="keys".*\} 1$/m)
  })

  it('names it in the report', async () => {
    const html = (await typed('report', '--to', 'report.html', '--history-file', 'history.db')).code
    assert.equal(html, 0)
    const page = readFileSync(join(place, 'report.html'), 'utf8')
    for (const word of ['SSH-AUTH-01', '00-hand.conf', 'h1', 'h2']) assert.ok(page.includes(word), word)
    const { stdout } = await typed('report', '--format', 'junit', '--history-file', 'history.db')
    assert.match(stdout, /<testsuites [^>]*failures="1"/)
  })

  it('lets somebody answer for it until a moment, and no longer', async () => {
    write('waivers.yml', waiver(new Date(now.getTime() + 15_000)))
    const first = await tick()
    assert.equal(first.code, 0, first.stdout + first.stderr)
    const waived = (await latest()).results.find(({ waived }) => waived !== undefined)
    assert.deepEqual([waived?.host, waived?.status, waived?.waived?.owner], ['h1', 'drift', 'alice'])
    const second = await tick()
    assert.equal(second.code, 3, 'the waiver has ended')
  })

  it('repairs it once the schedule says so', async () => {
    write('waivers.yml', 'waivers: []\n')
    write('schedule.yml', schedule('audit-then-run'))
    const { code, stdout, stderr } = await tick()
    assert.equal(code, 0, stdout + stderr)
    assert.equal(await passwords(), 'no')
    const { exit_code, drift } = await latest()
    assert.equal(exit_code, 0)
    assert.equal(drift?.hosts.h1?.find(({ task }) => task === 'passwords are refused')?.how, 'fixed')
    assert.equal(drift?.hosts.h1?.find(({ task }) => task === 'passwords are refused')?.cause, 'keyward')
  })

  it('leaves a record of every slot, and a history that verifies until somebody touches it', async () => {
    const { slots } = JSON.parse(
      (await typed('history', '--slots', '--output', 'json', '--history-file', 'history.db')).stdout,
    ) as { slots: readonly { status: string }[] }
    assert.deepEqual(
      slots.map(({ status }) => status),
      Array.from({ length: 6 }, () => 'ran'),
    )
    const { head } = await latest()
    assert.equal((await typed('history', 'verify', '--head', head, '--history-file', 'history.db')).code, 0)
    const { openDatabase } = await import('../../src/history/database.ts')
    const database = await openDatabase(join(place, 'history.db'))
    database.run('DELETE FROM entry WHERE seq = 2')
    database.close()
    assert.equal((await typed('history', 'verify', '--history-file', 'history.db')).code, 2)
  })
})
