import assert from 'node:assert/strict'
import { type RefusedLogin, refusalOf } from '../../src/host/refusal.ts'

const login: RefusedLogin = {
  user: 'alice',
  where: '192.0.2.1:22',
  offered: ['publickey', 'password'],
  refused: [],
  accepted: [],
  keys: 'none',
  password: 'none',
}
const KEY = 'the key id_rsa (SHA256:x)'
const keyOnly = { offered: ['publickey'] } as const

describe('a refused login', () => {
  const table: readonly (readonly [what: string, about: Partial<RefusedLogin>, message: string, hint: string])[] = [
    [
      'with nothing',
      {},
      'alice@192.0.2.1:22: there is nothing to log in with; the server offers publickey, password',
      'name a key (--private-key, ansible_ssh_private_key_file), add one to the agent, or use -k for a password',
    ],
    [
      'with nothing, where no password is taken',
      keyOnly,
      'alice@192.0.2.1:22: there is nothing to log in with; the server offers publickey',
      'name a key (--private-key, ansible_ssh_private_key_file), or add one to the agent',
    ],
    [
      'with a key',
      { keys: 'given', refused: [KEY] },
      `alice@192.0.2.1:22 refuses ${KEY}; it offers publickey, password`,
      'let alice in with this key (authorized_keys), or log in with a password the first time: -k',
    ],
    [
      'with a key, where no password is taken',
      { ...keyOnly, keys: 'given', refused: [KEY] },
      `alice@192.0.2.1:22 refuses ${KEY}; it offers publickey`,
      'let alice in with this key (authorized_keys)',
    ],
    [
      'with a key, where no key is taken',
      { offered: ['keyboard-interactive'], keys: 'given' },
      'alice@192.0.2.1:22 takes no key; it offers keyboard-interactive',
      'use -k for a password',
    ],
    [
      'with a password, where none is taken',
      { ...keyOnly, password: 'given' },
      'alice@192.0.2.1:22 takes no password; it offers publickey',
      'leave the password out (-k, ansible_password) and name a key (--private-key, ansible_ssh_private_key_file), or add one to the agent',
    ],
    [
      'with a wrong password',
      { password: 'refused' },
      'alice@192.0.2.1:22 refuses the password; it offers publickey, password',
      'check the password of alice on that host, or name a key (--private-key, ansible_ssh_private_key_file)',
    ],
    [
      'with a key and a wrong password',
      { keys: 'given', refused: [KEY], password: 'refused' },
      `alice@192.0.2.1:22 refuses ${KEY}, the password; it offers publickey, password`,
      'check the password of alice on that host, or let alice in with this key (authorized_keys)',
    ],
    [
      'with a key and a password, where none is taken',
      { ...keyOnly, keys: 'given', refused: [KEY], password: 'given' },
      `alice@192.0.2.1:22 refuses ${KEY}, and takes no password; it offers publickey`,
      'let alice in with this key (authorized_keys)',
    ],
    [
      'with a key alone, where a password is wanted too',
      { offered: ['password'], keys: 'given', accepted: [KEY] },
      `alice@192.0.2.1:22 accepts ${KEY}, and wants more than that; it offers password`,
      'add -k (--ask-pass), which asks for a password',
    ],
    [
      'with a key and a wrong password, where both are wanted',
      { offered: ['password'], keys: 'given', accepted: [KEY], password: 'refused' },
      `alice@192.0.2.1:22 accepts ${KEY}, and refuses the password; it offers password`,
      'check the password of alice on that host',
    ],
  ]
  for (const [what, about, message, hint] of table)
    it(`${what} says why, and what to do`, () => {
      const error = refusalOf({ ...login, ...about })
      assert.deepEqual([error.message, error.hint, error.unreachable], [message, hint, true])
    })
})
