import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { home, typed } from './typed.ts'

const shipped = readdirSync(join(home, 'playbooks')).filter((name) => /\.ya?ml$/.test(name))

describe('keyward playbooks', () => {
  it('lists those that come along, each with what it says of itself', async () => {
    const { code, stdout } = await typed('playbooks')
    assert.equal(code, 0)
    const listed = [...stdout.matchAll(/^ {2}(\S+) {2,}\S/gm)].map(([, name]) => `${name}.yml`)
    assert.deepEqual(listed, shipped.toSorted())
  })

  it('prints the text of one, byte for byte', async () => {
    for (const file of shipped) {
      const text = readFileSync(join(home, 'playbooks', file), 'utf8')
      assert.deepEqual(await typed('playbooks', file.replace('.yml', '')), { code: 0, stdout: text, stderr: '' })
    }
  })

  it('answers a misspelt name with the one that was meant', async () => {
    const { code, stderr } = await typed('playbooks', 'ssh-key-olny')
    assert.equal(code, 1)
    assert.match(stderr, /no playbook "ssh-key-olny" comes along\n {2}hint: did you mean "ssh-key-only"\?/)
  })
})
