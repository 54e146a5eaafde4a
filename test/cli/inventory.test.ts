import assert from 'node:assert/strict'
import { files } from './files.ts'

const fleet = files({
  'inventory.yml': `all:
  vars:
    ansible_user: admin
  children:
    web:
      hosts:
        web1: {ansible_host: 127.0.0.1, ansible_become_password: s3cret}
        web2:
    db:
      hosts:
        db1:
`,
  'group_vars/web.yml': 'ports: [80, 443]\nlogin: {password: s3cret, name: x}\n',
  'host_vars/web1.yml': 'ports: [8080]\n',
})

describe('keyward inventory', () => {
  it('shows groups, hosts, variables and where each value comes from, and no secret', async () => {
    const { code, stdout } = await fleet.typed('inventory', '-i', 'inventory.yml', '-l', 'web', '-e', 'extra=1')
    assert.equal(code, 0)
    assert.equal(
      // the columns are as wide as the folder's path was
      stdout.replace(/ {3,}/g, '  '),
      `groups
  all  web1, web2
  web  web1, web2

web1  (web)
  ansible_become_password  •••  inventory.yml:7:41  host
  ansible_host  127.0.0.1  inventory.yml:7:16  host
  ansible_user  admin  inventory.yml:3:5  group all
  extra  1  -e
  login  {"password":"•••","name":"x"}  group_vars/web.yml:2:1  group_vars/web
  ports  [8080]  host_vars/web1.yml:1:1  host_vars/web1

web2  (web)
  ansible_user  admin  inventory.yml:3:5  group all
  extra  1  -e
  login  {"password":"•••","name":"x"}  group_vars/web.yml:2:1  group_vars/web
  ports  [80,443]  group_vars/web.yml:1:1  group_vars/web
`,
    )
  })

  it('answers in JSON with values, places and sources', async () => {
    const { stdout } = await fleet.typed('inventory', '-i', 'inventory.yml', '--output', 'json', '-l', 'web1')
    const document = JSON.parse(stdout)
    assert.deepEqual(document.groups.web, ['web1', 'web2'])
    assert.deepEqual(Object.keys(document.hosts), ['web1'])
    assert.deepEqual(document.hosts.web1.vars.ports.value, [8080])
    assert.deepEqual(document.hosts.web1.vars.login.value, { password: '•••', name: 'x' })
    assert.equal(document.hosts.web1.vars.ansible_become_password.value, '•••')
    assert.equal(document.hosts.web1.vars.ansible_host.at, 'inventory.yml:7:16')
  })

  it('wants an inventory, and hosts that are in it', async () => {
    assert.match((await fleet.typed('inventory')).stderr, /^keyward: there is no inventory\n {2}hint: /)
    assert.match((await fleet.typed('inventory', '-i', 'inventory.yml', '-l', 'wbe')).stderr, /did you mean "web"\?/)
  })
})
