import assert from 'node:assert/strict'
import { written } from './written.ts'

const EVERYTHING = `- name: access
  hosts: web1
  become: yes
  become_user: root
  gather_facts: on
  serial: [1, "50%"]
  max_fail_percentage: 25
  any_errors_fatal: off
  connection: ssh
  remote_user: admin
  tags: [access]
  vars: { people: [alice, bob] }
  pre_tasks:
    - command: echo before
      changed_when: false
  tasks:
    - name: people have keys
      key: { user: '{{ item }}' }
      loop: '{{ people }}'
      loop_control: { label: 'for {{ item }}', index_var: place }
      when: [(ne item "mallory"), facts.selinux.enabled]
      register: made
      notify: reload
      ignore_errors: yes
      no_log: true
      run_once: 'no'
      check_mode: false
      diff: False
      delegate_to: localhost
      become: 'false'
      vars: { x: 1 }
      tags: keys,people
    - meta: flush_handlers
  handlers:
    - name: reload
      listen: [restart]
      service_reload: { name: sshd }
`

describe('the keywords of a playbook', () => {
  it('are all taken', async () => {
    const { screen, plays } = await written(EVERYTHING)
    assert.equal(screen, '')
    const [play] = plays
    assert.deepEqual(
      {
        ...{ name: play?.name, index: play?.index, hosts: play?.hosts.pattern, gatherFacts: play?.gatherFacts },
        ...{ serial: play?.serial, anyErrorsFatal: play?.anyErrorsFatal, maxFailPercentage: play?.maxFailPercentage },
        ...{ connection: play?.connection, remoteUser: play?.remoteUser, become: play?.become.become },
        mentionedFacts: play?.mentionedFacts,
      },
      {
        ...{ name: 'access', index: 0, hosts: 'web1', gatherFacts: true },
        ...{ serial: [1, '50%'], anyErrorsFatal: false, maxFailPercentage: 25 },
        ...{ connection: 'ssh', remoteUser: 'admin', become: true },
        mentionedFacts: ['selinux.enabled'],
      },
    )
  })

  it('say what a task is', async () => {
    const { plays } = await written(EVERYTHING)
    const task = plays[0]?.tasks[2]
    assert.deepEqual(
      {
        ...{ name: task?.name, named: task?.named, module: task?.module.name, register: task?.register },
        ...{ tags: task?.tags, notify: task?.notify, loopVar: task?.loopVar, indexVar: task?.indexVar },
        ...{ ignoreErrors: task?.ignoreErrors, noLog: task?.noLog, runOnce: task?.runOnce, checkMode: task?.checkMode },
        ...{ diff: task?.diff, become: task?.become.become, conditions: task?.when.length, at: task?.at.line },
        moduleAt: task?.moduleAt.line,
      },
      {
        ...{ name: 'people have keys', named: true, module: 'key', register: 'made' },
        ...{ tags: ['access', 'keys', 'people'], notify: ['reload'], loopVar: 'item', indexVar: 'place' },
        ...{ ignoreErrors: true, noLog: true, runOnce: false, checkMode: false, diff: false, become: false },
        ...{ conditions: 2, at: 17, moduleAt: 18 },
      },
    )
  })

  it('flush handlers where a section ends, and where it is asked for', async () => {
    const { plays } = await written(EVERYTHING)
    assert.deepEqual(
      plays[0]?.tasks.map(({ name, flush }) => [name, flush]),
      [
        ['command', false],
        ['flush_handlers', true],
        ['people have keys', false],
        ['flush_handlers', true],
      ],
    )
  })

  it('let a play set what its tasks take over, and a task take it back', async () => {
    const { plays } = await written(`- hosts: web1
  no_log: yes
  ignore_errors: yes
  diff: no
  run_once: yes
  check_mode: yes
  tasks:
    - command: echo
    - command: echo
      no_log: no
      ignore_errors: no
      diff: yes
      run_once: no
      check_mode: no
`)
    assert.deepEqual(
      plays[0]?.tasks.map((task) => [task.noLog, task.ignoreErrors, task.diff, task.runOnce, task.checkMode]),
      [
        [true, true, false, true, true],
        [false, false, true, false, false],
      ],
    )
  })

  it('name a play by its hosts, and a task by its module, where nothing else does', async () => {
    const { plays } = await written('- hosts: [web1, "!db"]\n  tasks:\n    - command: echo\n')
    assert.equal(plays[0]?.name, 'web1,!db')
    assert.deepEqual([plays[0]?.tasks[0]?.name, plays[0]?.tasks[0]?.named], ['command', false])
  })

  it('let -e say which hosts', async () => {
    const extraVars = { target: 'web1' }
    const { plays } = await written('- hosts: "{{ target }}"\n', { extraVars })
    assert.equal(plays[0]?.hosts.pattern, 'web1')
    const { screen } = await written('- hosts: "{{ target }}"\n')
    assert.equal(
      screen,
      "site.yml:1:14: 'target' is undefined\n  hint: here a template sees only what is given with -e",
    )
  })
})
