import assert from 'node:assert/strict'
import { parseListening, settle } from '../../src/units/settle.ts'
import { fakeMachine } from '../kit/fake-look.ts'

// from /proc/PID/net/tcp, tcp6 and `ls -l /proc/PID/fd` of an sshd on Debian 12
const SAID = `
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 01010001:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 ffff8880 100 0 0 10 0
   1: 01010001:0016 0100007F:D431 01 00000000:00000000 02:0009C8B5 00000000     0        0 4712 2 ffff8880 20 4 30 10 -1
   2: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4713 1 ffff8880 100 0 0 10 0
  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000000000000000000000000000:0016 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4714 1 ffff8880 100 0 0 10 0
total 0
lr-x------ 1 root root 64 Nov 26 02:00 0 -> /dev/null
lrwx------ 1 root root 64 Nov 26 02:00 3 -> socket:[4711]
lrwx------ 1 root root 64 Nov 26 02:00 4 -> socket:[4714]
lrwx------ 1 root root 64 Nov 26 02:00 5 -> socket:[4712]
`

describe('where a process listens', () => {
  it('is told by the sockets that it has open, and no connection is taken for one', () => {
    assert.deepEqual(
      [...parseListening(SAID)],
      [
        ['4711', 22],
        ['4714', 22],
      ],
    )
  })

  it('is nowhere for somebody who may not look', () => {
    assert.equal(parseListening(SAID.replace(/^lr.*$/gm, '')).size, 0)
  })
})

describe('a reloaded daemon', () => {
  const unit = {
    init: 'systemd',
    name: 'ssh',
    isRunning: true,
    pid: 42,
    load: null,
    socket: null,
    properties: {},
  } as const
  const before = parseListening(SAID)
  const again = SAID.replaceAll('4711', '5001')

  /** Waits for a daemon of which these are the sockets, one answer after the other; the last one stays. */
  const settled = async (answers: readonly (string | null)[]): Promise<number> => {
    const host = fakeMachine({
      answer: () => {
        const said = answers[Math.min(host.asked.length, answers.length) - 1] ?? null
        return said === null ? { code: 3 } : { stdout: said }
      },
    })
    await settle(host.touch({ power: null }), unit, { before, reopens: true })
    return host.asked.length
  }

  it('is waited for while it does not listen, or still has its old sockets', async () => {
    assert.equal(await settled([SAID, '', '', again]), 4)
  })

  it('is taken for one that keeps its sockets after a moment', async () => {
    assert.ok((await settled([SAID])) > 10)
  })

  it('that did not survive is named', async () => {
    await assert.rejects(settled(['', null]), /ssh did not survive its reload: its main process 42 is gone/)
  })
})
