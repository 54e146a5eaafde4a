import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { extraVarsOf } from '../../src/cli/extra-vars.ts'
import { UserError } from '../../src/contract/errors.ts'

describe('-e', () => {
  it('takes words as strings, and maps as they are typed', () => {
    const table: readonly (readonly [readonly string[], Readonly<Record<string, unknown>>])[] = [
      [['a=1'], { a: '1' }],
      [['a=1 b=2'], { a: '1', b: '2' }],
      [[`a="x y" b='z "w"' c=p\\ q`], { a: 'x y', b: 'z "w"', c: 'p q' }],
      [['a=b=c'], { a: 'b=c' }],
      [['a='], { a: '' }],
      [['{"a": 1, "b": true}'], { a: 1, b: true }],
      [['{a: no}'], { a: 'no' }],
      [['a=1', 'a=2'], { a: '2' }],
    ]
    for (const [given, wanted] of table) assert.deepEqual(extraVarsOf(given), wanted)
  })

  it('reads a file', () => {
    const directory = mkdtempSync(join(tmpdir(), 'keyward-'))
    try {
      writeFileSync(join(directory, 'vars.yml'), 'port: 2222\nusers: [alice]\n')
      assert.deepEqual(extraVarsOf([`@${join(directory, 'vars.yml')}`]), { port: 2222, users: ['alice'] })
    } finally {
      rmSync(directory, { recursive: true })
    }
  })

  it('refuses what is no variable', () => {
    const refusal = (text: string): string => {
      try {
        extraVarsOf([text])
      } catch (error) {
        if (error instanceof UserError) return error.message
      }
      return 'taken'
    }
    assert.equal(refusal('verbose'), '-e verbose: "verbose" is no variable')
    assert.equal(refusal('@/no/such/file'), '-e @/no/such/file: no such file')
    assert.equal(refusal('[1, 2]'), 'variables are a map')
    assert.match(refusal('{a: 1'), /^not YAML: /)
  })
})
