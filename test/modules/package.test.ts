import assert from 'node:assert/strict'
import packages from '../../modules/package.ts'
import { packageManagers } from '../../src/formats/packages.ts'
import { type FakeMachine, fakeMachine } from '../kit/fake-look.ts'
import { tryModule } from '../kit/try-module.ts'

type Given = Parameters<typeof packages.plan>[0]

/** What apt-get says where its lists were never fetched. */
const UNKNOWN = { code: 100, stderr: 'E: Unable to locate package hello\n' }

/** A Debian machine with some packages (name to version); `known` are those that its lists have from the start. */
const debian = (installed: Record<string, string>, known: readonly string[] = []): FakeMachine => {
  const lists = new Set(known)
  const there = new Map(Object.entries(installed))
  return fakeMachine({
    answer: ({ argv }) => {
      const names = argv.slice(argv.indexOf('--') + 1)
      if (argv[0] === 'sh') return { stdout: 'apt-get\n' }
      if (argv[0] === 'dpkg-query') {
        return {
          stdout: names.map((name) => (there.has(name) ? `${name} installed ${there.get(name)}\n` : '')).join(''),
        }
      }
      if (argv[0] !== 'apt-get') return undefined
      if (argv.includes('update')) lists.add('hello')
      if (argv.includes('remove')) for (const name of names) there.delete(name)
      if (!argv.includes('install')) return { code: 0 }
      if (names.some((name) => !lists.has(name.split('=')[0] ?? ''))) return UNKNOWN
      for (const name of names) there.set(name.split('=')[0] ?? '', name.split('=')[1] ?? '1.0')
      return { code: 0 }
    },
  })
}

const want = (machine: FakeMachine, given: Given | Partial<Given>, mode: 'run' | 'check' = 'run') =>
  tryModule(packages, { name: 'hello', ...given }, machine, { mode })

const told = (machine: FakeMachine): readonly string[] =>
  machine.asked
    .filter(({ argv }) => argv[0] === 'apt-get')
    .map(({ argv }) => argv.filter((word) => !/^(-|DPkg|Dpkg)/.test(word)).join(' '))

describe('package', () => {
  it('installs what is missing, and nothing else', async () => {
    const machine = debian({ sudo: '1.9' }, ['hello'])
    const check = await want(machine, { name: ['sudo', 'hello'] }, 'check')
    assert.deepEqual(check.changes, [{ field: 'installed', before: ['sudo'], after: ['sudo', 'hello'] }])
    assert.equal((await want(machine, { name: ['sudo', 'hello'] })).status, 'changed')
    assert.equal((await want(machine, { name: ['sudo', 'hello'] })).status, 'ok')
    assert.deepEqual(told(machine), ['apt-get install hello'])
  })

  it('asks nobody a question, and keeps configuration files', async () => {
    const machine = debian({}, ['hello'])
    await want(machine, {})
    const [one] = machine.asked.filter(({ argv }) => argv[0] === 'apt-get')
    assert.ok(
      ['-y', 'Dpkg::Options::=--force-confdef', 'Dpkg::Options::=--force-confold'].every((word) =>
        one?.argv.includes(word),
      ),
    )
  })

  it('fetches the lists where they do not know the package, and tries once more', async () => {
    const machine = debian({})
    assert.equal((await want(machine, {})).status, 'changed')
    assert.deepEqual(told(machine), ['apt-get install hello', 'apt-get update', 'apt-get install hello'])
  })

  it("says the tool's own words where there is no such package", async () => {
    const { status, message } = await want(debian({}), { name: 'helo' })
    assert.equal(status, 'failed')
    assert.match(message, /^apt-get .*install helo ended with 100: E: Unable to locate package/)
  })

  it('removes what is there', async () => {
    const machine = debian({ hello: '1.0' })
    assert.equal((await want(machine, { name: ['hello', 'none'], state: 'absent' })).status, 'changed')
    assert.equal((await want(machine, { name: ['hello', 'none'], state: 'absent' })).status, 'ok')
    assert.deepEqual(told(machine), ['apt-get remove hello'])
  })

  it('compares a version where one is asked for', async () => {
    assert.equal((await want(debian({ hello: '2.10-3' }), { name: 'hello=2.10-3' })).status, 'ok')
    const machine = debian({ hello: '2.9-1' }, ['hello'])
    assert.equal((await want(machine, { name: 'hello=2.10-3' })).status, 'changed')
    assert.deepEqual(told(machine), ['apt-get install hello=2.10-3'])
  })

  it('misses a package manager', async () => {
    const { status, message } = await want(fakeMachine(), {})
    assert.equal(status, 'failed')
    assert.match(message, /there is no package manager that is known here: apt-get, dnf/)
  })

  it('complains about what is no name of a package', () => {
    const complaints = (given: Given) => packages.review?.(given, { looped: new Set() }).map(({ message }) => message)
    assert.deepEqual(complaints({ name: '--allow', state: 'present' }), ['"--allow" is no name of a package'])
    assert.deepEqual(complaints({ name: 'a=1', state: 'absent' }), ['a=1: with state absent every version is meant'])
    assert.deepEqual(complaints({ name: ['a', 'libc6:i386', 'g++=1:2.3~x-1'], state: 'present' }), [])
  })
})

describe('package managers', () => {
  const SAID: readonly (readonly [manager: string, text: string])[] = [
    ['apt-get', 'sudo installed 1.9.13\ndash config-files 0.5\n'],
    ['dnf', 'sudo installed 1.9.13\npackage dash is not installed\n'],
    ['apk', 'sudo-1.9.13-r0\n'],
    ['pacman', "sudo 1.9.13\nerror: package 'dash' was not found\n"],
  ]
  for (const [manager, text] of SAID)
    it(`of which ${manager} tells what is installed`, () => {
      const known = packageManagers[manager]
      assert.deepEqual([...(known?.installed(text) ?? [])], [['sudo', manager === 'apk' ? '1.9.13-r0' : '1.9.13']])
    })
})
