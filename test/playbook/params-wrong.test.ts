import assert from 'node:assert/strict'
import { taskOf, written } from './written.ts'

/** A parameter, and all that is said about it. */
const SCREENS: readonly (readonly [string, string])[] = [
  [
    `state: presnt`,
    `site.yml:3:30: "state" must be one of present, absent, not "presnt"
  hint: did you mean "present"?`,
  ],
  [
    `mode: 0644`,
    `site.yml:3:29: "mode" is a file mode and must be a quoted string: YAML reads 0644 as a number
  hint: write mode: '0644'`,
  ],
  [
    `mode: 644`,
    `site.yml:3:29: "mode" is a file mode and must be a quoted string: YAML reads 644 as a number
  hint: write mode: '0644'`,
  ],
  [
    `mode: 'u=rw'`,
    `site.yml:3:29: "mode" is a file mode: three or four octal digits, not "u=rw"
  hint: write it as in '0644'`,
  ],
  [
    `mode: 420`,
    `site.yml:3:29: "mode" is a file mode and must be a quoted string: YAML reads 420 as a number
  hint: write mode: '0420'`,
  ],
  [`path: x`, `site.yml:3:29: "path" is a path on the host: absolute, or beginning with ~, not "x"`],
  [`size: many`, `site.yml:3:29: "size" is a whole number, not "many"`],
  [`size: 0`, `site.yml:3:29: "size" must be at least 1, not 0`],
  [`size: 101`, `site.yml:3:29: "size" must be at most 100, not 101`],
  [`size: 1.5`, `site.yml:3:29: "size" is a whole number, not 1.5`],
  [`exclusive: maybe`, `site.yml:3:34: "exclusive" is yes or no, not "maybe"`],
  [`options: {a: b}`, `site.yml:3:32: an item of "options" is a text, not a map`],
  [`options: [[a]]`, `site.yml:3:33: an item of "options" is a text, not the list ["a"]`],
  [`keys: {a: b}`, `site.yml:3:29: "keys" is a text, not a map`],
  [`keys: [a, ~]`, `site.yml:3:33: an item of "keys" is a text, not nothing`],
  [`passphrase: [a]`, `site.yml:3:35: "passphrase" is a text`],
  [`value: {a: b}`, `site.yml:3:30: "value" is a text, not a map`],
  [
    `mode: '0999'`,
    `site.yml:3:29: "mode" is a file mode: three or four octal digits, not "0999"
  hint: write it as in '0644'`,
  ],
  [`exclusive: 2`, `site.yml:3:34: "exclusive" is yes or no, not 2`],
]

/** A task that has several mistakes, and all of them at once. */
const SEVERAL: readonly (readonly [string, string])[] = [
  [
    `- key: { user: ~ }`,
    `site.yml:3:20: "user" has no value
  hint: "user" cannot be left out`,
  ],
  [
    `- key: { user: '{{ default nobody null }}' }`,
    `site.yml:3:20: "user" has no value
  hint: "user" cannot be left out`,
  ],
  [
    `- key: { user: '{{ usrr }}', state: presnt, size: many, mode: 0644 }`,
    `site.yml:3:24: 'usrr' is undefined
site.yml:3:41: "state" must be one of present, absent, not "presnt"
  hint: did you mean "present"?
site.yml:3:55: "size" is a whole number, not "many"
site.yml:3:67: "mode" is a file mode and must be a quoted string: YAML reads 0644 as a number
  hint: write mode: '0644'`,
  ],
  [
    `- key: { user: '{{ upper user }}', state: '{{ facts.nope }}', size: '{{ made.public }}', mode: 644 }
  vars: { user: '{{ who | lower }}' }
  when: nope`,
    `site.yml:3:51: there is no fact "nope"
  hint: the facts are os.family, os.id, os.version, ssh.version, ssh.unit, ssh.port, selinux.enabled, selinux.mode, fips, init, user
site.yml:3:77: 'made' is undefined
site.yml:3:100: "mode" is a file mode and must be a quoted string: YAML reads 644 as a number
  hint: write mode: '0644'
site.yml:4:22: this is Jinja: {{ who | lower }}
  hint: write {{ lower who }}
site.yml:5:13: 'nope' is undefined`,
  ],
  [
    `- key: { user: root, state: presnt, path: '{{ nope }}' }`,
    `site.yml:3:20: root has no keys
  hint: use another user
site.yml:3:33: "state" must be one of present, absent, not "presnt"
  hint: did you mean "present"?
site.yml:3:51: 'nope' is undefined`,
  ],
  [
    `- key: { user: root, path: '{{ item }}', size: 0 }
  loop: 5`,
    `site.yml:3:20: root has no keys
  hint: use another user
site.yml:3:52: "size" must be at least 1, not 0
site.yml:4:13: Invalid data passed to 'loop', it requires a list, got this instead: 5`,
  ],
  [
    `- key: { user: a, state: presnt, size: '{{ item.size }}' }
  loop: '{{ upper "a" }}'`,
    `site.yml:3:30: "state" must be one of present, absent, not "presnt"
  hint: did you mean "present"?
site.yml:4:13: Invalid data passed to 'loop', it requires a list, got this instead: "A"`,
  ],
]

describe('a parameter', () => {
  for (const [text, screen] of SCREENS) {
    it(`says what is wrong with ${text}`, async () => {
      assert.equal((await written(taskOf(`- key: { user: a, ${text} }\n`))).screen, screen)
    })
  }
})

describe('a task with several mistakes', () => {
  for (const [text, screen] of SEVERAL) {
    it(`says all of them: ${text}`, async () => {
      assert.equal((await written(taskOf(`${text}\n`))).screen, screen)
    })
  }

  it('says which file is meant where a private key stands in its place', async () => {
    const { screen } = await written({
      'site.yml': taskOf(`- key: { user: a, keys: '{{ file "alice" }}' }\n`),
      alice: '-----BEGIN OPENSSH PRIVATE KEY-----\nb3Blbn\n-----END OPENSSH PRIVATE KEY-----\n',
    })
    assert.equal(
      screen,
      `site.yml:3:29: "keys" takes no secret: this is a private key
  hint: a public key stands in the file that ends in .pub`,
    )
  })

  it('says them for the hosts on which they are made', async () => {
    const { screen } = await written({
      'site.yml': `- hosts: all
  tasks:
    - key: { user: '{{ who }}', state: '{{ word }}', size: 0 }
`,
      'hosts.yml': `all:
  hosts:
    web1: { who: a, word: nope }
    web2: { word: present }
    web3: { who: '{{ x | y }}', word: absent }
    web4: { who: '{{ z | y }}', word: absent }
`,
    })
    assert.equal(
      screen,
      `hosts.yml:5:19: this is not a Handlebars expression: {{ x | y }}
  hint: an expression is a name, or a helper with its values, as in {{ lower name }}
hosts.yml:6:19: this is not a Handlebars expression: {{ z | y }}
  hint: an expression is a name, or a helper with its values, as in {{ lower name }}
site.yml:3:24: 'who' is undefined on web2
  hint: define it for every host, write (default who …), or when: (defined who)
site.yml:3:40: "state" must be one of present, absent, not "nope" (on web1)
site.yml:3:60: "size" must be at least 1, not 0`,
    )
  })
})
