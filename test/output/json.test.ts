import assert from 'node:assert/strict'
import { errorDocument, jsonOutput, reportDocument } from '../../src/output/json.ts'
import { eventDocument } from '../../src/output/ndjson.ts'
import { counts, ended, finished, report, result, rootLogin, started } from './events.ts'

describe('the JSON document', () => {
  it('holds a report in snake case, optional members only where they apply', () => {
    const results = [
      result({
        status: 'changed',
        changes: [rootLogin, { field: 'public_key', before: null, after: null, later: true }],
        tags: ['ssh'],
        notes: ['said'],
        item: 'alice',
        itemIndex: 0,
        handler: true,
        machine: 'localhost',
      }),
      result({ status: 'failed', message: 'no', ignored: true }),
    ]
    assert.deepEqual(
      reportDocument(report({ results, hosts: new Map([['web1', counts({ ok: 2, changed: 1, ignored: 1 })]]) })),
      {
        version: 1,
        command: 'run',
        started: '2026-11-25T02:00:00.000Z',
        finished: '2026-11-25T02:00:03.000Z',
        exit_code: 0,
        hosts: {
          web1: {
            ok: 2,
            changed: 1,
            drift: 0,
            failed: 0,
            unreachable: 0,
            skipped: 0,
            waiting: 0,
            rescued: 0,
            ignored: 1,
          },
        },
        results: [
          {
            host: 'web1',
            play: 'keys only',
            play_index: 0,
            task: 'no root logins',
            task_index: 0,
            module: 'sshd_config_line',
            status: 'changed',
            changes: [rootLogin, { field: 'public_key', before: null, after: null, later: true }],
            message: '',
            at: 'site.yml:7:5',
            duration_ms: 12,
            tags: ['ssh'],
            item: 'alice',
            handler: true,
            machine: 'localhost',
            notes: ['said'],
          },
          {
            host: 'web1',
            play: 'keys only',
            play_index: 0,
            task: 'no root logins',
            task_index: 0,
            module: 'sshd_config_line',
            status: 'failed',
            changes: [],
            message: 'no',
            at: 'site.yml:7:5',
            duration_ms: 12,
            tags: [],
            ignored: true,
          },
        ],
      },
    )
  })

  it('names the tasks that a second interrupt left in the middle', () => {
    let text = ''
    const output = jsonOutput((more) => {
      text += more
    })
    const begin = (host: string, task: string) =>
      ({ kind: 'task started', host, playIndex: 0, taskIndex: 0, task, module: 'command' }) as const
    const events = [
      ...started(['web1', 'web2']),
      begin('web1', 'sleeps'),
      begin('web2', 'is done'),
      ended({ host: 'web2' }),
      finished({ exitCode: 130, interrupted: true, notes: ['said'] }),
    ]
    for (const event of events) output.tell(event)
    assert.deepEqual(JSON.parse(text).notes, ['said', 'left in the middle on web1, and may be done or not: sleeps'])
  })

  it('leaves out the diff of a task that hides it', () => {
    const document = reportDocument(
      report({ results: [result({ status: 'changed', changes: [rootLogin], hidden: true })] }),
    )
    assert.equal('diff' in (document.results[0]?.changes[0] ?? {}), false)
  })

  it('holds every mistake of wrong input', () => {
    const mistakes = [
      { message: 'unknown key', at: { file: 'site.yml', line: 7, column: 5 }, hint: 'did you mean "hosts"?' },
      { message: 'no such file' },
    ]
    assert.deepEqual(errorDocument({ command: 'check', mistakes }), {
      version: 1,
      command: 'check',
      exit_code: 1,
      errors: [
        { at: 'site.yml:7:5', message: 'unknown key', hint: 'did you mean "hosts"?' },
        { message: 'no such file' },
      ],
    })
  })

  it('as a stream says what each line is', () => {
    assert.equal(eventDocument(ended()).event, 'task_ended')
    assert.equal(eventDocument(ended()).at, 'site.yml:7:5')
    assert.deepEqual(
      eventDocument({
        kind: 'host ended',
        host: 'web1',
        playIndex: 0,
        unreachable: { message: 'no', hostKey: { verdict: 'unknown', type: 'ssh-ed25519', fingerprint: 'SHA256:one' } },
      }),
      {
        event: 'host_ended',
        host: 'web1',
        play_index: 0,
        unreachable: {
          message: 'no',
          host_key: { verdict: 'unknown', type: 'ssh-ed25519', fingerprint: 'SHA256:one' },
        },
      },
    )
  })
})
