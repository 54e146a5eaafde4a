import assert from 'node:assert/strict'
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
})
