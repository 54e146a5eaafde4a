import assert from 'node:assert/strict'
import { LATER } from '../../src/contract/later.ts'
import { Secret } from '../../src/contract/secret.ts'
import { itemLabel, loopItems } from '../../src/playbook/bind.ts'
import { Spelled } from '../../src/yaml/node.ts'
import { firstTask, taskOf } from './written.ts'

const PRIVATE = '-----BEGIN OPENSSH PRIVATE KEY-----\nb3Blb\n-----END OPENSSH PRIVATE KEY-----\n'

const LABELS: readonly (readonly [string, unknown, string])[] = [
  ['a text', 'alice', 'alice'],
  ['a number', 22, '22'],
  ['a number as it is spelled', new Spelled(1.1, '1.10'), '1.10'],
  ['nothing', null, 'null'],
  ['a map', { name: 'alice', keys: ['a'] }, '{"name":"alice","keys":["a"]}'],
  ['a map with what is not known', { key: LATER }, '{"key":"(known after the run)"}'],
  ['what is not known', LATER, '(known after the run)'],
  ['a secret', new Secret('x'), '•••'],
  ['a map with a secret', { pass: new Secret('x') }, '{"pass":"•••"}'],
  ['a private key', PRIVATE, '"•••"'],
  ['a map with a private key', { key: PRIVATE }, '{"key":"•••"}'],
  ['a long text', 'x'.repeat(200), `${'x'.repeat(99)}…`],
]

describe('the items of a loop', () => {
  for (const [what, value, label] of LABELS) {
    it(`are called by themselves: ${what}`, async () => {
      const { task, scope } = await firstTask(taskOf('- command: echo\n  loop: [1]'), { item: { value, index: 0 } })
      assert.equal(itemLabel(task, scope), label)
    })
  }

  it('are called by their label', async () => {
    const text = taskOf('- command: echo\n  loop: [1]\n  loop_control: { label: "{{ who.name }}!", loop_var: who }')
    const { task } = await firstTask(text)
    const { scope } = await firstTask(text, { task, item: { value: { name: 'alice' }, index: 0 } })
    assert.equal(itemLabel(task, scope), 'alice!')
  })

  it('are those of a list, each a template of its own', async () => {
    const { task, scope } = await firstTask(
      taskOf('- command: echo\n  loop: [1, "{{ a }}", { b: "{{ a }}" }]\n  vars: { a: [x] }'),
    )
    assert.deepEqual(loopItems(task, scope), [1, ['x'], { b: ['x'] }])
  })
})
