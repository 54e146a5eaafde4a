import assert from 'node:assert/strict'
import { LATER } from '../../src/contract/later.ts'
import { Secret } from '../../src/contract/secret.ts'
import { bound, taskOf } from './written.ts'

/** What a task says of a parameter, and what its module is given. */
const GIVEN: readonly (readonly [string, unknown])[] = [
  ['user: 1.10', { user: '1.10' }],
  ['user: 0177', { user: '0177' }],
  ['user: 1e3', { user: '1e3' }],
  ['user: True', { user: 'True' }],
  ['user: no', { user: 'no' }],
  ['user: 2026-01-01', { user: '2026-01-01' }],
  ['user: 12:30:45', { user: '12:30:45' }],
  ['user: 5', { user: '5' }],
  ['user: "{{ number }}"', { user: '1.10' }],
  ['user: "v{{ number }}"', { user: 'v1.10' }],
  ['exclusive: yes', { exclusive: true }],
  ['exclusive: Off', { exclusive: false }],
  ["exclusive: '1'", { exclusive: true }],
  ['exclusive: 0', { exclusive: false }],
  ['exclusive: TRUE', { exclusive: true }],
  ['exclusive: "{{ flag }}"', { exclusive: true }],
  ['exclusive: y', { exclusive: true }],
  ['exclusive: T', { exclusive: true }],
  ['exclusive: N', { exclusive: false }],
  ['exclusive: f', { exclusive: false }],
  ['exclusive: "{{ letter }}"', { exclusive: true }],
  // null counts as not given, as Ansible's omit does
  ['exclusive: ~', {}],
  ['keys: null', {}],
  ['keys:', {}],
  ['state: "{{ nothing }}"', {}],
  ['passphrase: "{{ default secret null }}"', {}],
  ['options: "{{ default list null }}"', { options: ['a', 'b'] }],
  ["size: '42'", { size: 42 }],
  ['size: 042', { size: 42 }],
  ['size: "{{ size_text }}"', { size: 7 }],
  ['options: one', { options: ['one'] }],
  ['options: [1.10, no, True]', { options: ['1.10', 'no', 'True'] }],
  ['options: "{{ list }}"', { options: ['a', 'b'] }],
  ['options: ["x{{ number }}"]', { options: ['x1.10'] }],
  ["options: 'one,two'", { options: ['one,two'] }],
  ['keys: one', { keys: 'one' }],
  ['keys: [one, 2.0]', { keys: ['one', '2.0'] }],
  ["keys: ''", { keys: '' }],
  ['keys: []', { keys: [] }],
  ['value: no', { value: 'no' }],
  ['value: false', { value: false }],
  ['value: False', { value: false }],
  ['value: 22', { value: 22 }],
  ['value: 1.10', { value: '1.10' }],
  ['value: [22, 0022, a]', { value: [22, '0022', 'a'] }],
  ["mode: '0600'", { mode: '0600' }],
  ["mode: '755'", { mode: '755' }],
  ['path: ~/x', { path: '~/x' }],
  ['path: "/x {{ user_name }}"', { path: '/x alice' }],
]

const task = (param: string): string =>
  taskOf(`- key: { ${param.startsWith('user') ? '' : 'user: a, '}${param} }
  vars: { number: 1.10, flag: on, size_text: '7', list: [a, b], user_name: alice, letter: y, nothing: ~ }`)

describe('the values of parameters', () => {
  for (const [param, wanted] of GIVEN) {
    it(`takes ${param}`, async () => {
      const params = await bound(task(param))
      assert.deepEqual(params, { user: 'a', state: 'present', exclusive: false, ...(wanted as object) })
    })
  }

  it('makes secrets of what a parameter for secrets holds, as it is spelled', async () => {
    const params = (await bound(task('passphrase: 0042'))) as { passphrase: Secret }
    assert.ok(params.passphrase instanceof Secret)
    assert.equal(params.passphrase.reveal(), '0042')
  })

  it('keeps a text secret that was made with a secret', async () => {
    const registers = new Map([['pass', new Secret('hunter2')]])
    const params = (await bound(task('passphrase: "-{{ upper pass }}-"'), { registers })) as { passphrase: Secret }
    assert.equal(params.passphrase.reveal(), '-HUNTER2-')
    assert.equal(await bound(task('user: "-{{ pass }}-"'), { registers }), '"user" takes no secret')
    assert.equal(await bound(task('keys: [a, "{{ pass }}"]'), { registers }), '"keys" takes no secret')
    assert.equal(await bound(task('user: "{{ json pass }}"'), { registers }), '"user" takes no secret')
  })

  it('judges an act alone by changed_when, also where the run alone can tell whether it is one', async () => {
    const act = taskOf('- command: { cmd: echo, creates: "{{ made.path }}" }\n  changed_when: false')
    const registers = (path: string | null) => ({ registers: new Map<string, unknown>([['made', { path }]]) })
    assert.deepEqual(await bound(act, registers(null)), { cmd: 'echo' })
    assert.equal(
      await bound(act, registers('/x')),
      '"changed_when" is for acts: with these parameters command judges itself',
    )
  })

  it('takes a short command as its text', async () => {
    assert.deepEqual(await bound(taskOf('- command: echo "a b" 1.10')), { cmd: 'echo "a b" 1.10' })
    assert.deepEqual(await bound(taskOf('- command: 1.10')), { cmd: '1.10' })
    assert.deepEqual(await bound(taskOf('- command: echo\n  args: { creates: /x }')), { cmd: 'echo', creates: '/x' })
  })

  it('waits for what the run alone can know', async () => {
    const registers = new Map<string, unknown>([
      ['made', { public_key: LATER, changed: true }],
      ['all', { results: [{ public_key: LATER }] }],
      ['later', LATER],
    ])
    const words = [
      ['user: "{{ made.public_key }}"', '"made.public_key" is known after the run'],
      ['user: "x {{ made.public_key }}"', '"made.public_key" is known after the run'],
      ['user: "{{ upper made.public_key }}"', 'a part of its template is known after the run'],
      ['user: "{{ later.public_key }}"', '"later.public_key" is known after the run'],
      ['keys: ["{{ all.results.[0].public_key }}"]', '"all.results.[0].public_key" is known after the run'],
      ['keys: "{{ all.results }}"', 'a part of "keys" is known after the run'],
    ] as const
    for (const [param, why] of words) assert.equal(await bound(task(param), { registers }), why)
  })

  it('says what is wrong when it turns out on a host', async () => {
    const registers = new Map<string, unknown>([
      ['skipped', { skipped: true, changed: false }],
      ['made', { state: 'gone', number: null }],
    ])
    assert.equal(
      await bound(task('state: "{{ made.state }}"'), { registers }),
      '"state" must be one of present, absent, not "gone"',
    )
    assert.equal(
      await bound(task('user: "{{ skipped.public_key }}"'), { registers }),
      '\'skipped.public_key\' is undefined: "skipped" has no field "public_key"',
    )
    assert.equal(await bound(task('user: "{{ made.number }}"'), { registers }), '"user" has no value')
    assert.equal(await bound(task('user: "x{{ made.number }}"'), { registers }), 'nothing cannot stand within a text')
  })
})
