import assert from 'node:assert/strict'
import { type Files, written } from './written.ts'

/** A playbook, and all that is said about it. */
const SCREENS: readonly (readonly [string, string | Files, string])[] = [
  [
    'says what a misspelt keyword of a play was to be',
    `- hosts: web1
  becom: yes
`,
    `site.yml:2:3: "becom" is not a valid attribute for a Play
  hint: did you mean "become"?`,
  ],
  [
    'answers what Ansible has in a play and we do not',
    `- hosts: web1
  roles: [x]
  strategy: free
  guard: yes
  vars_prompt: []
  become_method: su
`,
    `site.yml:2:3: not yet: "roles"
  hint: write import_tasks
site.yml:3:3: not yet: "strategy"
  hint: leave it out: each host goes at its own pace, and meets the others at serial, run_once and the end of a play
site.yml:4:3: not yet: "guard"
site.yml:5:3: not yet: "vars_prompt"
  hint: give the values with -e
site.yml:6:18: not yet: become_method su
  hint: the method is sudo`,
  ],
  [
    'wants hosts in a play',
    `- name: x
  tasks: []
`,
    `site.yml:1:3: the field 'hosts' is required but was not set`,
  ],
  [
    'wants hosts that name something',
    `- hosts: []
- hosts: ""
- hosts: {a: b}
`,
    `site.yml:1:10: Hosts list cannot be empty: the field 'hosts' names nothing
site.yml:2:10: Hosts list cannot be empty: the field 'hosts' names nothing
site.yml:3:10: this is a text, not a map`,
  ],
  [
    'answers a template in hosts that is none',
    `- hosts: "{{ target | default('x') }}"
- hosts: "{{ tar get }}"
- hosts: [web1, '{{ target }}', '{{ file "nope" }}']
  vars_files: "{{ x | default('y') }}"
- import_playbook: '{{ x == y }}'
`,
    `site.yml:1:11: this is Jinja: {{ target | default('x') }}
  hint: write {{ default target "x" }}
site.yml:2:14: there is no helper "tar"
  hint: the helpers are eq ne lt gt and or not in default defined file lower upper split join first last length json
site.yml:3:21: 'target' is undefined
  hint: here a template sees only what is given with -e
site.yml:3:37: the file "nope" could not be found on the control node
site.yml:4:16: this is Jinja: {{ x | default('y') }}
  hint: write {{ default x "y" }}
site.yml:5:21: this is Jinja: {{ x == y }}
  hint: write {{ eq x y }}`,
  ],
  [
    'names the place of a task of which nothing is written',
    `- hosts: web1
  tasks:
    - command: echo
    -
  handlers:
    -
`,
    `site.yml:4:5: a task is a map, not nothing
site.yml:6:5: a handler is a map, not nothing`,
  ],
  [
    'tells changed_when and failed_when where the parameters have a state to judge',
    `- hosts: web1
  tasks:
    - command: { cmd: echo, creates: /x }
      changed_when: false
      failed_when: [(ne ran.rc 0), false]
      register: ran
    - command: { cmd: '{{ facts.user }}', creates: '{{ nope }}' }
      changed_when: false
    - command: { cmd: '{{ facts.user }}', creates: /x }
      failed_when: false
    - command: { cmd: '{{ facts.user }}', creates: ~ }
      failed_when: false
    - file: { path: /x }
      changed_when: false
`,
    `site.yml:4:21: "changed_when" is for acts: with these parameters command judges itself
  hint: it is changed exactly when something differs, and failed when it cannot be brought about
site.yml:5:21: "failed_when" is for acts: with these parameters command judges itself
  hint: it is changed exactly when something differs, and failed when it cannot be brought about
site.yml:7:56: 'nope' is undefined
site.yml:10:20: "failed_when" is for acts: with these parameters command judges itself
  hint: it is changed exactly when something differs, and failed when it cannot be brought about
site.yml:14:7: "changed_when" is for acts such as command; file judges itself
  hint: it is changed exactly when something differs, and failed when it cannot be brought about`,
  ],
  [
    'wants a list of plays',
    `hosts: all
tasks: []
`,
    `site.yml:1:1: A playbook must be a list of plays, not a map
  hint: begin the play with "- "`,
  ],
  [
    'wants plays that are maps',
    `- x
`,
    `site.yml:1:3: a play is a map, not "x"`,
  ],
  [
    'wants values that fit their keywords',
    `- hosts: web1
  become: maybe
  serial: none
  max_fail_percentage: lots
  connection: winrm
  gather_facts: "{{ x }}"
  tags: {a: b}
`,
    `site.yml:2:11: "become" is yes or no, not "maybe"
site.yml:3:11: "serial" is a number of hosts or a percentage, not "none"
site.yml:4:24: "max_fail_percentage" is a number, not "lots"
site.yml:5:15: "connection" is ssh or local, not "winrm"
site.yml:6:17: not yet: a template for "gather_facts"
  hint: write yes or no
site.yml:7:9: "tags" is a text, not a map`,
  ],
  [
    'says what is wrong with the keywords of a task',
    `- hosts: web1
  tasks:
    - command: echo
      whn: x
      with_items: [1]
      until: x
      retries: 3
      register: a-b
      ignore_errors: "{{ x }}"
    
`,
    `site.yml:4:7: "whn" is not a valid attribute for a Task
  hint: did you mean "when"?
site.yml:5:7: not yet: "with_items"
  hint: write loop: with a list
site.yml:6:7: not yet: "until"
site.yml:7:7: not yet: "retries"
site.yml:8:17: Invalid variable name "a-b": a name is letters, digits and _, and does not begin with a digit
site.yml:9:22: not yet: a template for "ignore_errors"
  hint: write yes or no`,
  ],
  [
    'answers the modules of Ansible',
    `- hosts: web1
  tasks:
    - ansible.posix.authorized_key: {}
    - ansible.builtin.command: echo
    - community.crypto.openssh_keypair: {path: /x}
    - systemd: {name: x}
    - ansible.builtin.copy: {}
    - debug: {msg: x}
    - ansible.builtin.set_fact: {a: 1}
    - include_role: {name: x}
    - community.foo.bar: {}
    
`,
    `site.yml:3:7: not yet: the module ansible.posix.authorized_key
site.yml:4:7: couldn't resolve module/action 'ansible.builtin.command'
  hint: ours is command
site.yml:5:7: not yet: the module community.crypto.openssh_keypair
site.yml:6:7: couldn't resolve module/action 'systemd'
site.yml:7:7: couldn't resolve module/action 'ansible.builtin.copy'
  hint: ours is file
site.yml:8:7: not yet: the module debug
  hint: what a task registers is in the JSON document (--output json)
site.yml:9:7: not yet: the module ansible.builtin.set_fact
  hint: write vars: in the play or in the task
site.yml:10:7: not yet: the module include_role
site.yml:11:7: not yet: the module community.foo.bar`,
  ],
  [
    'says which module was meant',
    `- hosts: web1
  tasks:
    - comand: echo hi
    - foo: {a: 1}
    - foo: bar
    - name: nothing
    - comand: {cmd: x}
      become: yes
      whn: x
    
`,
    `site.yml:3:7: couldn't resolve module/action 'comand'
  hint: did you mean "command"?
site.yml:4:7: couldn't resolve module/action 'foo'
site.yml:5:7: couldn't resolve module/action 'foo'
site.yml:6:7: no module/action detected in task
site.yml:7:7: couldn't resolve module/action 'comand'
  hint: did you mean "command"?
site.yml:9:7: "whn" is not a valid attribute for a Task
  hint: did you mean "when"?`,
  ],
  [
    'takes one module a task',
    `- hosts: web1
  tasks:
    - command: echo
      file: {path: /x}
    
`,
    `site.yml:4:7: conflicting action statements: command, file
  hint: a task has one module`,
  ],
  [
    'answers what Ansible has in a task and we do not',
    `- hosts: web1
  tasks:
    - block:
        - command: echo
      rescue: []
    - local_action: command echo
    - action: command echo
    
`,
    `site.yml:3:7: not yet: "block"
  hint: write the tasks one by one, each with its "when"
site.yml:5:7: not yet: "rescue"
site.yml:6:7: not yet: "local_action"
  hint: write the module as the key, and delegate_to: localhost
site.yml:7:7: not yet: "action"
  hint: write the module as the key, as in "authorized_key:"`,
  ],
  [
    'knows parameters from keywords',
    `- hosts: web1
  tasks:
    - key:
        usr: alice
        when: x
        foo: 1
      user: bob
    
`,
    `site.yml:4:9: key has no parameter "usr"
  hint: did you mean "user"?
site.yml:5:9: key has no parameter "when"
  hint: "when" is a keyword of the task: indent it like "key:"
site.yml:6:9: key has no parameter "foo"
  hint: its parameters are user, keys, options, state, exclusive, path, mode, size, value, passphrase
site.yml:7:7: "user" is not a valid attribute for a Task
  hint: "user" is a parameter of key: indent it below "key:"`,
  ],
  [
    'wants parameters as a map',
    `- hosts: web1
  tasks:
    - file: path=/etc/x mode=0644
    - file: [a]
    - command:
    - command: echo hi
      args: {creates: /x, chdir: /tmp}
    - command: echo
      args: x
    
`,
    `site.yml:3:13: the parameters of file are a map, not "path=/etc/x mode=0644"
  hint: write its parameters one a line, as in "path: /etc/x"
site.yml:4:7: the parameters of file are a map, not a list
site.yml:5:7: command: missing required arguments: cmd
site.yml:7:27: command has no parameter "chdir"
  hint: its parameters are cmd, creates
site.yml:9:13: "args" is a map, not "x"`,
  ],
  [
    'knows what meta may say',
    `- hosts: web1
  tasks:
    - meta: flush_handler
    - meta: end_play
    - meta: flush_handlers
      when: x
      notify: y
    
`,
    `site.yml:3:13: invalid meta action requested: flush_handler
  hint: did you mean "flush_handlers"?
site.yml:4:13: not yet: meta: end_play
site.yml:6:7: not yet: "when" for meta: flush_handlers
site.yml:7:7: "notify" is not a valid attribute for a Task`,
  ],
  [
    'says what is wrong with a loop',
    `- hosts: web1
  tasks:
    - command: echo
      loop: people
    - command: echo
      loop: 5
    - command: echo
      loop: [1]
      loop_control: {lable: x, pause: 3, loop_var: eq}
    - command: echo
      loop_control: {label: x}
    
`,
    `site.yml:4:13: Invalid data passed to 'loop', it requires a list, got this instead: "people"
  hint: write loop: "{{ people }}"
site.yml:6:13: Invalid data passed to 'loop', it requires a list, got this instead: 5
site.yml:9:22: "lable" is not a valid attribute for a LoopControl
  hint: did you mean "label"?
site.yml:9:32: not yet: "pause" in loop_control
site.yml:9:52: "eq" is a helper of templates and cannot be a variable
site.yml:11:21: loop_control without a loop`,
  ],
  [
    'wants handlers that somebody notifies, and notifications that somebody hears',
    `- hosts: web1
  tasks:
    - command: echo
      notify: [restrt, "x {{ y }}"]
      listen: x
  handlers:
    - name: restart
      command: echo
    - command: echo
    - name: restart
      command: echo
    - service_reload: {name: x}
`,
    `site.yml:4:16: The requested handler 'restrt' was not found in either the main handlers list nor in the listening handlers list
  hint: did you mean "restart"?
site.yml:4:24: not yet: a template in "notify"
site.yml:5:7: "listen" is not a valid attribute for a Task
  hint: listen belongs to a handler; a task has notify
site.yml:9:7: a handler without a name is never notified
  hint: give it a name:, or listen:
site.yml:10:7: two handlers have the name "restart": the other is in line 7`,
  ],
  [
    'lets acts alone be judged by conditions',
    `- hosts: web1
  tasks:
    - key: {user: a}
      changed_when: false
      failed_when: x
    
`,
    `site.yml:4:7: "changed_when" is for acts such as command; key judges itself
  hint: it is changed exactly when something differs, and failed when it cannot be brought about
site.yml:5:7: "failed_when" is for acts such as command; key judges itself
  hint: it is changed exactly when something differs, and failed when it cannot be brought about
site.yml:5:20: 'x' is undefined`,
  ],
  [
    'wants names that variables can have',
    `- hosts: web1
  vars: {eq: 1, my-var: 2, facts: 3, groups: 4, 1a: 5}
  tasks:
    - command: echo
      vars: {ansible_user: x, join: y}
`,
    `site.yml:2:10: "eq" is a helper of templates and cannot be a variable
site.yml:2:17: Invalid variable name "my-var": a name is letters, digits and _, and does not begin with a digit
site.yml:2:28: "facts" is a name of ours and cannot be a variable
site.yml:2:38: "groups" is a name of ours and cannot be a variable
site.yml:2:49: Invalid variable name "1a": a name is letters, digits and _, and does not begin with a digit
site.yml:5:14: not yet: "ansible_user" for one task
  hint: write it in the play, or in the inventory
site.yml:5:31: "join" is a helper of templates and cannot be a variable`,
  ],
  [
    'wants variables as a map',
    `- hosts: web1
  vars: [a: 1]
`,
    `site.yml:2:9: "vars" must be specified as a map, not a list`,
  ],
  [
    'wants tasks as a list',
    `- hosts: web1
  tasks: {command: echo}
  handlers:
    - x
`,
    `site.yml:2:10: A malformed block was encountered: tasks are a list, not a map
site.yml:4:7: a handler is a map, not "x"`,
  ],
  [
    'says to quote a template',
    `- hosts: web1
  tasks:
    - command: {{ x }}
`,
    `site.yml:3:16: a value that begins with a template must be quoted
  hint: quote the template: "{{ x }}"`,
  ],
  [
    'says to indent with spaces',
    `- hosts: web1
  tasks:
	- command: x
`,
    `site.yml:3:1: not YAML: tab characters must not be used in indentation
  hint: indent with spaces`,
  ],
  [
    'finds keys that stand there twice',
    `- hosts: web1
  hosts: web2
`,
    `site.yml:2:3: duplicated mapping key "hosts"`,
  ],
  [
    'points at the line that names a missing file',
    {
      'site.yml': `- hosts: web1
  vars_files: [nope.yml, [a.yml, b.yml], c.yml]
  tasks:
    - import_tasks: nope.yml
- import_playbook: no.yml
- import_playbook: c.yml
  foo: bar
`,
      'c.yml': `a: 1
`,
    },
    `site.yml:2:16: the vars file "nope.yml" could not be found
site.yml:2:27: the vars file "a.yml" could not be found
site.yml:2:34: the vars file "b.yml" could not be found
site.yml:4:21: the tasks file "nope.yml" could not be found
site.yml:5:20: the playbook "no.yml" could not be found
site.yml:7:3: "foo" is not a valid attribute for a PlaybookInclude
c.yml:1:1: A playbook must be a list of plays, not a map (imported at site.yml:6:20)`,
  ],
  [
    'names the line that imports a mistake',
    {
      'site.yml': `- hosts: web1
  tasks:
    - import_tasks: sub/tasks.yml
- import_playbook: other.yml
`,
      'sub/tasks.yml': `- comand: x
- import_tasks: more.yml
`,
      'sub/more.yml': `- command: echo
  whn: x
- import_tasks: tasks.yml
`,
      'other.yml': `- hosts: web1
  foo: 1
- import_playbook: site.yml
`,
    },
    `sub/tasks.yml:1:3: couldn't resolve module/action 'comand' (imported at site.yml:3:21)
  hint: did you mean "command"?
sub/more.yml:2:3: "whn" is not a valid attribute for a Task (imported at sub/tasks.yml:2:17, which is imported at site.yml:3:21)
  hint: did you mean "when"?
sub/more.yml:3:17: the tasks file "sub/tasks.yml" imports itself (imported at sub/tasks.yml:2:17, which is imported at site.yml:3:21)
other.yml:2:3: "foo" is not a valid attribute for a Play (imported at site.yml:4:20)
other.yml:3:20: the playbook "site.yml" imports itself (imported at site.yml:4:20)`,
  ],
]

/** What -e gives for `hosts: '{{ target }}'`, and all that is said about it. */
const TARGETS: readonly (readonly [unknown, string])[] = [
  [['web1', 'web1'], ''],
  [null, 'site.yml:1:10: this is a text, not nothing'],
  [{ a: 1 }, 'site.yml:1:10: this is a text, not a map'],
  ['{{ target }}', '-e:1:1: recursive loop detected in template: target needs target'],
  ['{{ lower other }}', "-e:1:1: 'other' is undefined\n  hint: here a template sees only what is given with -e"],
  ['{{ x | upper }}', '-e:1:1: this is Jinja: {{ x | upper }}\n  hint: write {{ upper x }}'],
]

describe('the shape of a playbook', () => {
  for (const [name, text, screen] of SCREENS) {
    it(name, async () => {
      assert.equal((await written(text)).screen, screen)
    })
  }

  for (const [target, screen] of TARGETS) {
    it(`looks at hosts that -e gives: ${JSON.stringify(target)}`, async () => {
      assert.equal((await written("- hosts: '{{ target }}'\n", { extraVars: { target } })).screen, screen)
    })
  }
})
