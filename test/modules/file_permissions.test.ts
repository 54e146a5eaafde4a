import assert from 'node:assert/strict'
import filePermissions from '../../modules/file_permissions.ts'
import { fakeMachine } from '../kit/fake-look.ts'
import { tryModule } from '../kit/try-module.ts'

const KEYS = { or_group: 'ssh_keys', or_at_most: '0640', owner: 'root', group: 'root' }

describe('file_permissions', () => {
  const rows: readonly [string, object, object, object | null][] = [
    ['too many bits', { mode: '0644' }, {}, { mode: '0600' }],
    ['a stricter mode', { mode: '0400' }, {}, null],
    ['setuid', { mode: '4700' }, { at_most: '0755' }, { mode: '0700' }],
    ['another owner', { mode: '0600', owner: 'eve', group: 'root' }, { owner: 'root' }, { owner: 'root' }],
    ['an owner of whom nothing is said', { mode: '0600', owner: 'eve' }, {}, null],
    ['the other group', { mode: '0640', group: 'ssh_keys' }, KEYS, null],
    ['the other group with too much', { mode: '0664', group: 'ssh_keys' }, KEYS, { mode: '0640' }],
    ['a third group', { mode: '0640', group: 'eve' }, KEYS, { mode: '0600', group: 'root' }],
  ]
  for (const [what, found, limits, wanted] of rows) {
    it(`judges ${what}`, async () => {
      const machine = fakeMachine({
        files: { '/f': { text: 'x', ...found }, '/etc/group': 'root:x:0:\nssh_keys:x:9:\n' },
      })
      const params = { paths: '/f', at_most: '0600', ...limits }
      const ending = await tryModule(filePermissions, params, machine)
      assert.equal(ending.status, wanted === null ? 'ok' : 'changed', ending.message)
      assert.deepEqual(Object.fromEntries(ending.changes.map(({ field, after }) => [field, after])), wanted ?? {})
      assert.equal((await tryModule(filePermissions, params, machine)).status, 'ok')
    })
  }
})
