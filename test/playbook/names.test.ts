import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { TSchema } from '../../src/contract/schema.ts'
import { FACTS } from '../../src/playbook/names.ts'
import { fieldsOfSchema } from '../../src/playbook/schema.ts'

const directory = join(import.meta.dirname, '../../src/facts')

/** The facts that the schemas of src/facts describe: `osSchema` with a field `family` is `os.family`. */
const described = async (): Promise<readonly string[]> => {
  const files = await Promise.all(readdirSync(directory).map((name) => import(`../../src/facts/${name}`)))
  return files.flatMap((exported: Readonly<Record<string, unknown>>) =>
    Object.entries(exported).flatMap(([name, schema]) => {
      const [, fact] = /^(\w+)Schema$/.exec(name) ?? []
      if (fact === undefined) return []
      const fields = Object.keys(fieldsOfSchema(schema as TSchema))
      return fields.length === 0 ? [fact] : fields.map((field) => `${fact}.${field}`)
    }),
  )
}

describe('the names that templates may use', () => {
  it('are those of all facts there are', async () => {
    assert.deepEqual([...FACTS].sort(), [...(await described())].sort())
  })
})
