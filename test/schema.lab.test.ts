import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { type Lab, startLab } from './kit/lab.ts'
import { folder, keyward, repository, type Told } from './kit/story.ts'

const schema = JSON.parse(readFileSync(join(repository, 'dist/schema/report.schema.json'), 'utf8'))
const validate = new Ajv({ strict: true, allErrors: true, allowUnionTypes: true }).compile(schema)

const SITE = `- name: everything that a document can hold
  hosts: all
  become: true
  tags: [all-of-it]
  tasks:
    - name: no root logins
      sshd_config_line: {keyword: PermitRootLogin, value: no}
      notify: sshd reloads
    - name: a greeting in each file
      line_in_file: {path: "{{ item }}", line: hello, create: yes}
      loop: [/etc/motd, /etc/greeting]
      loop_control: {label: "{{ item }}"}
    - name: a key pair of the control node
      ssh_keypair: {path: "{{ place }}/id", type: ed25519}
      delegate_to: localhost
      become: false
      register: pair
    - name: the key is authorized
      authorized_key: {user: admin, key: "{{ pair.public_key }}"}
    - name: a hidden text
      file: {path: /etc/hidden, content: x}
      no_log: true
    - name: it does not run here
      command: 'false'
      when: (eq inventory_hostname "nowhere")
    - name: it fails, and nobody minds
      command: 'false'
      ignore_errors: true
    - name: it fails
      command: 'false'
      when: (eq inventory_hostname "h2")
  handlers:
    - name: sshd reloads
      service_reload: {name: ssh}
`

interface Document {
  readonly exit_code: number
  readonly results: readonly { readonly status: string; readonly task: string; readonly host: string }[]
}

describe('the JSON document of a real run', () => {
  let lab: Lab
  let place: string

  before(async () => {
    lab = await startLab({ hosts: 2, name: 'schema' })
    place = folder({ 'site.yml': SITE, 'inventory.yml': lab.inventory() })
  })
  after(() => lab.stop())

  const told = (command: string, output: string, home = lab.home): Promise<Told> =>
    keyward([command, 'site.yml', '-i', 'inventory.yml', '-e', `place=${place}`, '--output', output], {
      home,
      cwd: place,
    })

  const documentOf = async (command: string, home?: string): Promise<Document> => {
    const { code, json, stderr, stdout } = await told(command, 'json', home)
    assert.notEqual(stdout, '', stderr)
    const document = json<Document>()
    assert.equal(document.exit_code, code)
    validate(document)
    assert.deepEqual(validate.errors, null)
    return document
  }

  it('is as its schema says: of a dry run, a run, and a run again', async () => {
    const check = await documentOf('check')
    assert.equal(check.exit_code, 3)
    const run = await documentOf('run')
    assert.equal(run.exit_code, 2)
    const statuses = new Set([...check.results, ...run.results].map(({ status }) => status))
    assert.deepEqual([...statuses].sort(), ['changed', 'drift', 'failed', 'ok', 'skipped', 'waiting'])
    const again = await documentOf('run')
    assert.deepEqual(
      again.results.filter(({ status }) => status === 'changed'),
      [],
    )
  })

  it('is as its schema says where no host is reached', async () => {
    const { exit_code, results } = await documentOf('run', folder({ '.ssh/known_hosts': '' }))
    assert.equal(exit_code, 4)
    assert.deepEqual([...new Set(results.map(({ status }) => status))], ['unreachable'])
  })

  it('comes as a stream too, an event a line', async () => {
    const { code, stdout } = await told('check', 'ndjson')
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { readonly event: string; readonly exit_code?: number })
    assert.equal(events[0]?.event, 'run_started')
    assert.deepEqual([events.at(-1)?.event, events.at(-1)?.exit_code], ['run_ended', code])
    assert.equal(events.filter(({ event }) => event === 'host_ended').length, 2)
  })
})
