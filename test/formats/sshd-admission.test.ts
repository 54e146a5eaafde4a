import assert from 'node:assert/strict'
import { whatElseIsAsked, whyKeptOut } from '../../src/formats/sshd-admission.ts'

const alice = { name: 'alice', uid: 1000, group: 'staff', groups: ['staff', 'domain users'] }
const root = { name: 'root', uid: 0, group: 'root', groups: ['root'] }

/** What `sshd -T` prints, a line each. */
const said = (text: string): ReadonlyMap<string, readonly string[]> => {
  const found = new Map<string, string[]>()
  for (const [, keyword = '', value = ''] of text.matchAll(/^(\S+) (.*)$/gm))
    found.set(keyword, [...(found.get(keyword) ?? []), value])
  return found
}

describe('whom sshd admits', () => {
  const welcome: readonly string[] = [
    '',
    'pubkeyauthentication yes\nauthenticationmethods any\nmaxauthtries 6\nmaxsessions 10',
    'permitrootlogin no',
    'authenticationmethods publickey,password publickey',
    'authenticationmethods publickey:pam',
    'allowusers bob\nallowusers al*',
    'allowusers a?ice',
    'allowusers alice@10.0.0.0/8',
    'allowusers *@*',
    'denyusers !alice',
    'denyusers alice@10.0.0.0/8\ndenyusers ALICE\ndenyusers alic',
    'allowgroups wheel\nallowgroups staff',
    'allowgroups domain users',
    'denygroups !staff\ndenygroups domain',
  ]
  for (const text of welcome)
    it(`is alice: ${text || 'nothing said'}`, () => {
      assert.deepEqual(whyKeptOut(said(text), alice), [])
      assert.deepEqual(whatElseIsAsked(said(text), alice), [])
    })

  const out: readonly (readonly [string, string])[] = [
    ['pubkeyauthentication no', 'PubkeyAuthentication no'],
    ['refuseconnection yes', 'RefuseConnection yes'],
    ['maxauthtries 0', 'MaxAuthTries 0'],
    ['maxsessions 0', 'MaxSessions 0'],
    [
      'authenticationmethods password keyboard-interactive:pam',
      'AuthenticationMethods password keyboard-interactive:pam',
    ],
    ['allowusers admin\nallowusers bob', 'AllowUsers admin, bob'],
    ['allowusers !bob', 'AllowUsers !bob'],
    ['allowusers Alice\nallowusers bob@alice', 'AllowUsers Alice, bob@alice'],
    ['denyusers al*', 'DenyUsers al*'],
    ['denyusers alice@*\nallowusers alice', 'DenyUsers alice@*'],
    ['allowgroups wheel\nallowgroups !staff', 'AllowGroups wheel, !staff, and alice is in staff, domain users'],
    ['denygroups domain*', 'DenyGroups domain*'],
    [
      'allowusers a\nallowusers b\nallowusers c\nallowusers d\nallowusers e\nallowusers f\nallowusers g',
      'AllowUsers a, b, c, d, e, f and 1 more',
    ],
  ]
  for (const [text, why] of out)
    it(`is not alice: ${text}`, () => assert.deepEqual(whyKeptOut(said(text), alice), [why]))

  it('is not root where it is said so', () => {
    assert.deepEqual(whyKeptOut(said('permitrootlogin no'), root), ['PermitRootLogin no'])
    assert.deepEqual(whyKeptOut(said('permitrootlogin without-password'), root), [])
  })

  it('is somebody who has more than a key', () => {
    assert.deepEqual(whatElseIsAsked(said('authenticationmethods publickey,password'), alice), [
      'something else too (AuthenticationMethods publickey,password)',
    ])
    assert.deepEqual(whatElseIsAsked(said('permitrootlogin forced-commands-only'), root), [
      'command= before it (PermitRootLogin forced-commands-only)',
    ])
    assert.deepEqual(whyKeptOut(said('authenticationmethods publickey,password'), alice), [])
  })
})
