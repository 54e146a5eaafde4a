import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { typedIn } from '../cli/typed.ts'
import { folder } from '../kit/story.ts'
import { documentOf, resultOf } from './sample.ts'

const scene = (files: Readonly<Record<string, string>> = {}) => {
  const directory = folder({ 'run.json': JSON.stringify(documentOf([resultOf()])), ...files })
  const report = async (...words: readonly string[]) => {
    const { code, stdout, stderr } = await typedIn({ environment: { HOME: directory } }, ['report', ...words])
    return { code, stdout, stderr: stderr.replaceAll(directory, '~') }
  }
  return { directory, report }
}

describe('keyward report', () => {
  it('tells a document in a file as JUnit', async () => {
    const { directory, report } = scene()
    const { code, stdout, stderr } = await report(join(directory, 'run.json'), '--format', 'junit')
    assert.deepEqual([code, stderr], [0, ''])
    assert.match(stdout, /<testcase name="no root logins" classname="keys only" time="0.012"\/>/)
  })

  it('writes a file for its owner alone, says so, and leaves nothing else behind', async () => {
    const { directory, report } = scene()
    const to = join(directory, 'out.json')
    const { code, stdout, stderr } = await report(join(directory, 'run.json'), '--format', 'json', '--to', to)
    assert.deepEqual([code, stdout, stderr], [0, '', 'keyward: the report is in ~/out.json\n'])
    assert.equal(JSON.parse(readFileSync(to, 'utf8')).results[0].task, 'no root logins')
    assert.equal(statSync(to).mode & 0o777, 0o600)
    assert.deepEqual(readdirSync(directory).sort(), ['out.json', 'run.json'])
  })

  it('tells a run that is kept, and the newest one where none is named', async () => {
    const { directory, report } = scene({
      'site.yml':
        '- hosts: localhost\n  connection: local\n  gather_facts: false\n  tasks: [{ line_in_file: { path: /dev/null/x, line: y } }]\n',
    })
    const audit = ['audit', join(directory, 'site.yml')]
    await typedIn({ environment: { HOME: directory } }, audit)
    const told = JSON.parse((await report('--format', 'json')).stdout)
    assert.match(told.id, /^\d{8}-\d{6}-[0-9a-f]{4}$/)
    assert.match(told.head, /^[0-9a-f]{64}$/)
    assert.equal(JSON.parse((await report(told.id, '--format', 'json')).stdout).id, told.id)
  })

  const wrong = [
    ['that is no JSON', 'no.json', 'nope', /no\.json is no JSON: /],
    ['that is something else', 'no.json', '{"version": 1, "results": []}', /at its top, "command" is missing/],
    [
      'with results that cannot be',
      'no.json',
      JSON.stringify(documentOf([resultOf({ status: 'fine' as never })])),
      /no\.json is no document of a run: at results\.0\.status, it must be one of ok, changed/,
    ],
    ['of wrong input', 'no.json', '{"version":1,"command":"run","exit_code":1,"errors":[]}', /it has no run to report/],
  ] as const
  for (const [what, name, text, message] of wrong) {
    it(`refuses a document ${what}`, async () => {
      const { directory, report } = scene({ [name]: text })
      const { code, stdout, stderr } = await report(join(directory, name), '--format', 'junit')
      assert.deepEqual([code, stdout], [1, ''])
      assert.match(stderr, message)
    })
  }

  it('says what it cannot write or read', async () => {
    const { directory, report } = scene()
    const run = join(directory, 'run.json')
    const unwritten = await report(run, '--format', 'junit', '--to', join(directory, 'no', 'x.xml'))
    assert.match(unwritten.stderr, /cannot write ~\/no\/x\.xml: ENOENT/)
    assert.match((await report(join(directory, 'none.json'))).stderr, /cannot read ~\/none\.json: ENOENT/)
    assert.deepEqual(readdirSync(directory), ['run.json'])
  })
})
