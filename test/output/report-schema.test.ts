import assert from 'node:assert/strict'
import { Ajv } from 'ajv'
import { errorDocument, reportDocument } from '../../src/output/json.ts'
import { reportSchema } from '../../src/output/report-schema.ts'
import { counts, report, result, rootLogin } from './events.ts'

const validate = new Ajv({ strict: true, allErrors: true, allowUnionTypes: true }).compile(reportSchema)

const assertValid = (document: unknown): void => {
  validate(JSON.parse(JSON.stringify(document)))
  assert.deepEqual(validate.errors, null)
}

describe('the schema of the JSON document', () => {
  it('holds for a report with everything in it', () => {
    const results = [
      result({
        changes: [
          rootLogin,
          { field: 'groups', before: null, after: ['a'] },
          { field: 'rc', before: null, after: null, later: true },
        ],
        status: 'drift',
        item: 'x',
        handler: true,
        machine: 'localhost',
        ignored: true,
        rescued: true,
        notes: ['n'],
      }),
    ]
    assertValid(reportDocument(report({ results, interrupted: true, notes: ['n'], hosts: new Map([['a', counts()]]) })))
  })

  it('holds for wrong input', () => {
    assertValid(
      errorDocument({ command: 'run', mistakes: [{ message: 'm', at: { file: 'a', line: 1, column: 2 }, hint: 'h' }] }),
    )
  })

  it('refuses what is not in it', () => {
    const document = JSON.parse(JSON.stringify(reportDocument(report({ results: [result()] }))))
    assert.equal(validate({ ...document, results: [{ ...document.results[0], status: 'fine' }] }), false)
    assert.equal(validate({ ...document, results: [{ ...document.results[0], more: 1 }] }), false)
    assert.equal(validate({ ...document, version: 2 }), false)
    assert.equal(validate({ version: 1, command: 'run', exit_code: 2, errors: [] }), false)
  })
})
