import assert from 'node:assert/strict'
import { Secret } from '../../src/contract/secret.ts'
import type { ScopeParts } from '../../src/playbook/variables.ts'
import { type Files, firstTask } from './written.ts'

const FILES: Files = {
  'site.yml': `- hosts: all
  vars: { v3: play, v4: play, v5: play, v6: play, v7: play, made_of: '{{ v2 }}-{{ who }}' }
  vars_files: [more.yml]
  tasks:
    - command: echo
      vars: { v5: task, v6: task, v7: task }
`,
  'more.yml': 'v4: file\nv5: file\nv6: file\nv7: file\n',
  'hosts.yml': `all:
  vars: { v1: group, v2: group, v3: group, who: '{{ inventory_hostname }}!' }
  hosts:
    web1: { v2: host, v3: host, ansible_password: hunter2 }
    db.example: { v2: other, port: 22 }
`,
}

const lookup = async (names: readonly string[], parts: Partial<ScopeParts> = {}): Promise<readonly unknown[]> => {
  const { scope } = await firstTask(FILES, parts)
  return names.map((name) => scope.lookup(name))
}

describe('variables', () => {
  it('are those of the strongest source', async () => {
    const values = await lookup(['v1', 'v2', 'v3', 'v4', 'v5', 'v6', 'v7', 'v8'], {
      registers: new Map([
        ['v6', 'register'],
        ['v7', 'register'],
      ]),
      extraVars: { v7: 'extra' },
    })
    assert.deepEqual(values, ['group', 'host', 'play', 'file', 'task', 'register', 'extra', undefined])
  })

  it('may be made of others, each for its host', async () => {
    assert.deepEqual(await lookup(['made_of', 'who']), ['host-web1!', 'web1!'])
    assert.deepEqual(await lookup(['made_of'], { host: 'db.example' }), ['other-db.example!'])
    assert.deepEqual(await lookup(['made_of'], { extraVars: { who: '{{ v1 }}', v1: 'x' } }), ['host-x'])
  })

  it('are not rendered again when a host said them', async () => {
    assert.deepEqual(await lookup(['said'], { registers: new Map([['said', '{{ v1 }}']]) }), ['{{ v1 }}'])
  })

  it('are there for an item and its index', async () => {
    assert.deepEqual(await lookup(['item'], { item: { value: { a: 1 }, index: 0 } }), [{ a: 1 }])
    const task = { vars: new Map(), loopVar: 'one', indexVar: 'place' }
    const item = { value: 'x', index: 3 }
    assert.deepEqual(await lookup(['one', 'place', 'item'], { task, item }), ['x', 3, undefined])
  })

  it('are secret where they are passwords', async () => {
    const [password] = await lookup(['ansible_password'])
    assert.ok(password instanceof Secret)
    assert.equal(password.reveal(), 'hunter2')
  })

  it('are always there under some names', async () => {
    const [name, own, groups, dir] = await lookup(['inventory_hostname', 'group_names', 'groups', 'playbook_dir'])
    assert.deepEqual([name, own], ['web1', ['ungrouped']])
    assert.deepEqual(groups, { all: ['web1', 'db.example'], ungrouped: ['web1', 'db.example'] })
    assert.match(String(dir), /^\/.*keyward/)
  })

  it('of other hosts are in hostvars, with what those registered', async () => {
    const registersOf = (host: string): ReadonlyMap<string, unknown> =>
      new Map(host === 'localhost' ? [['made', { public_key: 'KEY' }]] : [])
    const [hostvars] = await lookup(['hostvars'], { registersOf })
    const all = hostvars as Readonly<Record<string, Readonly<Record<string, unknown>>>>
    assert.deepEqual(Object.keys(all), ['web1', 'db.example', 'localhost'])
    assert.deepEqual([all['db.example']?.port, all['db.example']?.who], [22, 'db.example!'])
    assert.deepEqual(all.localhost?.made, { public_key: 'KEY' })
  })
})
