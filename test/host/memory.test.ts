import assert from 'node:assert/strict'
import type { Ahead } from '../../src/contract/machine.ts'
import { createMemory } from '../../src/host/memory.ts'

describe('the memory of a machine', () => {
  const remembering = () => {
    const memory = createMemory()
    const asked: string[] = []
    const path = (one: string, realPath = one) =>
      memory.recall(
        `file ${one}`,
        { kind: 'path', path: one },
        async () => asked.push(one),
        () => realPath,
      )
    const command = (one: string) => memory.recall(one, { kind: 'command' }, async () => asked.push(one))
    const account = (one: string) => memory.recall(one, { kind: 'account' }, async () => asked.push(one))
    return { memory, asked, path, command, account }
  }

  const writes: [written: string, forgotten: readonly string[]][] = [
    ['/etc/ssh/sshd_config', ['/etc', '/etc/ssh', '/etc/ssh/sshd_config', '/alias', 'sshd -T']],
    ['/etc/ssh', ['/etc', '/etc/ssh', '/etc/ssh/sshd_config', '/alias', 'sshd -T']],
    ['/etc/ss', ['/etc', 'sshd -T']],
    ['/etc/passwd', ['/etc', 'alice', 'sshd -T']],
    ['/var/x', ['sshd -T']],
  ]
  for (const [written, forgotten] of writes)
    it(`a write of ${written} forgets ${forgotten.join(', ')}`, async () => {
      const { memory, asked, path, command, account } = remembering()
      const askAll = async () => {
        for (const one of ['/etc', '/etc/ssh', '/etc/ssh/sshd_config']) await path(one)
        await path('/alias', '/etc/ssh/sshd_config')
        await account('alice')
        await command('sshd -T')
      }
      await askAll()
      assert.equal(asked.splice(0).length, 6)
      await askAll()
      assert.deepEqual(asked, [], 'asked once')
      memory.forget([written])
      await askAll()
      assert.deepEqual(asked, forgotten)
    })

  it('forgets everything where nobody says what changed', async () => {
    const { memory, asked, path, account } = remembering()
    await Promise.all([path('/a'), account('alice')])
    memory.forget()
    await Promise.all([path('/a'), account('alice')])
    assert.equal(asked.length, 4)
  })

  it('shares a question that is still under way', async () => {
    const { asked, path } = remembering()
    await Promise.all([path('/a'), path('/a')])
    assert.deepEqual(asked, ['/a'])
  })

  it('does not keep an answer that came after its path was forgotten', async () => {
    const { memory, asked, path } = remembering()
    const early = path('/a')
    memory.forget(['/a'])
    await early
    await path('/a')
    assert.equal(asked.length, 2)
  })

  it('vouches for what was seen until an answer is forgotten, and not again', async () => {
    const { memory, path } = remembering()
    const ahead: Ahead = {}
    memory.watch(ahead)
    await path('/a')
    assert.equal(ahead.holds, true)
    memory.forget(['/b'])
    assert.equal(ahead.holds, false)
    memory.watch(ahead)
    assert.equal(ahead.holds, false)
  })

  it('vouches no more where an answer is missing', async () => {
    const { memory } = remembering()
    const ahead: Ahead = {}
    memory.watch(ahead)
    const broken = memory.recall('x', { kind: 'command' }, () => Promise.reject(new Error('no')))
    await assert.rejects(broken)
    assert.equal(ahead.holds, false)
  })

  it('asks again after an error', async () => {
    const memory = createMemory()
    let times = 0
    const ask = () =>
      memory.recall('x', { kind: 'command' }, async () => {
        times += 1
        throw new Error('no')
      })
    await assert.rejects(ask())
    await assert.rejects(ask())
    assert.equal(times, 2)
  })
})
