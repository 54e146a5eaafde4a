import assert from 'node:assert/strict'
import { type SshdTree, statements } from '../../src/formats/sshd-tree.ts'
import { groupsOf, memberOf, readAccounts } from '../../src/sshd/accounts.ts'
import { waysIn } from '../../src/sshd/methods.ts'
import { probesFor } from '../../src/sshd/probes.ts'
import { connectionText } from '../../src/sshd/witness.ts'

const ON = 'pubkeyauthentication yes;passwordauthentication yes;kbdinteractiveauthentication yes'

const ways = (said: string, isRoot = false): string => {
  const values = new Map(
    said.split(';').map((line) => [line.split(' ')[0] ?? '', [line.split(' ').slice(1).join(' ')]] as const),
  )
  return waysIn({ values, warnings: [] }, { isRoot }).join(' ')
}

describe('the ways in', () => {
  const rows: readonly [string, string][] = [
    [ON, 'publickey password keyboard-interactive'],
    ['pubkeyauthentication yes;passwordauthentication no', 'publickey'],
    ['pubkeyauthentication yes;challengeresponseauthentication yes', 'publickey keyboard-interactive'],
    ['gssapiauthentication yes;hostbasedauthentication yes', 'hostbased gssapi-with-mic'],
    [`${ON};authenticationmethods any`, 'publickey password keyboard-interactive'],
    [`${ON};authenticationmethods publickey,password`, 'publickey'],
    [`${ON};authenticationmethods publickey password`, 'publickey password'],
    [`${ON};authenticationmethods password,keyboard-interactive:pam`, 'password keyboard-interactive'],
    ['pubkeyauthentication yes;authenticationmethods publickey,password', ''],
    [`${ON};refuseconnection yes`, ''],
  ]
  for (const [said, wanted] of rows) it(`are told by what sshd says: ${said}`, () => assert.equal(ways(said), wanted))

  it('are fewer for root, as PermitRootLogin says', () => {
    const root = (permitted: string): string => ways(`${ON};permitrootlogin ${permitted}`, true)
    assert.deepEqual(['yes', 'prohibit-password', 'without-password', 'forced-commands-only', 'no'].map(root), [
      'publickey password keyboard-interactive',
      ...['publickey', 'publickey', 'publickey', ''],
    ])
  })
})

const accounts = readAccounts(
  'root:x:0:0::/root:/bin/sh\nbob:x:1001:1001::/home/bob:/bin/sh\nann:x:1002:1100::/home/ann:/bin/sh\n',
  'root:x:0:\nbob:x:1001:\ndevs:x:1100:\nops:x:1200:eve,bob\n',
)

describe('accounts', () => {
  it('are in their first group and in those that name them', () => {
    assert.deepEqual(groupsOf(accounts, 'bob'), ['bob', 'ops'])
    assert.deepEqual(
      [groupsOf(accounts, 'eve'), memberOf(accounts, 'devs'), memberOf(accounts, 'none')],
      [null, 'ann', null],
    )
  })
})

const probes = (config: string, about: { except?: readonly string[]; from?: string } = {}) => {
  const tree: SshdTree = { root: '/c', grammar: 'new', files: { '/c': config }, includes: {} }
  const { except = [], from } = about
  const here = from === undefined ? {} : { addr: from }
  return probesFor(statements(tree), { accounts, users: ['root'], except, here })
}
const texts = (...about: Parameters<typeof probes>): readonly string[] =>
  probes(...about).connections.map(connectionText)

describe('connections to ask about', () => {
  const rows: readonly [string, readonly string[]][] = [
    ['Port 22', ['anybody', 'user=root']],
    ['Match User bob', ['anybody', 'user=root', 'user=bob']],
    ['Match User *,!bob', ['user=bob', 'anybody', 'user=root']],
    ['Match Group devs', ['anybody', 'user=root', 'user=ann']],
    ['Match LocalPort 2222', ['anybody', 'lport=2222', 'user=root', 'user=root,lport=2222']],
    ['Match User bob Address 10.0.0.0/8', ['anybody', 'user=root', 'user=bob,addr=10.0.0.1']],
    ['Match all', ['anybody', 'user=root']],
  ]
  for (const [config, wanted] of rows) {
    it(`are one for each set of blocks that can be met: ${config}`, () =>
      assert.deepEqual([...texts(config)].sort(), [...wanted].sort()))
  }

  it('leave out users who are excepted', () => {
    assert.deepEqual(texts('Match User bob', { except: ['bob'] }), ['anybody', 'user=root'])
  })

  it('are 40 at most, and meet each block before they meet any twice', () => {
    const config = Array.from(
      { length: 12 },
      (_, index) => `Match Address 10.${index}.0.0/16 User u${index},bob\n Banner none\n`,
    )
    const { connections, leftOut } = probes(config.join(''))
    assert.equal(connections.length + leftOut, 2 + 12)
    const many = probes(Array.from({ length: 60 }, (_, index) => `Match User u${index}\n Banner none\n`).join(''))
    assert.deepEqual([many.connections.length, many.leftOut], [40, 22])
  })
})
