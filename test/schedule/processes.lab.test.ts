import assert from 'node:assert/strict'
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { folder, keyward, mainFile } from '../kit/story.ts'

// Real processes, the machine's own clock, and a run on this machine that takes its time.

describe('schedules with real processes', () => {
  let place: string
  const children: ChildProcess[] = []
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL')
  })

  const given = (seconds: number, more = 'every: 2s'): void => {
    place = folder({
      'site.yml': `- hosts: all
  connection: local
  tasks:
    - name: it takes its time
      command: touch {{ playbook_dir }}/began
    - name: it takes its time
      command: sleep ${seconds}
    - name: it ends
      command: touch {{ playbook_dir }}/ended
`,
      'hosts.yml': 'all: {hosts: {here: {}}}\n',
      'schedule.yml': `schedules:\n  - {name: often, playbook: site.yml, inventory: hosts.yml, mode: run, ${more}}\nhistory: history.db\n`,
    })
  }
  const file = (name: string): string => join(place, name)
  const started = (...argv: readonly string[]): ChildProcess => {
    const child = spawn(process.execPath, [mainFile, ...argv], { cwd: place, stdio: ['ignore', 'pipe', 'inherit'] })
    children.push(child)
    return child
  }
  const until = async (holds: () => boolean): Promise<void> => {
    for (let left = 400; !holds(); left -= 1) {
      assert.ok(left > 0, 'it did not come in 20 s')
      await pause(50)
    }
  }
  const ended = (child: ChildProcess): Promise<number | null> => new Promise((resolve) => child.once('exit', resolve))
  const slots = async (): Promise<readonly { status: string; reason: string; runs: readonly string[] }[]> => {
    const told = await keyward(['history', '--slots', '--output', 'json', '--history-file', file('history.db')])
    return told.json<{ slots: readonly { status: string; reason: string; runs: readonly string[] }[] }>().slots
  }

  it('a tick that is killed leaves its run to its end, and the slot is recorded as killed, once', async () => {
    given(3, 'every: 2s, overlap: skip')
    await keyward(['schedule', 'tick', file('schedule.yml')])
    await pause(2100)
    const tick = started('schedule', 'tick', file('schedule.yml'))
    await until(() => existsSync(file('began')))
    tick.kill('SIGKILL')
    await ended(tick)
    const meanwhile = await keyward(['schedule', 'tick', file('schedule.yml')])
    assert.doesNotMatch(meanwhile.stdout, /killed|ran/)
    await until(() => existsSync(file('ended')))
    // its run has yet to be kept
    await pause(1500)
    const after = await keyward(['schedule', 'tick', file('schedule.yml')])
    assert.match(after.stdout, /killed: keyward was killed while it ran \(.*\) {2}\d{8}-\d{6}-\w+/)
    assert.equal(after.code, 2)
    const killed = (await slots()).filter(({ status }) => status === 'killed')
    assert.equal(killed.length, 1)
    assert.equal(killed[0]?.runs.length, 1)
    const verified = await keyward(['history', 'verify', '--history-file', file('history.db')])
    assert.equal(verified.code, 0, verified.stdout)
  }).timeout(60_000)

  it('two ticks at once run a slot once', async () => {
    given(1, 'every: 10s')
    await keyward(['schedule', 'tick', file('schedule.yml')])
    await pause(10_000 - (Date.now() % 10_000) + 100)
    const both = [started('schedule', 'tick', file('schedule.yml')), started('schedule', 'tick', file('schedule.yml'))]
    assert.deepEqual(await Promise.all(both.map(ended)), [0, 0])
    assert.deepEqual(
      (await slots()).map(({ status }) => status),
      ['ran'],
    )
  }).timeout(60_000)

  it('a daemon that is asked to end waits for what runs', async () => {
    given(2)
    const daemon = started('schedule', 'daemon', file('schedule.yml'))
    let said = ''
    daemon.stdout?.on('data', (text: Buffer) => {
      said += text.toString()
    })
    await until(() => existsSync(file('began')))
    writeFileSync(file('schedule.yml'), 'schedules: [{name: often}]\n')
    daemon.kill('SIGTERM')
    assert.equal(await ended(daemon), 0)
    assert.ok(existsSync(file('ended')))
    assert.match(said, /asked to end[\s\S]* ran [\s\S]*ended\n$/)
  }).timeout(60_000)

  it('a run that outlives its time is ended', async () => {
    given(60, 'every: 2s, timeout: 1s')
    await keyward(['schedule', 'tick', file('schedule.yml')])
    await pause(2100)
    const told = await keyward(['schedule', 'tick', file('schedule.yml')])
    assert.match(told.stdout, /timed-out: it took longer than 1 s/)
    assert.equal(existsSync(file('ended')), false)
  }).timeout(60_000)

  it('systemd takes the units that install writes', async () => {
    given(1)
    const config = folder({})
    const env = { XDG_CONFIG_HOME: config }
    const installed = await keyward(['schedule', 'install', file('schedule.yml'), '--user'], { env })
    assert.match(installed.stdout, /systemctl --user enable --now keyward-schedule\.timer/)
    const units = ['service', 'timer'].map((kind) => join(config, 'systemd', 'user', `keyward-schedule.${kind}`))
    execFileSync('systemd-analyze', ['verify', '--man=no', ...units], { stdio: 'pipe' })
    const again = await keyward(['schedule', 'install', file('schedule.yml'), '--user'], { env })
    assert.equal(again.code, 0)
    writeFileSync(units[0] ?? '', '[Service]\n')
    const refused = await keyward(['schedule', 'install', file('schedule.yml'), '--user'], { env })
    assert.equal(refused.code, 1)
    assert.equal(readFileSync(units[0] ?? '', 'utf8'), '[Service]\n')
  }).timeout(60_000)
})
