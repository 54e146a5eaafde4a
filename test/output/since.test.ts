import assert from 'node:assert/strict'
import type { Event } from '../../src/engine/event.ts'
import type { Drifted, Kept } from '../../src/engine/kept.ts'
import { linesOutput } from '../../src/output/lines.ts'
import { paints } from '../../src/output/paint.ts'
import { driftLines } from '../../src/output/since.ts'
import { treeOutput } from '../../src/output/tree.ts'
import { counts, finished, result } from './events.ts'

const offers = { run: () => 'keyward run site.yml', retry: () => 'again', trust: () => 'keyward trust' }

const paint = paints(false)

const one = (about: Partial<Drifted> = {}): Drifted => ({
  how: 'new',
  play: 'keys only',
  task: 'passwords are refused',
  item: null,
  control: { ids: ['SSH-AUTH-01'], title: null, severity: 'high', references: [] },
  cause: 'host',
  firstSeen: '2026-11-01T02:15:00.000Z',
  lastChanged: '2026-11-01T02:15:00.000Z',
  before: { effective: 'no', stored: 'no' },
  now: { effective: 'yes', stored: 'no' },
  source: [{ file: '/etc/ssh/sshd_config.d/00-hand.conf', line: 1, modifiedMs: Date.UTC(2026, 10, 24, 22, 1) }],
  waived: null,
  message: '',
  ...about,
})

const lines = (hosts: Readonly<Record<string, readonly Drifted[]>>, most?: number): readonly string[] =>
  driftLines(new Map(Object.entries(hosts)), most === undefined ? { paint } : { paint, most })

const kept = (about: Partial<Kept> = {}): Kept => ({
  id: '20261125-021500-7f3a',
  head: 'ab'.repeat(32),
  file: '/home/ops/history.db',
  inputs: { version: '1.2.0', playbooks: [], inventory: [] },
  seen: new Map(),
  drift: null,
  ...about,
})

const since = { id: '20261124-021500-0001', finished: '2026-11-24T02:15:09.000Z' }

const told = (event: Event): string => {
  let text = ''
  linesOutput(
    (more) => {
      text += more
    },
    { paint, diffs: false, verbosity: 0, offers },
  ).tell(event)
  return text
}

const fleet = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `web${String(index + 1).padStart(3, '0')}`)

const onAll = (count: number, list: (host: string, index: number) => readonly Drifted[]) =>
  Object.fromEntries(fleet(count).map((host, index) => [host, list(host, index)]))

describe('what differs since the last audit', () => {
  const zone = process.env.TZ
  before(() => {
    process.env.TZ = 'Europe/Prague'
  })
  after(() => {
    if (zone === undefined) delete process.env.TZ
    else process.env.TZ = zone
  })

  it('is told below the recap, with where the run is kept, and then what to type next', () => {
    const drift = {
      since,
      hosts: new Map([
        ['web1', [one(), one({ how: 'persists', task: 'no agent forwarding', control: null, cause: null })]],
        ['web2', [one({ how: 'unjudged', cause: null, now: null, message: 'unreachable: no route to host' })]],
      ]),
    }
    const hosts = new Map([
      ['web1', counts({ ok: 3, drift: 2 })],
      ['web2', counts({ unreachable: 1 })],
    ])
    assert.equal(
      told(finished({ mode: 'audit', hosts, kept: kept({ drift }) })),
      `
recap
web1 : ok=3   changed=0   unreachable=0   failed=0   skipped=0   rescued=0   ignored=0   drift=2   waiting=0
web2 : ok=0   changed=0   unreachable=1   failed=0   skipped=0   rescued=0   ignored=0   drift=0   waiting=0

since the audit of 2026-11-24 03:15 (20261124-021500-0001):
  new          passwords are refused [SSH-AUTH-01] on web1: changed on the host
                 effective: no -> yes
                 at /etc/ssh/sshd_config.d/00-hand.conf:1, modified 2026-11-24 23:01
  still there  no agent forwarding on web1: since 2026-11-01 03:15
  not judged   passwords are refused [SSH-AUTH-01] on web2, seen since 2026-11-01 03:15: unreachable: no route to host

kept as 20261125-021500-7f3a in /home/ops/history.db, head ${'ab'.repeat(32)}

nothing was touched; to converge 1 of 2 hosts:
  keyward run site.yml
`,
    )
  })

  it('is not told of a run that is not kept', () => {
    assert.doesNotMatch(told(finished({ mode: 'check' })), /kept|since|audit/)
  })

  it('is not told of a run that is no audit, which is kept all the same', () => {
    const text = told(finished({ mode: 'run', kept: kept() }))
    assert.match(text, /\n\nkept as 20261125-021500-7f3a in .*\n$/)
    assert.doesNotMatch(text, /since/)
  })

  it('has nothing to be compared with in the first audit', () => {
    const text = told(finished({ mode: 'audit', kept: kept({ drift: { since: null, hosts: new Map() } }) }))
    assert.match(text, /\n\nfirst audit of these: nothing to compare with\n\nkept as /)
  })

  it('names hosts whose findings have nothing to be compared with', () => {
    const seen = new Map([
      [result({ host: 'web1' }), { firstSeen: '', lastChanged: '' }],
      [result({ host: 'web2' }), { firstSeen: '', lastChanged: '' }],
    ])
    const drift = { since, hosts: new Map([['web1', [one()]]]) }
    const hosts = new Map(['web1', 'web2', 'web3'].map((host) => [host, counts()]))
    assert.match(
      told(finished({ mode: 'audit', hosts, kept: kept({ seen, drift }) })),
      /\n {2}first audit of web2: nothing to compare with\n/,
    )
  })

  it('says so where nothing is news', () => {
    assert.deepEqual(lines({}), ['  nothing is new, changed or fixed'])
    assert.deepEqual(lines({ web1: [one({ how: 'persists' })] }), [
      '  nothing is new, changed or fixed',
      '  still there  passwords are refused [SSH-AUTH-01] on web1: since 2026-11-01 03:15',
    ])
  })

  const causes: readonly (readonly [string, Partial<Drifted>])[] = [
    ['changed on the host', { cause: 'host' }],
    ['the playbook changed', { cause: 'playbook' }],
    ['the host and the playbook changed', { cause: 'both' }],
    ['why is not known', { cause: null }],
    ['judged for the first time', { cause: null, before: null, message: 'judged for the first time' }],
    ['changed on the host; a finding since 2026-11-01 03:15', { how: 'changed' }],
    ['repaired by keyward run; it was there since 2026-11-01 03:15', { how: 'fixed', cause: 'keyward' }],
    [
      'changed on the host, or by a run that was not kept; it was there since 2026-11-01 03:15',
      { how: 'fixed', cause: 'host' },
    ],
    [
      'changed on the host, waived until 2026-12-24 01:00 (alice, SEC-1)',
      {
        waived: {
          subject: 'SSH-AUTH-01',
          reason: 'old client',
          owner: 'alice',
          ticket: 'SEC-1',
          expires: '2026-12-24T00:00:00.000Z',
          value: null,
          at: 'waivers.yml:2:5',
        },
      },
    ],
  ]
  for (const [words, about] of causes)
    it(`says in plain words: ${words}`, () => {
      const found = lines({ web1: [one(about)] }).find((line) => line.includes('passwords are refused'))
      assert.equal(found?.slice(found.indexOf(': ') + 2), words)
    })

  it('shows the first few fields that differ, and of a text only that it does', () => {
    const digest = (digit: string): string => `sha256:${digit.repeat(64)}`
    const about = {
      source: [],
      before: { text: digest('a'), list: ['a'], flag: false, three: 1, four: 1 },
      now: { text: digest('b'), list: ['a', 'b'], flag: true, three: 2, four: null },
    }
    assert.deepEqual(
      lines({ web1: [one(about)] })
        .slice(1)
        .map((line) => line.trim()),
      ['text: changed', 'list: [a] -> [a, b]', 'flag: no -> yes', 'and 2 more'],
    )
  })

  it('shows the old value alone where the new one is not known', () => {
    const about = { how: 'fixed' as const, cause: null, source: [], before: { effective: 'yes' }, now: null }
    assert.deepEqual(lines({ web1: [one(about)] }).slice(1), ['                 effective: was yes'])
  })

  it('spells out what a host could write over the screen with', () => {
    const [head, value] = lines({ web1: [one({ item: 'a\nb', now: { effective: '\u001b[2Jyes' } })] })
    assert.match(head ?? '', /\(a\\nb\)/)
    assert.match(value ?? '', /no -> \\x1b\[2Jyes/)
  })

  it('says once what is the same on many hosts, whatever the times', () => {
    const hosts = onAll(200, (_, index) => [
      one({ source: [{ file: '/etc/ssh/sshd_config', modifiedMs: Date.UTC(2026, 10, 24, 22, index % 3) }] }),
      one({ how: 'persists', task: 'a banner', control: null, firstSeen: `2026-11-0${1 + (index % 9)}T02:15:00.000Z` }),
    ])
    assert.deepEqual(lines(hosts), [
      '  new          passwords are refused [SSH-AUTH-01] on web001, web002 and 198 more: changed on the host',
      '                 effective: no -> yes',
      '                 at /etc/ssh/sshd_config, modified 2026-11-24 23:00 to 2026-11-24 23:02',
      '  still there  a banner on web001, web002 and 198 more: since 2026-11-01 03:15 to 2026-11-09 03:15',
    ])
  })

  it('says once why many hosts were not judged, whatever their addresses', () => {
    const hosts = onAll(200, (host, index) => [
      one({ how: 'unjudged', task: 'a', message: `unreachable: ${host}: connection refused by 10.0.0.${index}:22` }),
      one({ how: 'unjudged', task: 'b', message: `unreachable: ${host}: connection refused by 10.0.0.${index}:22` }),
    ])
    assert.deepEqual(lines(hosts).slice(1), [
      '  not judged   400 findings on web001, web002 and 198 more, seen since 2026-11-01 03:15: unreachable: web001: connection refused by 10.0.0.0:22',
    ])
  })

  it('tells what differs apart: another value, another place, another cause', () => {
    const hosts = {
      web1: [one()],
      web2: [one({ now: { effective: 'other' } })],
      web3: [one({ source: [] })],
      web4: [one({ cause: 'both' })],
      web5: [one()],
    }
    assert.deepEqual(
      lines(hosts).flatMap((line) => /on (.*):/.exec(line)?.[1] ?? []),
      ['web1, web5', 'web2', 'web3', 'web4'],
    )
  })

  it('fits a screen on a terminal, however many hosts differ each in its own way', async () => {
    const hosts = onAll(200, (host) => [
      one({ now: { effective: host } }),
      one({ how: 'changed', now: { effective: host } }),
      one({ how: 'fixed', now: { effective: host } }),
      one({ how: 'persists', task: `only ${host}` }),
      one({ how: 'unjudged', message: `failed: no ${host.replace('web', 'file')}` }),
    ])
    let text = ''
    const write = (more: string): void => {
      text += more
    }
    const output = treeOutput(
      { write, size: () => ({ columns: 100, rows: 50 }), unicode: true },
      { paint, diffs: false, verbosity: 0, offers },
    )
    const drift = { since, hosts: new Map(Object.entries(hosts)) }
    output.tell(finished({ mode: 'audit', kept: kept({ drift }) }))
    await output.close()
    assert.equal(text.split('\n').filter((line) => line.startsWith('  ')).length, 3 * (4 * 3 + 1) + 2 * (4 + 1))
    assert.match(text, / {2}new {10}and 196 more: /)
  })
})
