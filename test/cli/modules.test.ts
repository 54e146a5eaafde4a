import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { modules } from '../../modules/index.ts'
import { playbookSchema } from '../../src/cli/playbook-schema.ts'
import { type MapNode, nodeValue } from '../../src/yaml/node.ts'
import { readYaml } from '../../src/yaml/read.ts'
import { home, typed } from './typed.ts'

/** The documents of YAML text, as an editor sees them. */
const read = (text: string): unknown => {
  const { root, mistakes } = readYaml(text, 'text')
  assert.deepEqual(mistakes, [])
  return JSON.parse(JSON.stringify(nodeValue(root as MapNode)))
}

describe('keyward modules', () => {
  it('lists all of them, each with what it promises', async () => {
    const { code, stdout } = await typed('modules')
    assert.equal(code, 0)
    const names = [...stdout.matchAll(/^ {2}(\w+) {2,}\S/gm)].map(([, name]) => name)
    assert.deepEqual(
      names,
      modules.map(({ name }) => name),
    )
  })

  for (const module of modules) {
    it(`tells of ${module.name} every parameter with its meaning, and an example`, async () => {
      const { code, stdout } = await typed('modules', module.name)
      assert.equal(code, 0)
      for (const name of Object.keys((module.params as unknown as { properties: object }).properties)) {
        assert.match(stdout, new RegExp(`^ {2}${name} +\\S.*\\n {6,}\\S`, 'm'), name)
      }
      assert.ok(stdout.includes('\nexample\n  '))
    })
  }

  it('answers a misspelt name with the one that was meant', async () => {
    assert.deepEqual(await typed('modules', 'authorised_key'), {
      code: 1,
      stdout: '',
      stderr: 'keyward: there is no module "authorised_key"\n  hint: did you mean "authorized_key"?\n',
    })
  })
})

describe('the schema of playbooks', () => {
  const validate = new Ajv({ strict: false, allErrors: true }).compile(playbookSchema(modules))
  const problems = (playbook: unknown): unknown => {
    validate(playbook)
    return validate.errors?.map(({ instancePath, message }) => `${instancePath} ${message}`) ?? []
  }

  for (const { name, example } of modules) {
    it(`holds for the example of ${name}`, () => {
      assert.deepEqual(problems([{ hosts: 'all', tasks: read(example) }]), [])
    })
  }

  for (const file of readdirSync(join(home, 'playbooks')).filter((name) => /\.ya?ml$/.test(name))) {
    it(`holds for the playbook ${file} that comes along`, () => {
      assert.deepEqual(problems(read(readFileSync(join(home, 'playbooks', file), 'utf8'))), [])
    })
  }

  it('holds for keywords, templates and what a playbook may write for a boolean', () => {
    const play = `- hosts: [web, db]
  become: yes
  serial: "50%"
  vars: {mode: "0600"}
  tasks:
    - import_tasks: more.yml
    - file: {path: "{{ home }}/x", mode: "{{ mode }}", follow: no}
      when: [facts.selinux.enabled, (eq a b)]
      loop: "{{ list }}"
      notify: reload
      ignore_errors: true
    - meta: flush_handlers
  handlers:
    - name: reload
      service_reload: {name: ssh, force: "{{ force }}"}
- import_playbook: other.yml
`
    assert.deepEqual(problems(read(play)), [])
  })

  it('refuses what is misspelt', () => {
    const refused = (play: string): boolean => validate(read(play))
    assert.equal(refused('- host: all\n'), false)
    assert.equal(refused('- hosts: all\n  tasks: [{fiel: {path: /x}}]\n'), false)
    assert.equal(refused('- hosts: all\n  tasks: [{file: {paht: /x}}]\n'), false)
    assert.equal(refused('- hosts: all\n  tasks: [{file: {path: x}}]\n'), false)
    assert.equal(refused('- hosts: all\n  tasks: [{file: {path: /x, mode: 0644}}]\n'), false)
  })
})
