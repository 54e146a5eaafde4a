import assert from 'node:assert/strict'
import { join } from 'node:path'
import { checkPlaybooks } from '../../src/playbook/check.ts'
import { loadPlaybooks } from '../../src/playbook/load.ts'
import { writtenInventory } from '../inventory/written.ts'
import { folder } from '../kit/story.ts'
import { fakeModules } from './fake-modules.ts'
import { screenOf, taskOf, written } from './written.ts'

/** Playbooks with nothing to complain of, though not everything in them is known before the run. */
const FINE: readonly (readonly [string, string])[] = [
  [
    'a fact',
    taskOf('- key: { user: "{{ facts.user }}", mode: "{{ facts.os.id }}" }\n  when: (eq facts.os.family "RedHat")'),
  ],
  [
    'a register',
    taskOf(
      '- key: { user: a }\n  register: made\n- key: { user: b, keys: "{{ made.public_key }}" }\n  when: made.changed',
    ),
  ],
  [
    'a register of a handler',
    '- hosts: web1\n  tasks:\n    - key: { user: a }\n      notify: say\n      register: made\n  handlers:\n    - name: say\n      command: echo {{ made.fingerprint }}\n',
  ],
  [
    'a register of an earlier play',
    `${taskOf('- key: { user: a }\n  register: made')}${taskOf('- command: echo {{ made.public_key }}')}`,
  ],
  [
    'a loop over results',
    taskOf(
      '- key: { user: "{{ item }}" }\n  loop: [a, b]\n  register: all\n- command: echo {{ item.public_key }} {{ item.item }}\n  loop: "{{ all.results }}"\n- command: echo {{ all.results.[0].fingerprint }} {{ all.changed }}',
    ),
  ],
  [
    'a name that may be undefined',
    taskOf(
      '- command: echo {{ default nope "x" }}\n- command: echo {{ nope }}\n  when: (defined nope)\n- command: echo {{#if (defined nope)}}x{{/if}}',
    ),
  ],
  [
    'a condition that does not hold',
    taskOf('- key: { user: a, state: "{{ word }}" }\n  vars: { word: nope }\n  when: (eq word "present")'),
  ],
  [
    'a file that an earlier task may make',
    taskOf('- file: { path: /x }\n  delegate_to: localhost\n- key: { user: a, keys: "{{ file \'made.pub\' }}" }'),
  ],
  [
    'a variable that mentions the item',
    '- hosts: web1\n  vars: { line: "{{ item }}!" }\n  tasks:\n    - command: echo {{ line }}\n      loop: [a]\n',
  ],
  [
    'what the act itself says',
    taskOf(
      '- command: echo\n  register: ran\n  changed_when: (eq ran.rc 1)\n  failed_when: [(ne ran.rc 0), (in "x" ran.stdout)]',
    ),
  ],
  [
    'two that claim the same, of which one is not run',
    taskOf(
      '- key: { user: a, exclusive: yes }\n- key: { user: a, exclusive: yes }\n  when: no\n- key: { user: a, exclusive: yes }\n  when: facts.fips',
    ),
  ],
  [
    'another host',
    taskOf(
      '- command: echo {{ hostvars.web1.inventory_hostname }} {{ groups.all.[0] }}\n  delegate_to: "{{ groups.all.[0] }}"',
    ),
  ],
]

describe('checking before the first connection', () => {
  for (const [name, text] of FINE) {
    it(`has nothing to say of ${name}`, async () => assert.equal((await written(text)).screen, ''))
  }

  it('knows the registers that other hosts have', async () => {
    const { screen } = await written({
      'site.yml': `- hosts: localhost
  tasks:
    - key: { user: a }
      register: made
- hosts: web1
  tasks:
    - command: echo {{ made.public_key }}
    - command: echo {{ hostvars.localhost.made.public_key }}
`,
    })
    assert.equal(
      screen,
      `site.yml:7:24: 'made' is undefined on web1: it was registered on other hosts
  hint: write hostvars.localhost.made.public_key`,
    )
  })

  it('checks values without an inventory too, as far as they are known', async () => {
    const root = folder({
      'site.yml': `- hosts: web1
  vars: { mine: '{{ theirs }}' }
  tasks:
    - key: { user: '{{ theirs }}', state: '{{ mine }}', mode: 0644 }
    - key: { user: '{{ inventory_hostname }}', size: many }
      delegate_to: '{{ groups.all.[0] }}'
`,
    })
    const { playbooks, mistakes } = await loadPlaybooks([join(root, 'site.yml')], { modules: fakeModules })
    const { inventory } = await writtenInventory({}, { sources: [] })
    const about = { inventory, extraVars: {}, hostsOf: () => [], tasksOf: (play: { tasks: never }) => play.tasks }
    assert.equal(
      screenOf([...mistakes, ...checkPlaybooks(playbooks, about as never)], root),
      `site.yml:4:63: "mode" is a file mode and must be a quoted string: YAML reads 0644 as a number
  hint: write mode: '0644'
site.yml:5:54: "size" is a whole number, not "many"`,
    )
  })

  it('asks for the facts that variables of the inventory mention', async () => {
    const { screen, plays } = await written({
      'site.yml': taskOf('- command: echo {{ unit }} {{ facts.user }}'),
      'hosts.yml': 'all:\n  vars: { unit: "{{ facts.ssh.unit }}", unused: "{{ facts.fips }}" }\n  hosts: { web1: }\n',
    })
    assert.equal(screen, '')
    assert.deepEqual(plays[0]?.mentionedFacts, ['user', 'ssh.unit'])
  })

  it('says what is wrong with -e', async () => {
    const { screen } = await written(taskOf('- command: echo {{ who }} {{ made }}'), {
      extraVars: { who: '{{ nope }}', made: '{{ who | upper }}', join: 'x' },
    })
    assert.equal(
      screen,
      `-e: "join" is a helper of templates and cannot be a variable
-e:1:1: this is Jinja: {{ who | upper }}
  hint: write {{ upper who }}
-e:1:1: 'nope' is undefined`,
    )
  })

  it('looks at become, and at variables that nothing asks for', async () => {
    const { screen } = await written(`- hosts: web1
  become: '{{ whether }}'
  become_user: '{{ default whom (lower 5) }}{{ split whether }}'
  vars:
    unused: '{{ item.name }} {{ made.x }} {{ inner }} {{ nope }}'
    whether: perhaps
  tasks:
    - key: { user: a }
      register: made
      loop: [a]
      vars: { inner: x }
`)
    assert.equal(
      screen,
      `site.yml:2:11: "become" is yes or no, not "perhaps"
site.yml:3:45: the list ["perhaps"] cannot stand within a text
  hint: write (join list ",") or (json list), or let the template stand alone to keep the list
site.yml:5:58: 'nope' is undefined`,
    )
  })

  it('takes hosts with values of their own in proportion to their number', async () => {
    const names = Array.from({ length: 10 }, (_, index) => `v${index}`)
    const hosts = Array.from({ length: 10_000 }, (_, host) => {
      const own = names.map((name) => `${name}: x${host}${name}`).join(', ')
      return `    h${host}: { ${own} }\n`
    })
    const { inventory } = await writtenInventory(`all:\n  hosts:\n${hosts.join('')}`)
    const { plays } = await written({
      'site.yml': taskOf(names.map((name) => `- key: { user: '{{ ${name} }}', state: nope }\n`).join('')),
      'hosts.yml': `all: { hosts: { web1: { ${names.map((name) => `${name}: x`).join(', ')} } } }\n`,
    })
    const before = process.cpuUsage()
    const mistakes = checkPlaybooks([{ file: 'site.yml', plays }], {
      inventory,
      extraVars: {},
      hostsOf: () => [...inventory.hosts.keys()],
      tasksOf: ({ tasks }) => tasks,
    })
    const { user } = process.cpuUsage(before)
    assert.deepEqual(
      mistakes.map(({ message }) => message),
      names.map(() => '"state" must be one of present, absent, not "nope"'),
    )
    assert.ok(user < 3_000_000, `${user / 1000} ms of the processor`)
  })

  it('looks at each value once, however many hosts share it', async () => {
    const { inventory } = await writtenInventory('all: { vars: { word: nope }, hosts: { "h[1:10000]": } }\n')
    const { plays } = await written(taskOf('- key: { user: a, state: "{{ word }}" }\n  vars: { word: x }'))
    const before = process.cpuUsage()
    const hosts = [...inventory.hosts.keys()]
    const play = { ...plays[0], tasks: Array(50).fill(plays[0]?.tasks[0]) }
    const mistakes = checkPlaybooks([{ file: 'site.yml', plays: [play as never] }], {
      inventory,
      extraVars: {},
      hostsOf: () => hosts,
      tasksOf: ({ tasks }) => tasks,
    })
    assert.deepEqual(
      mistakes.map(({ message }) => message),
      ['"state" must be one of present, absent, not "x"'],
    )
    assert.ok(process.cpuUsage(before).user < 2_000_000)
  })
})
