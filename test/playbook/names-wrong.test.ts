import assert from 'node:assert/strict'
import { type Files, written } from './written.ts'

/** A playbook, and all that is said about it. */
const SCREENS: readonly (readonly [string, string | Files, string])[] = [
  [
    'says which parameters are missing, at their module',
    `- hosts: web1
  tasks:
    - key:
    
`,
    `site.yml:3:7: key: missing required arguments: user`,
  ],
  [
    'checks every item of a loop that is known',
    `- hosts: web1
  vars: {people: [{name: a, state: present}, {name: b, state: gone}, {nam: c}]}
  tasks:
    - key: { user: "{{ item.name }}", state: "{{ item.state }}" }
      loop: "{{ people }}"
`,
    `site.yml:4:24: 'item.name' is undefined: "item" has no field "name"
  hint: did you mean "nam"?
site.yml:4:46: "state" must be one of present, absent, not "gone"
site.yml:4:50: 'item.state' is undefined: "item" has no field "state"`,
  ],
  [
    'loops over lists alone',
    `- hosts: web1
  vars: {people: alice}
  tasks:
    - key: { user: "{{ item.name }}" }
      loop: "{{ people }}"
`,
    `site.yml:5:13: Invalid data passed to 'loop', it requires a list, got this instead: "alice"`,
  ],
  [
    'tells a module what comes from the loop, also by way of a variable',
    `- hosts: web1
  vars: {people: [alice]}
  tasks:
    - key: { user: x, keys: "{{ k }}" }
      vars: {k: "{{ item }}"}
      loop: "{{ people }}"
`,
    `site.yml:4:29: a key from a loop`,
  ],
  [
    'refuses two tasks that claim the same',
    `- hosts: web1
  tasks:
    - key: {user: a, exclusive: yes}
    - key: {user: b, exclusive: yes}
    - key: {user: a, exclusive: "{{ x }}"}
      vars: {x: on}
    - key: {user: a, exclusive: yes}
      when: false
    
`,
    `site.yml:5:7: two tasks of the play claim the keys of a: the other is at site.yml:3:7`,
  ],
  [
    'knows what a module registers, and when',
    `- hosts: web1
  tasks:
    - command: echo {{ made.public_key }}
    - key: {user: a}
      register: made
    - command: echo {{ made.publc_key }} {{ made.changed }}
    - key: {user: "{{ item }}"}
      loop: [a]
      register: all
    - command: echo {{ all.public_key }} {{ all.results.[0].publickey }} {{ all.result }}
    - command: echo {{ item.public_key }}
      loop: "{{ all.results }}"
    - command: echo
      changed_when: (eq result.rc 3)
      failed_when: (eq result.rcc 3)
    
`,
    `site.yml:3:24: 'made' is undefined
  hint: it is registered by a later task, in line 4
site.yml:6:24: 'made' has no field "publc_key": key tells public_key, fingerprint, changed, failed, skipped, msg
  hint: did you mean "public_key"?
site.yml:10:24: 'all.public_key' is undefined: the task is a loop
  hint: write all.results.[0].public_key, or loop over all.results
site.yml:10:45: 'all.results.[0]' has no field "publickey": key tells public_key, fingerprint, changed, failed, skipped, msg, item
  hint: did you mean "public_key"?
site.yml:10:77: 'all' has no field "result": key tells results, changed, failed, skipped, msg
  hint: did you mean "results"?
site.yml:15:24: 'result' has no field "rcc": command tells rc, stdout, changed, failed, skipped, msg
  hint: did you mean "rc"?`,
  ],
  [
    'delegates to hosts that there are',
    `- hosts: web1
  tasks:
    - command: echo
      delegate_to: nowhere
    - command: echo
      delegate_to: localhost
    
`,
    `site.yml:4:20: delegate_to: there is no host "nowhere"`,
  ],
  [
    'wants files that are there, unless an earlier task may make them',
    `- hosts: web1
  tasks:
    - key: {user: a, keys: "{{ file 'a.pub' }}"}
    - command: echo
      delegate_to: localhost
    - key: {user: a, keys: "{{ file 'a.pub' }}"}
    
`,
    `site.yml:3:32: the file "a.pub" could not be found on the control node`,
  ],
  [
    'says why a file cannot be read',
    {
      'site.yml': `- hosts: web1
  tasks:
    - key: {user: a, keys: "{{ file 'd' }}"}
    
`,
      'd/x': ``,
    },
    `site.yml:3:32: cannot read "d" on the control node: it is a directory`,
  ],
  [
    'keeps secrets out of everything that is not for them',
    {
      'site.yml': `- hosts: web1
  tasks:
    - key: {user: "x{{ ansible_password }}", passphrase: "{{ ansible_password }}", keys: ["{{ file 'id' }}"]}
    - command: echo {{ length ansible_password }} {{ eq ansible_password "x" }}
    - command: "{{ lower ansible_password }}"
    
`,
      id: `-----BEGIN OPENSSH PRIVATE KEY-----
x
`,
      'hosts.yml': `all: {hosts: {web1: {ansible_password: x}}}`,
    },
    `site.yml:3:19: "user" takes no secret
site.yml:3:90: "keys" takes no secret: this is a private key
  hint: a public key stands in the file that ends in .pub
site.yml:4:31: length takes a list, not a secret
site.yml:5:16: "cmd" takes no secret`,
  ],
  [
    'looks at every host, and names those that differ',
    {
      'site.yml': `- hosts: all
  tasks:
    - key: {user: "{{ who }}", path: "{{ where }}"}
    - key: {user: "{{ extra }}"}
      when: (defined extra)
    - key: {user: "{{ default extra 'x' }}"}
`,
      'hosts.yml': `all:
  vars: {where: "/{{ who }}"}
  hosts:
    a: {who: x, extra: b}
    b: {who: root}
    c: {who: y, where: rel}
    d:
`,
    },
    `site.yml:3:19: root has no keys (on b)
  hint: use another user
site.yml:3:23: 'who' is undefined on d
  hint: define it for every host, write (default who …), or when: (defined who)
site.yml:3:38: "path" is a path on the host: absolute, or beginning with ~, not "rel" (on c)
hosts.yml:2:22: 'who' is undefined on d
  hint: define it for every host, write (default who …), or when: (defined who)`,
  ],
  [
    'finds variables that need one another',
    `- hosts: web1
  vars: {a: "{{ b }}", b: "{{ a }}"}
  tasks:
    - command: echo {{ a }}
`,
    `site.yml:2:13: recursive loop detected in template: a needs b needs a`,
  ],
  [
    'looks at the variables of the inventory that are used',
    {
      'site.yml': `- hosts: web1
  tasks:
    - command: echo {{ a }}
    
`,
      'hosts.yml': `all:
  hosts:
    web1: {a: "{{ x | d(1) }}", unused: "{{ x | d(1) }}", join: x}
`,
    },
    `hosts.yml:3:16: this is Jinja: {{ x | d(1) }}
  hint: write {{ default x 1 }}
hosts.yml:3:59: "join" is a helper of templates and cannot be a variable`,
  ],
  [
    'knows when there are no facts',
    `- hosts: web1
  gather_facts: no
  tasks:
    - command: echo {{ facts.os.id }}
`,
    `site.yml:4:24: 'facts' is undefined: the play says gather_facts: no
  hint: leave gather_facts out`,
  ],
]

describe('the names and values of a playbook', () => {
  for (const [name, text, screen] of SCREENS) {
    it(name, async () => {
      assert.equal((await written(text)).screen, screen)
    })
  }
})
