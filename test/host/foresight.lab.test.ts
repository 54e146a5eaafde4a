import assert from 'node:assert/strict'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Answers } from '../../src/host/answers.ts'
import type { UserLook } from '../../src/host/foresight.ts'
import { loginPowers } from '../../src/host/powers.ts'
import { localMachine, temporaryDirectory } from './shells.ts'

const PERL = loginPowers('me', true).argv

/** What a machine looked at in its last run; it hears what it looks at now. */
const lastRun = (looks: readonly UserLook[], wasPerl = true) => {
  const kept: { looks: readonly UserLook[] } = { looks }
  const answers: Answers = {
    wasPerl,
    heard: () => {},
    get: () => null,
    put: () => {},
    lastLooks: () => looks,
    looks: (now) => {
      kept.looks = now
    },
    save: () => {},
  }
  return { answers, kept }
}

;(process.getuid?.() === 0 ? describe : describe.skip)('what a user looked at in the last run', () => {
  const dir = temporaryDirectory()
  const path = (): string => join(dir, 'file')
  const look = (user: string): UserLook => ({ user, path: path(), follow: true, withText: true })
  beforeEach(() => {
    writeFileSync(path(), 'one\n')
    chmodSync(path(), 0o600)
  })

  /** Root looks, and what is told ahead is there; then it is changed behind our back. */
  const begun = async (looks: readonly UserLook[], about: { readonly wasPerl?: boolean } = {}) => {
    const commands = { count: 0 }
    const { answers, kept } = lastRun(looks, about.wasPerl)
    const { machine, shell } = localMachine(PERL, { answers, commands })
    await machine.look({ power: 'root' }).file(dir)
    await shell.ask(':')
    writeFileSync(path(), 'two\n')
    const read = async (user: string) => {
      try {
        return String(await machine.look({ power: user }).read(path()))
      } catch (error) {
        return String(error)
      }
    }
    return { machine, shell, commands, kept, read }
  }

  it('is told ahead, and counts until something is done here, or by a command elsewhere', async () => {
    chmodSync(path(), 0o644)
    for (const [done, wanted] of [
      ['nothing', 'one\n'],
      ['a change', 'two\n'],
      ['a command elsewhere', 'two\n'],
    ] as const) {
      writeFileSync(path(), 'one\n')
      const run = await begun([look('nobody')])
      if (done === 'a change') run.machine.forget(['/elsewhere'])
      if (done === 'a command elsewhere') run.commands.count = 1
      assert.equal(await run.read('nobody'), wanted)
      run.shell.close()
    }
  })

  it('is not told to whose name is none, though perl takes it for numbers', async () => {
    for (const user of ['0:0:x', 'root:x']) {
      const { read, shell } = await begun([look(user)])
      assert.match(await read(user), /is no name of a user/)
      shell.close()
    }
  })

  it('costs no flight where perl cannot look for the user', async () => {
    const { machine, shell } = localMachine(PERL, { answers: lastRun([look('no-such-user')]).answers })
    await machine.look({ power: 'root' }).file(dir)
    await machine
      .look({ power: 'no-such-user' })
      .file(path())
      .catch(() => null)
    assert.equal(machine.counters().flights, 2)
    shell.close()
  })

  it('is asked for once, where it is asked for at once', async () => {
    chmodSync(path(), 0o644)
    const { answers } = lastRun([look('nobody')])
    const sent: string[] = []
    const { machine, shell } = localMachine(PERL, { answers, trace: ({ shown }) => void sent.push(shown) })
    const told = machine.look({ power: 'nobody' }).read(path())
    await machine.look({ power: 'root' }).file(dir)
    assert.equal(await told, 'one\n')
    await shell.ask(':')
    assert.deepEqual(sent, [`read ${dir}`, `read ${path()}`])
    shell.close()
  })

  it('is forgotten by a run that does not look at it', async () => {
    const { kept, shell } = await begun([look('nobody')])
    assert.deepEqual(kept.looks, [])
    shell.close()
  })
})
