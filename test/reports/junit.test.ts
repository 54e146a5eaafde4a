import assert from 'node:assert/strict'
import { junit, junitOutput } from '../../src/reports/junit.ts'
import { report } from '../output/events.ts'
import { hostileDocument } from './hostile.ts'
import { documentOf, fleetDocument, resultOf } from './sample.ts'
import { elementsOf } from './small-xml.ts'

describe('the JUnit report', () => {
  it('tells each outcome in the words of JUnit', () => {
    const at = (about: Parameters<typeof resultOf>[0], task_index: number) =>
      resultOf({ ...about, task: `t${task_index}`, task_index })
    const waived = { subject: 's', reason: 'r', owner: 'o', expires: '2027-01-01', value: null, at: 'w:1:1' }
    const text = junit(
      documentOf([
        at({}, 0),
        at({ item: 'x' }, 1),
        at({ status: 'skipped', message: 'its "when" does not hold' }, 2),
        at({ status: 'waiting', message: 'for a file' }, 3),
        at({ status: 'drift', waived }, 4),
        at(
          {
            status: 'drift',
            changes: [{ field: 'value', before: 'yes', after: 'no' }],
            evidence: {
              expected: { value: 'no' },
              effective: { value: 'yes' },
              source: [{ file: '/etc/ssh/sshd_config', line: 3, text: 'A yes' }],
            },
          },
          5,
        ),
        at({ status: 'failed', message: 'boom <&> "x"\nlast' }, 6),
      ]),
    )
    assert.equal(
      text,
      `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="keyward audit" tests="7" failures="1" errors="1" time="9.500">
  <testsuite name="web1" tests="7" failures="1" errors="1" skipped="3" time="0.084" timestamp="2026-11-25T02:15:00" hostname="web1">
    <testcase name="t0" classname="keys only" time="0.012"/>
    <testcase name="t1 [x]" classname="keys only" time="0.012"/>
    <testcase name="t2" classname="keys only" time="0.012"><skipped message="its &#34;when&#34; does not hold"/></testcase>
    <testcase name="t3" classname="keys only" time="0.012"><skipped message="waiting: for a file"/></testcase>
    <testcase name="t4" classname="keys only" time="0.012"><skipped message="waived until 2027-01-01 by o: r"/></testcase>
    <testcase name="t5" classname="keys only" time="0.012"><failure message="value: yes -&#62; no" type="drift">
expected: value no
effective: value yes
set at: /etc/ssh/sshd_config:3 A yes
at: site.yml:7:5
</failure></testcase>
    <testcase name="t6" classname="keys only" time="0.012"><error message="boom &#60;&#38;&#62; &#34;x&#34;&#10;last" type="failed">
at: site.yml:7:5
</error></testcase>
  </testsuite>
</testsuites>
`,
    )
  })

  it('never lets a task of an unreachable host pass', () => {
    const text = junit(
      documentOf([
        resultOf({ host: 'a' }),
        resultOf({ host: 'a', task: 'two', task_index: 1 }),
        resultOf({ host: 'b', status: 'unreachable', message: 'no route' }),
      ]),
    )
    const lost = elementsOf(text).filter(({ name, parents }) => name === 'testcase' && parents.includes('b'))
    assert.deepEqual(
      lost.map(({ children }) => children),
      [['error'], ['skipped']],
    )
  })

  for (const [what, document] of [
    ['a fleet', fleetDocument(12, 20)],
    ['a hostile host', hostileDocument],
  ] as const) {
    it(`has the shape that CI servers read, for ${what}`, () => {
      const elements = elementsOf(junit(document))
      const allowed: Readonly<Record<string, readonly string[]>> = {
        testsuites: ['name', 'tests', 'failures', 'errors', 'time'],
        testsuite: ['name', 'tests', 'failures', 'errors', 'skipped', 'time', 'timestamp', 'hostname'],
        properties: [],
        property: ['name', 'value'],
        testcase: ['name', 'classname', 'time'],
        failure: ['message', 'type'],
        error: ['message', 'type'],
        skipped: ['message'],
      }
      for (const { name, attributes } of elements) assert.deepEqual(Object.keys(attributes), allowed[name], name)
      for (const suite of elements.filter(({ name }) => name === 'testsuite')) {
        const count = (name: string): number => suite.children.filter((child) => child === name).length
        assert.equal(String(count('testcase')), suite.attributes.tests)
        assert.ok(count('properties') === 0 || suite.children[0] === 'properties')
      }
      const all = (name: string): string => String(elements.filter((one) => one.name === name).length)
      const [root] = elements
      assert.deepEqual(
        [root?.attributes.tests, root?.attributes.failures, root?.attributes.errors],
        [all('testcase'), all('failure'), all('error')],
      )
    })
  }

  it('is told once, at the end of a run', () => {
    const said: string[] = []
    const output = junitOutput((text) => said.push(text))
    output.tell({ kind: 'note', text: 'x' })
    output.tell({ kind: 'run ended', at: new Date(0), report: report() })
    assert.equal(said.length, 1)
    assert.match(said[0] ?? '', /<testsuites name="keyward run" tests="0"/)
  })
})
