import assert from 'node:assert/strict'
import { changesTold } from '../../bench/proof.ts'
import { costTable, delayTable, median, startTable } from '../../bench/table.ts'

const cost = (clientCpu: number, hostCpu: number, wall: number, peakMiB: number) => ({
  clientCpu,
  hostCpu,
  wall,
  peakMiB,
})

describe('a table of the benchmark', () => {
  it('tells the middle of all rounds per host, as a multiple of the first row, and how far they lie apart', () => {
    const rows = [
      { title: 'ssh', costs: [cost(0.1, 0.3, 0.5, 20), cost(0.3, 0.5, 0.7, 40), cost(0.2, 0.4, 0.6, 30)] },
      { title: 'other', costs: [cost(0.4, 1.2, 3, 60)] },
    ]
    assert.equal(
      costTable(rows, 10, [{ title: 'one more', both: 360, timesBare: 5.9 }]),
      `| per host (× bare ssh) | client CPU ms | host CPU ms | both | lowest to highest | wall ms | peak memory MiB |
| --- | --- | --- | --- | --- | --- | --- |
| ssh | 20.0 (1.0 ×) | 40.0 (1.0 ×) | 60.0 (1.0 ×) | 40.0 to 80.0 | 60.0 (1.0 ×) | 3.00 (1.0 ×), 30 in all |
| other | 40.0 (2.0 ×) | 120.0 (3.0 ×) | 160.0 (2.7 ×) | 160.0 to 160.0 | 300.0 (5.0 ×) | 6.00 (2.0 ×), 60 in all |
| one more (quoted, not measured in this table) |  |  | 360 (5.9 ×) |  |  |  |`,
    )
  })

  it('gives no figures of a tool that did not do its work', () => {
    const rows = [{ title: 'other', costs: [cost(1, 1, 1, 1)], objection: 'it ended with 1' }]
    assert.equal(costTable(rows, 1, []).split('\n').at(-1), '| other | did not do its work |  |  |  |  |  |')
  })

  it('tells a delay in round trips', () => {
    const rows = [
      { title: 'ssh', slow: 0.5, quick: 0.2 },
      { title: 'other', slow: 0.65, quick: 0.25 },
    ]
    assert.equal(delayTable(rows, 50).split('\n').at(-1), '| other | 0.65 | 3.0 | 0.25 | 8.0 |')
  })

  it('tells what a start costs the client', () => {
    const rows = [{ title: 'node', costs: [cost(0.02, 0, 0.05, 1), cost(0.03, 0, 0.06, 1), cost(0.04, 0, 0.07, 1)] }]
    assert.equal(startTable(rows).split('\n').at(-1), '| node | 30 | 20 to 40 | 60 |')
  })

  it('takes the mean of two in the middle', () => assert.equal(median([4, 1, 3, 2]), 2.5))
})

describe('the recap of a tool', () => {
  it('tells the changes of each host, in the words of Ansible and of keyward', () => {
    const ansible = 'changed: [h1]\nh1                         : ok=11   changed=11   unreachable=0    failed=0'
    const keyward =
      'recap\nh1  : ok=11  changed=0   unreachable=0   failed=0\nh12 : ok=11  changed=3   unreachable=0   failed=0'
    assert.deepEqual(changesTold(ansible), [11])
    assert.deepEqual(changesTold(keyward), [0, 3])
  })
})
