import assert from 'node:assert/strict'
import { traceLines } from '../../src/host/trace.ts'

const traced = (stdout: string, stderr = '') => ({
  power: 'root',
  shown: 'read /etc/x',
  answer: { code: 0, stdout: Buffer.from(stdout), stderr: Buffer.from(stderr) },
  durationMs: 12.3,
})

describe('a trace', () => {
  it('says who asked what, and what was answered', () =>
    assert.deepEqual(traceLines('web1', traced('a\nb\n', 'oh\n')), [
      'web1 root$ read /etc/x -> 0 (12 ms)',
      '  | a',
      '  | b',
      '  ! oh',
    ]))

  it('cuts a long answer', () =>
    assert.deepEqual(traceLines('web1', traced('x\n'.repeat(30))).slice(-2), ['  | x', '  | … 20 more lines']))

  it('shows no private key', () => {
    const key = '-----BEGIN OPENSSH PRIVATE KEY-----\nc2VjcmV0\n-----END OPENSSH PRIVATE KEY-----'
    const lines = traceLines('web1', traced(`before\n${key}\nafter\n-----BEGIN RSA PRIVATE KEY-----\nc2Vj`)).join('\n')
    assert.match(lines, /before\n {2}\| •••\n {2}\| after\n {2}\| •••$/)
    assert.doesNotMatch(lines, /c2V/)
  })
})
