import assert from 'node:assert/strict'
import { taskOf, written } from './written.ts'

/** A playbook, and everything that is said about it. */
const SCREENS: readonly (readonly [string, string, string])[] = [
  [
    'takes a playbook without mistakes',
    `- name: access
  hosts: web1
  become: yes
  become_user: root
  gather_facts: no
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
      key: { user: '{{ item }}', keys: [a] }
      loop: '{{ people }}'
      loop_control: { label: '{{ item }}', index_var: place }
      when: [(ne item "mallory"), place]
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
`,
    'site.yml:22:31: a condition is yes or no, not a value known',
  ],
]

describe('keywords', () => {
  it('takes every keyword that is ours', async () => {
    const [, text] = SCREENS[0] ?? ['', '']
    const { screen, plays } = await written((text ?? '').replace(', place]', ']').replace('keys: [a]', 'options: [a]'))
    assert.equal(screen, '')
    const [play] = plays
    assert.deepEqual(
      play?.tasks.map(({ name, tags }) => [name, tags]),
      [
        ['command', ['access']],
        ['flush_handlers', ['always']],
        ['people have keys', ['access', 'keys', 'people']],
        ['flush_handlers', ['always']],
      ],
    )
  })
})
