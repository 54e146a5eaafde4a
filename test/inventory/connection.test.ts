import assert from 'node:assert/strict'
import { homedir } from 'node:os'
import { UserError } from '../../src/contract/errors.ts'
import { Secret } from '../../src/contract/secret.ts'
import { Waiting } from '../../src/contract/signals.ts'
import { connectionVars } from '../../src/inventory/connection.ts'
import { Spelled } from '../../src/yaml/node.ts'
import { screenOf } from '../playbook/written.ts'

const at = { file: 'hosts.yml', line: 3, column: 7 }

const read = (vars: Readonly<Record<string, unknown>>): ReturnType<typeof connectionVars> =>
  connectionVars('web1', Object.keys(vars), (name) => {
    if (!Object.hasOwn(vars, name)) return undefined
    const value = vars[name]
    if (value instanceof Error) throw value
    return { value, at }
  })

const NOTHING = {
  kind: null,
  address: 'web1',
  port: null,
  user: null,
  keyFile: null,
  password: null,
  become: null,
  becomeUser: null,
  becomePassword: null,
  notes: [],
}

const WRONG: readonly (readonly [Readonly<Record<string, unknown>>, string])[] = [
  [{ ansible_port: 'ssh' }, 'ansible_port is a port from 1 to 65535, not "ssh"'],
  [{ ansible_port: 70000 }, 'ansible_port is a port from 1 to 65535, not "70000"'],
  [{ ansible_become: 'maybe' }, 'ansible_become is yes or no, not "maybe"'],
  [
    { ansible_connection: 'winrm' },
    'not yet: ansible_connection: winrm\n  hint: a host is reached by ssh, or is local',
  ],
  [{ ansible_become_method: 'su' }, 'not yet: ansible_become_method: su\n  hint: the method is sudo'],
  [{ ansible_host: ['x'] }, 'ansible_host is a text'],
  [{ ansible_user: '' }, 'ansible_user is a text'],
  [{ ansible_hots: 'x' }, 'no connection variable is called "ansible_hots"\n  hint: did you mean "ansible_host"?'],
  [
    { ansible_ssh_private_keyfile: 'x' },
    'no connection variable is called "ansible_ssh_private_keyfile"\n  hint: did you mean "ansible_ssh_private_key_file"?',
  ],
]

describe('connection variables', () => {
  it('are all optional', () => assert.deepEqual(read({}), { vars: NOTHING, mistakes: [] }))

  it('say how a host is reached', () => {
    const { vars, mistakes } = read({
      ansible_host: '192.0.2.1',
      ansible_port: '2222',
      ansible_user: 'admin',
      ansible_ssh_private_key_file: '~/.ssh/id_ed25519',
      ansible_password: 'hunter2',
      ansible_become: 'yes',
      ansible_become_user: 'root',
      ansible_become_password: new Secret('hunter3'),
      ansible_connection: 'ansible.builtin.ssh',
      ansible_become_method: 'sudo',
      ansible_python_interpreter: '/usr/bin/python3',
      ansible_ssh_common_args: '-o ProxyJump=gate',
      other: 1,
    })
    assert.deepEqual(mistakes, [])
    assert.deepEqual(
      { ...vars, password: vars.password?.reveal(), becomePassword: vars.becomePassword?.reveal() },
      {
        kind: 'ssh',
        address: '192.0.2.1',
        port: 2222,
        user: 'admin',
        keyFile: `${homedir()}/.ssh/id_ed25519`,
        password: 'hunter2',
        become: true,
        becomeUser: 'root',
        becomePassword: 'hunter3',
        notes: ['ansible_ssh_common_args is not used by keyward'],
      },
    )
    assert.equal(String(vars.password), '•••')
  })

  it('know their older names', () => {
    const { vars } = read({
      ansible_ssh_host: 'a',
      ansible_ssh_port: 22,
      ansible_ssh_user: 'b',
      ansible_private_key_file: 'c',
    })
    assert.deepEqual([vars.address, vars.port, vars.user, vars.keyFile], ['a', 22, 'b', 'c'])
  })

  it('take numbers as they are spelled', () => {
    assert.equal(read({ ansible_user: new Spelled(7, '007') }).vars.user, '007')
    assert.equal(read({ ansible_become: new Spelled(true, 'True') }).vars.become, true)
  })

  for (const [vars, screen] of WRONG) {
    it(`refuse ${JSON.stringify(vars)}`, () => assert.equal(screenOf(read(vars).mistakes), `hosts.yml:3:7: ${screen}`))
  }

  it('pass on what is wrong with a template', () => {
    const vars = { ansible_host: new UserError("'x' is undefined", { at }), ansible_user: new Waiting('no such file') }
    assert.equal(screenOf(read(vars).mistakes), "hosts.yml:3:7: 'x' is undefined\nansible_user of web1: no such file")
  })
})
