import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import { fewAtOnce } from '../../src/cli/few-at-once.ts'

describe('works that begin a few at a time', () => {
  it('are never more than that, and all get their turn', async () => {
    const inTurn = fewAtOnce(3, 60_000)
    let busy = 0
    let most = 0
    const ended = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        inTurn(async () => {
          busy += 1
          most = Math.max(most, busy)
          await pause(1)
          busy -= 1
          return index
        }),
      ),
    )
    assert.equal(most, 3)
    assert.deepEqual(ended, [...Array(20).keys()])
  })

  it('go on behind one that fails', async () => {
    const inTurn = fewAtOnce(1, 60_000)
    const failing = inTurn(async () => await Promise.reject(new Error('refused')))
    const next = inTurn(async () => 'next')
    await assert.rejects(failing, /refused/)
    assert.equal(await next, 'next')
  })

  it('make room where none of them ends', async () => {
    const inTurn = fewAtOnce(2, 20)
    let end = (): void => {}
    const silent = new Promise<void>((resolve) => {
      end = resolve
    })
    const both = [inTurn(() => silent), inTurn(() => silent)]
    assert.equal(await inTurn(async () => 'late'), 'late')
    end()
    await Promise.all(both)
  })
})
