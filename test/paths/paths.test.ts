import assert from 'node:assert/strict'
import { globPaths } from '../../src/paths/glob.ts'
import { ownWriter } from '../../src/paths/own-writer.ts'
import { ownerSpelling, type WantedOwners } from '../../src/paths/owners.ts'
import { newPath } from '../../src/paths/parents.ts'
import { type FakeEntry, type FakeHost, fakeMachine } from '../kit/fake-look.ts'

const look = (files: FakeHost['files'], answer?: FakeHost['answer']) =>
  fakeMachine({ files: files ?? {}, users: [{ name: 'alice', uid: 1000 }], ...(answer ? { answer } : {}) }).look({
    power: null,
  })

describe('a path that is not there yet', () => {
  it('needs the directories above it, from the top', async () => {
    const on = look({ '/srv/a': { directory: true } })
    assert.deepEqual(await newPath(on, '/srv/a/b/c/d'), { path: '/srv/a/b/c/d', parents: ['/srv/a/b', '/srv/a/b/c'] })
    assert.deepEqual(await newPath(on, '/new'), { path: '/new', parents: [] })
  })

  it('comes to be where a link on the way leads', async () => {
    const on = look({ '/srv/real': { directory: true }, '/srv/link': { link: 'real' } })
    assert.deepEqual(await newPath(on, '/srv/link/a/b'), { path: '/srv/real/a/b', parents: ['/srv/real/a'] })
  })

  it('cannot come to be below a file', async () => {
    await assert.rejects(newPath(look({ '/srv/a': '' }), '/srv/a/b'), /\/srv\/a is not a directory/)
  })
})

describe('a pattern', () => {
  const files = { '/srv/a1/x.conf': '', '/srv/a2/x.conf': '', '/srv/a2/.y.conf': '', '/srv/b/x.conf': '' }

  it('takes paths in every part of it', async () => {
    assert.deepEqual(await globPaths(look(files), '/srv/a?/*.conf'), ['/srv/a1/x.conf', '/srv/a2/x.conf'])
    assert.deepEqual(await globPaths(look(files), '/srv/[!a]*/x.conf'), ['/srv/b/x.conf'])
  })

  it('is a path where it has no wildcard', async () => {
    assert.deepEqual(await globPaths(look(files), '/srv/b/x.conf'), ['/srv/b/x.conf'])
    assert.deepEqual(await globPaths(look(files), '/srv/b/none'), [])
  })
})

describe('an owner', () => {
  const entry = { kind: 'file', owner: 'root', group: 'root' } as const
  const getent: FakeHost['answer'] = ({ argv }) => {
    if (argv[0] !== 'getent') return undefined
    return argv[2] === '0' || argv[2] === 'root' ? { stdout: 'root:x:0:\n' } : { code: 2 }
  }

  it('is spelled as the task does, where it is the same account', async () => {
    const spelled = await ownerSpelling(look({}, getent), { owner: '0', group: '0' })
    assert.deepEqual(spelled(entry), { kind: 'file', owner: '0', group: '0' })
    assert.deepEqual(spelled({ kind: 'file', owner: 'alice' }), { kind: 'file', owner: 'alice' })
  })

  it('is looked up in the files where there is no getent', async () => {
    const on = look({ '/etc/group': 'root:x:0:\nadm:x:4:\n', '/etc/passwd': 'root:x:0:0::/root:/bin/sh\n' })
    const spelled = await ownerSpelling(on, { owner: '0', group: 'adm' })
    assert.deepEqual(spelled({ ...entry, group: 'adm' }), { kind: 'file', owner: '0', group: 'adm' })
  })

  it('is a number that no account has, or missing', async () => {
    const spelled = await ownerSpelling(look({}, getent), { owner: '4711' })
    assert.deepEqual(spelled({ kind: 'file', owner: '4711' }), { kind: 'file', owner: '4711' })
    await assert.rejects(ownerSpelling(look({}, getent), { group: 'none' }), /group "none" does not exist/)
    await assert.rejects(ownerSpelling(look({}, getent), { owner: 'none' }), /user "none" does not exist/)
  })
})

describe('the user as whom root writes a file', () => {
  const own = { owner: 'alice', mode: '0700', directory: true } as const
  const text = { owner: 'alice', group: 'alice', text: '' }
  const deep = (top: FakeEntry): FakeHost['files'] & object => ({ '/a': top, '/a/b': own, '/a/b/x': text })
  const rows: readonly (readonly [string, FakeHost['files'] & object, string | undefined, string?])[] = [
    ['whose file and directory it is', { '/a': own, '/a/x': text }, 'alice'],
    ["is himself in another's directory", { '/a': { directory: true }, '/a/x': text }, undefined],
    ["is himself for another's file", { '/a': own, '/a/x': { owner: 'root', text: '' } }, undefined],
    ['is himself where the owner may not write', { '/a': { ...own, mode: '0577' }, '/a/x': text }, undefined],
    ['is himself where the owner may not read it', { '/a': own, '/a/x': { ...text, mode: '0277' } }, undefined],
    ['is himself where the owner does not get there', deep({ directory: true, mode: '0700' }), undefined],
    [
      "is himself where a group may not pass, which may be the owner's",
      deep({ directory: true, mode: '0701' }),
      undefined,
    ],
    ['is who gets there', deep({ directory: true }), 'alice'],
    [
      'is himself for the file of a group that the owner is not in',
      { '/a': own, '/a/x': { ...text, group: 'www' } },
      undefined,
    ],
    [
      'is himself for an owner who has no account',
      { '/a': { ...own, owner: '7' }, '/a/x': { owner: '7', text: '' } },
      undefined,
    ],
    ['is no question for a user', { '/a': own, '/a/x': text }, undefined, 'alice'],
  ]
  const written = async (files: FakeHost['files'] & object, power: string, wanted: WantedOwners) => {
    const on = fakeMachine({ files, users: [{ name: 'alice', uid: 1000, groups: ['alice'] }] }).look({ power })
    const found = await on.file(Object.keys(files).at(-1) ?? '')
    return found && (await ownWriter(on, found, wanted))
  }
  for (const [name, files, as, power = 'root'] of rows)
    it(name, async () => assert.deepEqual(await written(files, power, {}), as === undefined ? {} : { as }))

  it('is himself where it is given to somebody else', async () => {
    const files = { '/a': own, '/a/x': text }
    assert.deepEqual(await written(files, 'root', { owner: 'bob' }), {})
    assert.deepEqual(await written(files, 'root', { group: 'www' }), {})
    assert.deepEqual(await written(files, 'root', { owner: 'alice', group: 'alice' }), { as: 'alice' })
  })
})
