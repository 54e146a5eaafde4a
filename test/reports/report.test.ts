import assert from 'node:assert/strict'
import { html } from '../../src/reports/html.ts'
import { junit } from '../../src/reports/junit.ts'
import { trendSvg } from '../../src/reports/trend.ts'
import { gridOf } from '../../src/reports/verdict.ts'
import { finding, result, sample } from './sample.ts'

const ASSETS = { style: 'p{}', script: 'void 0' }
const page = (document: Parameters<typeof html>[0]): string => html(document, { trend: [], assets: ASSETS })

const HOSTILE = `</script><img src=x onerror="alert(1)">&'\u202e\u2028`

describe('a report', () => {
  it('counts every check of every host, and what nobody looked at as such', () => {
    const { counts, cells } = gridOf(sample(17, 4))
    assert.equal(cells.length, 17 * 4)
    assert.equal(counts.unreachable, 4)
    assert.equal(counts.passed + counts.finding + counts.unreachable, 17 * 4)
  })

  it('never counts waiting, skipped, failed or waived as passed', () => {
    const statuses = ['ok', 'changed', 'drift', 'stuck', 'failed', 'unreachable', 'skipped', 'waiting'] as const
    const document = sample(1, 0)
    const results = statuses.map((status, index) => ({ ...result('web01.example.com', index), status }))
    const waived = { subject: 's', reason: 'r', owner: 'o', expires: '2027-01-01T00:00:00Z', value: 'yes', at: 'w:1:1' }
    const { counts } = gridOf({ ...document, results: [...results, { ...finding('web01.example.com', 9), waived }] })
    assert.deepEqual(counts, { passed: 2, finding: 2, failed: 1, unreachable: 1, skipped: 1, unjudged: 1, waived: 1 })
  })

  it('shows a task that a lost host never came to, as not judged', () => {
    const document = sample(2, 2)
    const { cells } = gridOf({ ...document, results: document.results.slice(0, 3) })
    assert.equal(
      cells.find(({ host, subject }) => host.startsWith('web02') && subject.key === '0 1')?.verdict,
      'unjudged',
    )
  })

  it('of 50 hosts and 60 controls is under 300 KB with its script and style', () => {
    const size = Buffer.byteLength(page(sample(50, 60))) + 12_000
    assert.ok(size < 300_000, `${size}`)
  })

  it('lets nothing that a host said run, or turn its direction', () => {
    const document = sample(1, 1)
    const wrong = { ...finding(HOSTILE, 0), task: HOSTILE, message: HOSTILE }
    const text = page({
      ...document,
      hosts: { [HOSTILE]: { ...Object.values(document.hosts)[0] } as never },
      results: [wrong],
    })
    assert.equal(text.match(/<\/script>/g)?.length, 2)
    assert.ok(!text.includes('<img'))
    assert.ok(!/\u202e/.test(text))
  })

  it('draws a trend of two runs or more', () => {
    const point = { at: '2026-11-25T02:15:00Z', passed: 3, findings: 1, waived: 0, unjudged: 0 }
    assert.equal(trendSvg([point]), '')
    const svg = trendSvg([point, { ...point, findings: 0, passed: 4 }])
    assert.equal(svg.match(/<g>/g)?.length, 2)
    assert.match(svg, /aria-label="2 runs/)
  })
})

describe('JUnit', () => {
  it('has a suite per host and a case per check, of which only what is as wanted passes', () => {
    const text = junit(sample(17, 4))
    assert.equal(text.match(/<testsuite /g)?.length, 17)
    assert.equal(text.match(/<testcase /g)?.length, 17 * 4)
    const [, tests, failures, errors, skipped] =
      /<testsuites name="keyward audit" tests="(\d+)" failures="(\d+)" errors="(\d+)" skipped="(\d+)"/.exec(text) ?? []
    assert.deepEqual([tests, errors, skipped], ['68', '1', '3'])
    assert.equal(text.match(/<failure /g)?.length, Number(failures))
    assert.match(text, /set at: \/etc\/ssh\/sshd_config\.d\/50-hand\.conf:1/)
  })

  it('is well-formed whatever was said', () => {
    const wrong = { ...finding('web01.example.com', 0), task: `${HOSTILE}\u0000\u001b`, message: HOSTILE }
    const text = junit({ ...sample(1, 0), results: [wrong] })
    assert.ok(!/\p{Cc}/u.test(text.replaceAll('\n', '')))
    assert.ok(!text.includes('<img'))
    const open = [...text.matchAll(/<(\/?)([a-z]+)[^>]*?(\/?)>/g)].reduce(
      (depth, [, close, , empty]) => depth + (close === '/' ? -1 : empty === '/' ? 0 : 1),
      0,
    )
    assert.equal(open, 0)
  })
})
