import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { home, typed } from '../cli/typed.ts'

const namesIn = (directory: string): readonly string[] =>
  readdirSync(join(home, directory)).filter((name) => name.endsWith('.yml'))

describe('the playbooks that come along', () => {
  it('are the four procedures', () => {
    const procedures = ['ssh-agent.yml', 'ssh-key-only.yml', 'ssh-key-pair.yml', 'ssh-smart-card.yml']
    assert.deepEqual(
      procedures.filter((name) => !namesIn('playbooks').includes(name)),
      [],
    )
  })

  for (const name of namesIn('playbooks')) {
    const path = join(home, 'playbooks', name)
    const text = readFileSync(path, 'utf8')

    it(`${name} has no mistake against the example inventory`, async () => {
      const told = await typed('validate', path, '-i', join(home, 'inventory', 'example.yml'))
      assert.deepEqual([told.code, told.stderr], [0, ''])
    })

    it(`${name} says on top what it is, how it is run, and which variables it reads`, () => {
      const [head = ''] = text.split(/^(?!#)/m)
      assert.match(head, /^# [A-Z].*[^.]\n#\n# {3}keyward check .*\.yml -i inventory\.yml/)
      const documented = new Set([...head.matchAll(/^# {3}([a-z_]+) {2,}/gm)].map(([, variable]) => variable))
      const own = /\b(?:key|agent|card|nfs)_[a-z]+\b/g
      const templates = [...text.slice(head.length).matchAll(/\{\{.*?\}\}|when:.*|^\s+- \(.*\)$/gm)].map(([all]) => all)
      const read = new Set(templates.flatMap((template) => template.match(own) ?? []))
      const fields = ['public_key', 'key_type']
      assert.deepEqual(
        [...read].filter((variable) => !documented.has(variable) && !fields.includes(variable)),
        [],
      )
      assert.deepEqual(
        [...documented].filter((variable) => variable !== undefined && !text.slice(head.length).includes(variable)),
        [],
      )
    })

    it(`${name} names its tasks by what is so, not by what is done`, () => {
      const names = [...text.matchAll(/- name: (.*)$/gm)].map(([, title = '']) => title)
      const orders =
        /^(?:Set|Configure|Install|Ensure|Create|Make|Copy|Add|Check|Enable|Run|Start|Restart|Reload|Generate)\b/i
      assert.deepEqual(
        names.filter((title) => orders.test(title)),
        [],
      )
    })
  }
})

describe('the example inventory', () => {
  it('is read, with its groups and the hosts of its range', async () => {
    const told = await typed('inventory', '-i', join(home, 'inventory', 'example.yml'))
    assert.equal(told.code, 0, told.stderr)
    assert.match(told.stdout, /web +web01\.example\.com, web02\.example\.com, web03\.example\.com/)
  })
})
