import assert from 'node:assert/strict'
import { stripVTControlCharacters } from 'node:util'
import type { Event } from '../../src/engine/event.ts'
import { linesOutput } from '../../src/output/lines.ts'
import { paints } from '../../src/output/paint.ts'
import { counts, ended, finished, result, rootLogin, started } from './events.ts'

const offers = {
  run: () => 'keyward run site.yml -i inventory.yml',
  retry: (hosts: readonly string[], flags: readonly string[]) =>
    ['keyward run site.yml -i inventory.yml', ...flags, '--limit', hosts.join(',')].join(' '),
  trust: (hosts: readonly string[]) => `keyward trust -i inventory.yml --limit ${hosts.join(',')}`,
}

const told = (
  events: readonly Event[],
  about: { diffs?: boolean; verbosity?: number; colored?: boolean } = {},
): string => {
  let text = ''
  const output = linesOutput(
    (more) => {
      text += more
    },
    { paint: paints(about.colored ?? false), diffs: about.diffs ?? false, verbosity: about.verbosity ?? 0, offers },
  )
  for (const event of events) output.tell(event)
  return text
}

const left = (host: string, unreachable?: (Event & { kind: 'host ended' })['unreachable']): Event => ({
  kind: 'host ended',
  host,
  playIndex: 0,
  ...(unreachable === undefined ? {} : { unreachable }),
})

describe('lines', () => {
  it('tell a run: what changed, what failed and where, the recap, and how to try again', () => {
    const text = told([
      ...started(['web1', 'database1']),
      ended({ host: 'web1', status: 'changed', changes: [rootLogin] }),
      ended({ host: 'database1' }),
      ended({
        host: 'database1',
        task: 'alice may log in',
        taskIndex: 1,
        status: 'failed',
        message: 'user "alice" does not exist\ngetent said nothing',
      }),
      left('database1'),
      ended({ host: 'web1', task: 'sshd obeys', taskIndex: 2, status: 'skipped', message: 'its "when" does not hold' }),
      left('web1'),
      { kind: 'play ended', playIndex: 0 },
      finished({
        exitCode: 2,
        hosts: new Map([
          ['web1', counts({ ok: 2, changed: 1, skipped: 1 })],
          ['database1', counts({ ok: 1, failed: 1 })],
        ]),
      }),
    ])
    assert.equal(
      text,
      `
play keys only: 2 hosts, 3 tasks
changed      web1       no root logins  /etc/ssh/sshd_config
failed       database1  alice may log in: user "alice" does not exist
    getent said nothing
    at site.yml:7:5

recap
web1      : ok=2   changed=1   unreachable=0   failed=0   skipped=1   rescued=0   ignored=0   drift=0   waiting=0
database1 : ok=1   changed=0   unreachable=0   failed=1   skipped=0   rescued=0   ignored=0   drift=0   waiting=0

to try the hosts again that failed:
  keyward run site.yml -i inventory.yml --limit database1
`,
    )
  })

  it('tell a dry run: diffs, fields, what waits, and the line that does it', () => {
    const text = told(
      [
        ...started(['web1'], 'check'),
        ended({
          status: 'drift',
          changes: [rootLogin, { field: 'mode', path: '/etc/ssh/sshd_config', before: '0644', after: '0600' }],
        }),
        ended({
          task: 'the boolean is on',
          status: 'drift',
          changes: [
            { field: 'running', before: false, after: true },
            { field: 'public_key', before: null, after: null, later: true },
            { field: 'groups', before: [], after: ['wheel', 'ssh'] },
            { field: 'kind', path: '/run/keys', before: null, after: 'directory' },
          ],
          notes: ['overruled by /etc/ssh/sshd_config.d/50-cloud-init.conf:1'],
        }),
        ended({ task: 'the key gets in', status: 'waiting', message: 'can be judged only after "no root logins"' }),
        left('web1'),
        finished({ mode: 'check', exitCode: 3, hosts: new Map([['web1', counts({ drift: 2, waiting: 1 })]]) }),
      ],
      { diffs: true },
    )
    assert.equal(
      text,
      `
play keys only: 1 host, 3 tasks
drift        web1  no root logins
    --- /etc/ssh/sshd_config
    +++ /etc/ssh/sshd_config
    @@ -1,2 +1,2 @@
     Port 22
    -PermitRootLogin yes
    +PermitRootLogin no
    /etc/ssh/sshd_config: mode: 0644 -> 0600
drift        web1  the boolean is on
    note: overruled by /etc/ssh/sshd_config.d/50-cloud-init.conf:1
    running: no -> yes
    public_key: none -> known after the run
    groups: [] -> [wheel, ssh]
    /run/keys: none -> directory
waiting      web1  the key gets in: can be judged only after "no root logins"

recap
web1 : ok=0   changed=0   unreachable=0   failed=0   skipped=0   rescued=0   ignored=0   drift=2   waiting=1

nothing was touched; to converge 1 of 1 host:
  keyward run site.yml -i inventory.yml
`,
    )
  })

  it('list all unknown host keys at once, with the one line that cures them', () => {
    const unknown = (host: string, fingerprint: string): Event =>
      left(host, {
        message: 'its host key is not known',
        hint: 'keyward trust shows and keeps it',
        hostKey: { verdict: 'unknown', type: 'ssh-ed25519', fingerprint },
      })
    const text = told([
      ...started(['web1', 'web2']),
      ended({
        host: 'web1',
        status: 'unreachable',
        message: 'its host key is not known (keyward trust shows and keeps it)',
      }),
      unknown('web1', 'SHA256:one'),
      unknown('web2', 'SHA256:two'),
      finished({
        exitCode: 4,
        hosts: new Map([
          ['web1', counts({ unreachable: 1 })],
          ['web2', counts({ unreachable: 1 })],
        ]),
      }),
    ])
    assert.equal(
      text,
      `
play keys only: 2 hosts, 3 tasks
unreachable  web1  its host key is not known
unreachable  web2  its host key is not known

recap
web1 : ok=0   changed=0   unreachable=1   failed=0   skipped=0   rescued=0   ignored=0   drift=0   waiting=0
web2 : ok=0   changed=0   unreachable=1   failed=0   skipped=0   rescued=0   ignored=0   drift=0   waiting=0

these host keys are not known yet:
  web1  ssh-ed25519  SHA256:one
  web2  ssh-ed25519  SHA256:two
compare them with what the machines themselves say (ssh-keygen -l -f /etc/ssh/ssh_host_…_key.pub), then trust them:
  keyward trust -i inventory.yml --limit web1,web2

to try the hosts again that failed:
  keyward run site.yml -i inventory.yml --limit web1,web2
`,
    )
  })

  it('give a hint once, however many hosts it is for', () => {
    const text = told([
      ...started(['web1', 'web2']),
      left('web1', { message: 'sudo wants a password', hint: 'add -K' }),
      left('web2', { message: 'sudo wants a password', hint: 'add -K' }),
    ])
    assert.equal(
      text,
      `
play keys only: 2 hosts, 3 tasks
unreachable  web1  sudo wants a password
    hint: add -K
unreachable  web2  sudo wants a password
`,
    )
  })

  it('tell what is as wanted only when asked to', () => {
    const events = [
      ...started(['web1']),
      ended(),
      ended({ task: 'reload', handler: true, item: 'ssh', machine: 'localhost' }),
    ]
    assert.equal(told(events), '\nplay keys only: 1 host, 3 tasks\n')
    assert.equal(
      told(events, { verbosity: 1 }),
      '\nplay keys only: 1 host, 3 tasks\nok           web1  no root logins\nok           web1  reload (ssh) (handler) (on localhost)\n',
    )
  })

  it('say why a task was skipped, but for a "when" that does not hold', () => {
    const events = [
      ...started(['web1']),
      ended({ status: 'skipped', message: 'its "when" does not hold' }),
      ended({ status: 'skipped', message: 'SELinux is disabled' }),
    ]
    assert.equal(
      told(events),
      '\nplay keys only: 1 host, 3 tasks\nskipped      web1  no root logins: SELinux is disabled\n',
    )
  })

  it('mark failures that count for nothing', () => {
    const text = told([
      ...started(['web1']),
      ended({ status: 'failed', message: 'no', ignored: true }),
      ended({ status: 'stuck', message: 'no', rescued: true }),
    ])
    assert.equal(
      text,
      `
play keys only: 1 host, 3 tasks
failed       web1  no root logins (ignored): no
    at site.yml:7:5
stuck        web1  no root logins (rescued): no
    at site.yml:7:5
`,
    )
  })

  it('put no brackets around those of a hidden label', () => {
    const text = told([...started(['web1']), ended({ status: 'changed', item: '(hidden by no_log)', hidden: true })])
    assert.match(text, /no root logins \(hidden by no_log\)\n/)
  })

  it('show nothing that a task hides', () => {
    const text = told([...started(['web1']), ended({ status: 'changed', changes: [rootLogin], hidden: true })], {
      diffs: true,
    })
    assert.equal(text, '\nplay keys only: 1 host, 3 tasks\nchanged      web1  no root logins\n')
  })

  it('spell out what could move a cursor', () => {
    const text = told([...started(['web1']), ended({ status: 'failed', message: 'bad \u001b[2Jline\r\u202e\udc80' })])
    assert.match(text, /bad \\x1b\[2Jline\\r\\u202e\\x80\n/)
  })

  it('keep names and labels on their line, and put values of several lines behind an indent', () => {
    const stdout = { field: 'stdout', before: null, after: 'one\ntwo\n' }
    const events = [
      ...started(['web1']),
      ended({ status: 'changed', task: 'a\ntask', item: 'x\n\ny', changes: [stdout] }),
    ]
    assert.equal(
      told(events, { diffs: true }),
      '\nplay keys only: 1 host, 3 tasks\nchanged      web1  a\\ntask (x\\n\\ny)\n    stdout: none -> one\n      two\n',
    )
  })

  it('say the same with colours', () => {
    const events = [
      ...started(['web1']),
      ended({ status: 'changed', changes: [rootLogin] }),
      finished({ hosts: new Map([['web1', counts({ ok: 1, changed: 1 })]]) }),
    ]
    const colored = told(events, { diffs: true, colored: true })
    assert.ok(colored.includes('\u001b[32m+PermitRootLogin no\u001b[39m'))
    assert.equal(stripVTControlCharacters(colored), told(events, { diffs: true }))
  })

  it('say that a dry run found nothing to do', () => {
    const text = told([
      ...started(['web1'], 'check'),
      finished({ mode: 'check', hosts: new Map([['web1', counts({ ok: 3 })]]) }),
    ])
    assert.match(text, /waiting=0\n\nnothing to do: everything is as wanted\n$/)
  })

  it('say that a run was interrupted, and how the counters stand with -vv', () => {
    const events: readonly Event[] = [
      ...started(['web1']),
      { kind: 'interrupted' },
      { kind: 'machine closed', machine: 'web1', counters: { flights: 2, channels: 1, bytesSent: 900 } },
      finished({ exitCode: 130, interrupted: true }),
    ]
    assert.match(told(events), /stopping: tasks that began are finished/)
    assert.match(told(events), /interrupted: what is listed above is done/)
    assert.match(told(events, { verbosity: 2 }), /web1: 2 flights, 1 channels, 900 bytes sent\n/)
  })

  it('offer -K where sudo wanted a password', () => {
    const failed = result({ status: 'failed', message: 'sudo wants a password (add -K)' })
    const text = told([finished({ exitCode: 2, results: [failed], hosts: new Map([['web1', counts({ failed: 1 })]]) })])
    assert.match(text, /\n {2}keyward run site\.yml -i inventory\.yml -K --limit web1\n$/)
  })

  it('name the tasks that a second interrupt left in the middle', () => {
    const begun: Event = {
      kind: 'task started',
      host: 'web1',
      playIndex: 0,
      taskIndex: 0,
      task: 'no root logins',
      module: 'x',
    }
    const text = told([...started(['web1']), begun, finished({ exitCode: 130, interrupted: true })])
    assert.match(text, /these were left in the middle, and may be done or not:\n {2}web1 {2}no root logins\n$/)
  })

  it('name a play that is skipped, and why', () => {
    const text = told([
      { kind: 'play skipped', play: 'keys only', playIndex: 0, why: 'no host is left of its pattern' },
    ])
    assert.equal(text, '\nplay keys only: skipped, no host is left of its pattern\n')
  })
})
