import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadAll } from '../../src/cli/load.ts'
import { folder } from '../kit/story.ts'

const content = {
  'site.yml': `
- import_playbook: more/other.yml
- hosts: all
  gather_facts: false
  vars_files: vars/common.yml
  tasks:
    - import_tasks: tasks/users.yml
    - name: alice may log in
      authorized_key: { user: alice, key: "{{ file 'keys/alice.pub' }}" }
`,
  'more/other.yml': '- hosts: all\n  gather_facts: false\n  tasks: []\n',
  'vars/common.yml': 'user: bob\n',
  'tasks/users.yml': '- name: bob may log in\n  authorized_key: { user: "{{ user }}", key: "{{ bobs_key }}" }\n',
  'keys/alice.pub': 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFzcrhnlK0VGqRrLQyHwIjl0zr2oGI2ffEJpVYtbJlxN alice\n',
  'keys/bob.pub': 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIL1CAKOS4cHo2rBC1NkGSwWOfNDmBy3CIeAWoYELTZP+ bob\n',
  'inventory/hosts.yml': 'all: { hosts: { web1: , web2: } }\n',
  'inventory/group_vars/all.yml': `bobs_key: "{{ file 'keys/bob.pub' }}"\n`,
  'inventory/host_vars/web2.yml': 'port: 22\n',
  'inventory/host_vars/unknown.yml': 'port: 22\n',
  'extra.yml': 'colour: blue\n',
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

const hashed = (...names: readonly (keyof typeof content)[]): Readonly<Record<string, string>> =>
  Object.fromEntries(names.map((name) => [name, sha256(content[name])]))

describe('the files that a run is made of', () => {
  const directory = folder(content)
  const at = (name: string): string => join(directory, name)
  const load = async (inventory: string) =>
    await loadAll([at('site.yml')], {
      inventory: [inventory],
      tags: [],
      skipTags: [],
      extraVars: [`@${at('extra.yml')}`],
    })
  const bare = (
    files: readonly { readonly file: string; readonly sha256: string }[],
  ): Readonly<Record<string, string>> =>
    Object.fromEntries(files.map(({ file, sha256: hash }) => [file.replace(`${directory}/`, ''), hash]))

  it('are playbooks with what they import and read, and the inventory with the variables of its hosts', async () => {
    const { files } = await load(at('inventory'))
    const { playbooks, inventory } = files()
    assert.deepEqual(
      bare(playbooks),
      hashed(
        'site.yml',
        'more/other.yml',
        'vars/common.yml',
        'tasks/users.yml',
        'keys/alice.pub',
        'keys/bob.pub',
        'extra.yml',
      ),
    )
    assert.deepEqual(
      bare(inventory),
      hashed('inventory/hosts.yml', 'inventory/group_vars/all.yml', 'inventory/host_vars/web2.yml'),
    )
  })

  it('name a list of hosts that was typed', async () => {
    writeFileSync(at('tasks/users.yml'), '[]\n')
    const { files } = await load('web1,web2,')
    assert.deepEqual(files().inventory, [{ file: '-i web1,web2,', sha256: sha256('web1,web2,') }])
  })
})
