import assert from 'node:assert/strict'
import { hostNames } from '../../src/inventory/host-names.ts'

const NAMES: readonly (readonly [string, readonly string[], number | null])[] = [
  ['web1', ['web1'], null],
  ['web[1:3]', ['web1', 'web2', 'web3'], null],
  [
    'web[08:11].example.com',
    ['web08.example.com', 'web09.example.com', 'web10.example.com', 'web11.example.com'],
    null,
  ],
  ['db-[a:c]', ['db-a', 'db-b', 'db-c'], null],
  ['n[1:9:4]', ['n1', 'n5', 'n9'], null],
  ['n[:2]', ['n0', 'n1', 'n2'], null],
  ['r[1:2]h[a:b]', ['r1ha', 'r1hb', 'r2ha', 'r2hb'], null],
  ['web[1:2]:2222', ['web1', 'web2'], 2222],
  ['web1:2222', ['web1'], 2222],
  ['10.0.0.1:22', ['10.0.0.1'], 22],
  ['2001:db8::1', ['2001:db8::1'], null],
  ['[fe80::1%eth0]:2222', ['fe80::1%eth0'], 2222],
  ['[2001:db8::1]:2222', ['2001:db8::1'], 2222],
]

describe('the names of hosts', () => {
  for (const [key, names, port] of NAMES) {
    it(`reads ${key}`, () => assert.deepEqual(hostNames(key), { names, port }))
  }
})
