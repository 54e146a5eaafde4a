import assert from 'node:assert/strict'
import { varsOf, writtenInventory } from './written.ts'

const FLEET = `all:
  vars: { who: all, only_all: 1 }
  hosts:
    lonely:
  children:
    web:
      vars: { who: web }
      hosts:
        web[01:03]: { rack: a }
        web02: { who: host }
    prod:
      vars: { who: prod, only_prod: yes }
      children:
        web:
        db: { hosts: { db1: } }
    empty:
`

describe('loading an inventory', () => {
  it('gives hosts in the order written, with their groups', async () => {
    const { inventory, screen } = await writtenInventory(FLEET)
    assert.equal(screen, '')
    assert.deepEqual(
      [...inventory.hosts.values()].map(({ name, groups }) => [name, groups]),
      [
        ['lonely', ['ungrouped']],
        ['web01', ['prod', 'web']],
        ['web02', ['prod', 'web']],
        ['web03', ['prod', 'web']],
        ['db1', ['db', 'prod']],
      ],
    )
    assert.deepEqual(Object.fromEntries(inventory.groups), {
      all: ['lonely', 'web01', 'web02', 'web03', 'db1'],
      web: ['web01', 'web02', 'web03'],
      prod: ['web01', 'web02', 'web03', 'db1'],
      db: ['db1'],
      empty: [],
      ungrouped: ['lonely'],
    })
  })

  it('lets children win over parents, and hosts over groups', async () => {
    const { inventory } = await writtenInventory(FLEET)
    assert.deepEqual(varsOf(inventory, 'web01'), { who: 'web', only_all: 1, only_prod: 'yes', rack: 'a' })
    assert.equal(varsOf(inventory, 'web02').who, 'host')
    assert.equal(varsOf(inventory, 'db1').who, 'prod')
    assert.equal(varsOf(inventory, 'lonely').who, 'all')
  })

  it('lets the later name win between groups of one depth, unless a priority says otherwise', async () => {
    const groups = (vars: string): string =>
      `all:\n  children:\n    b: { hosts: { x: }, vars: { who: b${vars} } }\n    a: { hosts: { x: }, vars: { who: a } }\n`
    assert.equal(varsOf((await writtenInventory(groups(''))).inventory, 'x').who, 'b')
    const lowered = groups(', ansible_group_priority: -1')
    assert.equal(varsOf((await writtenInventory(lowered)).inventory, 'x').who, 'a')
  })

  it('reads group_vars and host_vars beside the inventory, then beside the playbook', async () => {
    const { inventory, screen } = await writtenInventory(
      {
        'inventory/hosts.yml':
          'all:\n  vars: { v0: file }\n  children:\n    web: { vars: { v1: file, v2: file }, hosts: { x: { v8: file, v9: file } } }\n',
        'inventory/group_vars/all.yml': 'v0: all\nv1: all\nv3: all\nv4: all\nv5: all\n',
        'inventory/group_vars/web/10.yml': 'v4: web\nv6: web\n',
        'inventory/group_vars/web/20.json': '{"v6": "later"}',
        'inventory/group_vars/web/.hidden.yml': 'v6: hidden\n',
        'inventory/group_vars/other.yml': 'v4: other\n',
        'inventory/host_vars/x': 'v7: host\nv9: host_vars\n',
        'playbooks/group_vars/all.yaml': 'v3: playbook\nv6: weak\n',
        'playbooks/group_vars/web.yml': 'v5: playbook\n',
        'playbooks/host_vars/x.yml': 'v7: playbook\n',
      },
      { sources: ['inventory/hosts.yml'], playbooks: ['playbooks'] },
    )
    assert.equal(screen, '')
    assert.deepEqual(varsOf(inventory, 'x'), {
      v0: 'all',
      v1: 'all',
      v2: 'file',
      v3: 'playbook',
      v4: 'web',
      v5: 'playbook',
      v6: 'later',
      v7: 'playbook',
      v8: 'file',
      v9: 'host_vars',
    })
    const vars = inventory.hosts.get('x')?.vars
    assert.deepEqual(
      ['v0', 'v2', 'v4', 'v7', 'v8'].map((name) => vars?.get(name)?.source),
      ['group_vars/all', 'group web', 'group_vars/web', 'host_vars/x', 'host'],
    )
    assert.match(vars?.get('v4')?.at.file ?? '', /inventory\/group_vars\/web\/10\.yml$/)
  })

  it('adds sources up; the later one wins', async () => {
    const { inventory, screen } = await writtenInventory(
      {
        'one.yml': 'web: { hosts: { a: { v: 1, w: 1 } }, vars: { g: 1 } }\n',
        'two/hosts.yml': 'web: { hosts: { a: { v: 2 }, b: }, vars: { g: 2 } }\n',
        'two/more.yaml': 'db: { hosts: { c: } }\n',
        'two/notes.md': 'no inventory',
        'two/group_vars/db.yml': 'g: 3\n',
      },
      { sources: ['one.yml', 'two', 'd,e[1:2],'] },
    )
    assert.equal(screen, '')
    assert.deepEqual([...inventory.hosts.keys()], ['a', 'b', 'c', 'd', 'e1', 'e2'])
    assert.deepEqual(varsOf(inventory, 'a'), { v: 2, w: 1, g: 2 })
    assert.deepEqual(varsOf(inventory, 'c'), { g: 3 })
  })

  it('gives the control node the variables of all, though it is no host', async () => {
    const { inventory } = await writtenInventory({
      'hosts.yml': 'all: { vars: { a: 1 }, hosts: { x: } }\n',
      'host_vars/localhost.yml': 'b: 2\n',
    })
    assert.equal(inventory.hosts.has('localhost'), false)
    assert.deepEqual(
      [...inventory.localhost.vars].map(([name, { value }]) => [name, value]),
      [
        ['a', 1],
        ['b', 2],
      ],
    )
  })

  it('takes JSON as well, and an inventory that is empty', async () => {
    const { inventory } = await writtenInventory(
      { 'hosts.json': '{"all": {"hosts": {"x": {"a": [1]}}}}' },
      { sources: ['hosts.json'] },
    )
    assert.deepEqual(varsOf(inventory, 'x'), { a: [1] })
    assert.equal((await writtenInventory('')).screen, '')
  })

  it('is linear: 10,000 hosts in 100 groups', async () => {
    const groups = Array.from(
      { length: 100 },
      (_, group) => `    g${group}: { hosts: { "h${group}-[1:100]": { rack: ${group} } } }\n`,
    )
    const started = performance.now()
    const { inventory } = await writtenInventory(`all:\n  children:\n${groups.join('')}`)
    assert.equal(inventory.hosts.size, 10_000)
    assert.ok(performance.now() - started < 3000)
  })
})
