import assert from 'node:assert/strict'
import { basename } from 'node:path'
import { firstTask, written } from './written.ts'

describe('imports', () => {
  it('take tasks in where they stand, with what the import says of them', async () => {
    const { screen, plays } = await written({
      'site.yml': `- hosts: web1
  tags: play
  tasks:
    - command: echo 1
    - import_tasks: sub/two.yml
      when: (eq who "alice")
      tags: [two]
      vars: { who: alice }
      become: yes
      become_user: alice
    - command: echo 4
`,
      'sub/two.yml': `- command: echo 2 {{ who }}
  tags: own
  when: facts.fips
- import_tasks: three.yml
`,
      'sub/three.yml': '- command: echo 3\n  become: no\n  vars: { who: bob }\n',
    })
    assert.equal(screen, '')
    const tasks = plays[0]?.tasks ?? []
    assert.deepEqual(
      tasks.map((task) => [task.tags, task.when.length, task.become.become, [...task.vars.keys()]]),
      [
        [['play'], 0, undefined, []],
        [['play', 'two', 'own'], 2, true, ['who']],
        [['play', 'two'], 1, false, ['who']],
        [['play'], 0, undefined, []],
      ],
    )
  })

  it('take playbooks in, with their tags, conditions and variables', async () => {
    const { screen, plays } = await written({
      'site.yml': `- import_playbook: sub/other.yml
  tags: other
  when: (eq who "alice")
  vars: { who: alice }
- hosts: web1
  name: last
`,
      'sub/other.yml':
        '- hosts: web1\n  name: first\n  tasks:\n    - command: echo {{ who }}\n- hosts: web1\n  name: second\n',
    })
    assert.equal(screen, '')
    assert.deepEqual(
      plays.map(({ name, index, tasks }) => [name, index, tasks[0]?.tags ?? [], tasks[0]?.when.length ?? 0]),
      [
        ['first', 0, ['other'], 1],
        ['second', 1, [], 0],
        ['last', 2, [], 0],
      ],
    )
  })

  it('read variables from files, of a list the first that is there', async () => {
    const { scope } = await firstTask({
      'site.yml': `- hosts: web1
  vars: { a: play, b: play, c: play }
  vars_files: [one.yml, [nope.yml, two.yml, one.yml], empty.yml]
  tasks:
    - command: echo
`,
      'one.yml': 'a: one\nb: one\n',
      'two.yml': 'b: two {{ c }}\n',
      'empty.yml': '# nothing yet\n',
    })
    assert.deepEqual(
      ['a', 'b', 'c'].map((name) => scope.lookup(name)),
      ['one', 'two play', 'play'],
    )
  })

  it('name the lines that import the file of a mistake, of which each is told once', async () => {
    const { screen } = await written({
      'site.yml': `- hosts: web1
  vars: { size: many }
  tasks:
    - import_tasks: sub/two.yml
    - import_tasks: sub/two.yml
      when: facts.fips
    - key: { user: a, size: '{{ size }}' }
- import_playbook: other.yml
- hosts: web1
  tasks:
    - import_tasks: sub/two.yml
      vars: { hv: x }
`,
      'sub/two.yml': `- command: echo {{ hv }}
  becom: yes
- import_tasks: three.yml
`,
      'sub/three.yml': "- key: { user: a, state: '{{ word }}' }\n  vars: { word: nope }\n",
      'other.yml': "- hosts: web1\n  vars: { unused: '{{ nope }}' }\n  tasks:\n    - import_tasks: sub/three.yml\n",
    })
    assert.equal(
      screen,
      `sub/two.yml:1:20: 'hv' is undefined (imported at site.yml:4:21, and 1 more time)
sub/two.yml:2:3: "becom" is not a valid attribute for a Task (imported at site.yml:4:21, and 2 more times)
  hint: did you mean "become"?
sub/three.yml:1:26: "state" must be one of present, absent, not "nope" (imported at sub/two.yml:3:17, which is imported at site.yml:4:21, and 3 more times)
site.yml:7:29: "size" is a whole number, not "many"
other.yml:2:23: 'nope' is undefined (imported at site.yml:8:20)`,
    )
  })

  it('name the places of a name that the flags or the inventory define wrongly as they are', async () => {
    const { screen } = await written({
      'site.yml': '- hosts: web1\n  tasks: [{ import_tasks: one.yml }]\n',
      'one.yml': '- command: echo {{ mine }}\n',
      'hosts.yml': "all: { hosts: { web1: { mine: '{{ x | y }}' } } }\n",
    })
    assert.equal(
      screen,
      `hosts.yml:1:32: this is not a Handlebars expression: {{ x | y }}
  hint: an expression is a name, or a helper with its values, as in {{ lower name }}`,
    )
  })

  it('are known to each play and task', async () => {
    const { plays } = await written({
      'site.yml': '- import_playbook: other.yml\n- hosts: web1\n',
      'other.yml': '- hosts: web1\n  tasks: [{ import_tasks: one.yml }]\n',
      'one.yml': '- command: echo\n',
    })
    assert.deepEqual(
      [plays[0]?.tasks[0]?.importedAt, plays[0]?.importedAt, plays[1]?.importedAt].map((all) =>
        all?.map(({ file, line }) => `${basename(file)}:${line}`),
      ),
      [['other.yml:2', 'site.yml:1'], ['site.yml:1'], []],
    )
  })
})
