import assert from 'node:assert/strict'
import { Ajv } from 'ajv'
import { reportSchema } from '../../src/output/report-schema.ts'
import { files } from './files.ts'

const INVENTORY = `all:
  hosts:
    web1:
    web2:
  children:
    db:
      hosts:
        db1: {ansible_host: 127.0.0.9}
    empty: {}
`

const SITE = `- name: motd
  hosts: web1:web2
  tasks:
    - name: a greeting
      line_in_file: {path: /etc/motd, line: hello}
      tags: [greeting]
    - name: a directory
      file: {path: /srv/keys, state: directory}
- name: databases
  hosts: db
  tasks:
    - name: another greeting
      line_in_file: {path: /etc/motd, line: db}
`

const site = files({ 'site.yml': SITE, 'inventory.yml': INVENTORY })

describe('wrong input', () => {
  it('is told all at once, with place, line and hint, and nothing is connected', async () => {
    const bad = files({
      'bad.yml': `- name: motd
  hosts: web1
  tasks:
    - name: a greeting
      line_in_file: {path: /etc/motd, lien: hello}
    - name: a directory
      fiel: {path: /srv/keys, state: directory}
`,
      'inventory.yml': INVENTORY,
    })
    assert.deepEqual(await bad.typed('run', 'bad.yml', '-i', 'inventory.yml', '-t', 'greting'), {
      code: 1,
      stdout: '',
      stderr: `keyward: --tags: no task has the tag "greting"
  hint: no task has a tag
bad.yml:5:39: line_in_file has no parameter "lien"
    5 |       line_in_file: {path: /etc/motd, lien: hello}
      |                                       ^
  hint: did you mean "line"?
bad.yml:7:7: couldn't resolve module/action 'fiel'
    7 |       fiel: {path: /srv/keys, state: directory}
      |       ^
  hint: did you mean "file"?
`,
    })
  })

  it('is a JSON document too, as its schema says', async () => {
    const bad = files({ 'bad.yml': '- hosts: web9\n  tasks: []\n', 'inventory.yml': INVENTORY })
    const { code, stdout } = await bad.typed('check', 'bad.yml', '-i', 'inventory.yml', '--output', 'json')
    assert.equal(code, 1)
    const document = JSON.parse(stdout)
    assert.equal(document.errors[0].at, 'bad.yml:1:10')
    assert.match(document.errors[0].hint, /^did you mean "web1"\?$/)
    assert.ok(new Ajv({ allowUnionTypes: true }).compile(reportSchema)(document))
  })

  it('is every name that nothing defines', async () => {
    const table: readonly (readonly [readonly string[], RegExp])[] = [
      [['-l', 'wbe1'], /--limit: .*"wbe1"\n {2}hint: did you mean "web1"\?/],
      [['-t', 'greting'], /--tags: no task has the tag "greting"\n {2}hint: did you mean "greeting"\?/],
      [['--skip-tags', 'x'], /--skip-tags: no task has the tag "x"/],
      [['--start-at-task', 'a greting'], /--start-at-task: .*"a greting"\n {2}hint: did you mean "a greeting"\?/],
      [['-i', 'no-such.yml'], /no-such\.yml/],
      [['-e', '@no-such.yml'], /-e @no-such\.yml: no such file/],
    ]
    for (const [flags, wanted] of table) {
      const { code, stderr } = await site.typed('check', 'site.yml', '-i', 'inventory.yml', ...flags)
      assert.equal(code, 1, flags.join(' '))
      assert.match(stderr, wanted)
    }
  })

  it('is a run in which no play has a host', async () => {
    const lone = files({ 'lone.yml': '- hosts: empty\n  tasks: []\n', 'inventory.yml': INVENTORY })
    const empty = await lone.typed('run', 'lone.yml', '-i', 'inventory.yml')
    assert.equal(empty.code, 1)
    assert.match(empty.stderr, /no play has a host: their groups are empty/)
    const limited = await site.typed('run', 'site.yml', '-i', 'inventory.yml', '-l', 'web1:&db1')
    assert.match(limited.stderr, /no play has a host: --limit web1:&db1 leaves none/)
  })

  it('is an inventory that cannot be read, and not also that it has no hosts', async () => {
    const table: readonly (readonly [name: string, text: string, wanted: RegExp])[] = [
      ['hosts.ini', '[web]\nweb1\n', /^hosts\.ini:1:/],
      ['list.yml', 'all:\n  hosts: [web1]\n', /^list\.yml:2:/],
      ['cycle.yml', 'a: {children: {b: {}}}\nb: {children: {a: {}}}\n', /^cycle\.yml:\d:/],
      ['broken.yml', 'all: [\n', /^broken\.yml:\d:/],
    ]
    for (const [name, text, wanted] of table) {
      const odd = files({ 'site.yml': SITE, [name]: text })
      const { code, stderr } = await odd.typed('validate', 'site.yml', '-i', name)
      assert.equal(code, 1, name)
      assert.match(stderr, wanted)
      assert.doesNotMatch(stderr, /no play has a host|pattern/)
    }
  })

  it('is a play that is wrong, and not also that no play has a host', async () => {
    const odd = files({
      'odd.yml': '- hosts: empty\n  tasks: []\n- hosts: {}\n  tasks: []\n',
      'inventory.yml': INVENTORY,
    })
    const { code, stderr } = await odd.typed('run', 'odd.yml', '-i', 'inventory.yml')
    assert.equal(code, 1)
    assert.match(stderr, /^odd\.yml:3:/)
    assert.doesNotMatch(stderr, /no play has a host/)
  })

  it('is a private key on the command line that is none', async () => {
    const odd = files({
      'site.yml': SITE,
      'inventory.yml': INVENTORY,
      'id.pub': 'ssh-ed25519 AAAA alice\n',
      'id.txt': 'x\n',
    })
    const table: readonly (readonly [words: readonly string[], wanted: string])[] = [
      [['--private-key', 'none'], 'keyward: --private-key: the private key none does not exist\n'],
      [['--key-file', 'none'], 'keyward: --key-file: the private key none does not exist\n'],
      [
        ['--private-key', 'id.pub'],
        'keyward: --private-key: id.pub is a public key\n  hint: name the private key: id\n',
      ],
    ]
    for (const [words, wanted] of table)
      assert.deepEqual(await odd.typed('run', 'site.yml', '-i', 'inventory.yml', ...words), {
        code: 1,
        stdout: '',
        stderr: wanted,
      })
    const open = await odd.typed('run', 'site.yml', '-i', 'inventory.yml', '--private-key', 'id.txt')
    assert.match(
      open.stderr,
      /^keyward: --private-key: the permissions 0644 of id\.txt are too open.*\n {2}hint: chmod 600 id\.txt\n$/,
    )
  })

  it('is a playbook for hosts without an inventory', async () => {
    const { code, stderr } = await site.typed('run', 'site.yml')
    assert.equal(code, 1)
    assert.match(stderr, /-i/)
  })

  it('is a connection variable that cannot be one', async () => {
    const odd = files({
      'site.yml': SITE,
      'inventory.yml': INVENTORY.replace('127.0.0.9', '127.0.0.9, ansible_port: ssh'),
    })
    const { code, stderr } = await odd.typed('run', 'site.yml', '-i', 'inventory.yml')
    assert.equal(code, 1)
    assert.match(stderr, /^inventory\.yml:8:\d+: ansible_port is a port from 1 to 65535, not "ssh"\n/)
  })
})

describe('validate', () => {
  it('says that there are no mistakes', async () => {
    const told = await site.typed('validate', 'site.yml', '-i', 'inventory.yml')
    assert.deepEqual(told, { code: 0, stdout: 'site.yml: no mistakes in 2 plays and 3 tasks\n', stderr: '' })
    assert.equal((await site.typed('run', 'site.yml', '-i', 'inventory.yml', '--syntax-check')).stdout, told.stdout)
  })

  it('needs no inventory, and says what it then leaves out', async () => {
    const { code, stdout } = await site.typed('validate', 'site.yml')
    assert.equal(code, 0)
    assert.match(stdout, /without an inventory, names of hosts were not looked at/)
  })

  it('answers in JSON as its schema says', async () => {
    const { stdout } = await site.typed('validate', 'site.yml', '--output', 'json')
    assert.deepEqual(JSON.parse(stdout), { version: 1, command: 'validate', exit_code: 0, errors: [] })
    assert.ok(new Ajv({ allowUnionTypes: true }).compile(reportSchema)(JSON.parse(stdout)))
  })
})

describe('the lists', () => {
  it('show hosts, tasks and tags, as the flags choose them', async () => {
    const flags = ['--list-hosts', '--list-tasks', '--list-tags', '-t', 'greeting', '-l', 'web2,db1']
    const { code, stdout } = await site.typed('run', 'site.yml', '-i', 'inventory.yml', ...flags)
    assert.equal(code, 0)
    assert.equal(
      stdout,
      `site.yml
  play 1, motd (hosts: web1:web2)
    hosts (1):
      web2
    tasks (1):
      a greeting  [greeting]
    tags: greeting
  play 2, databases (hosts: db)
    hosts (1):
      db1
    tasks (0):
    tags: none
`,
    )
  })

  it('begin at a task, and go on to later plays', async () => {
    const flags = ['--list-tasks', '--start-at-task', 'a dir*']
    const { stdout } = await site.typed('run', 'site.yml', '-i', 'inventory.yml', ...flags)
    assert.deepEqual(
      [...stdout.matchAll(/^ {6}(.*)$/gm)].map(([, task]) => task),
      ['a directory', 'another greeting'],
    )
  })
})
