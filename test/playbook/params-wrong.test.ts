import assert from 'node:assert/strict'
import { taskOf, written } from './written.ts'

/** A parameter, and all that is said about it. */
const SCREENS: readonly (readonly [string, string])[] = [
  [
    `state: presnt`,
    `site.yml:3:30: "state" must be one of present, absent, not "presnt"
  hint: did you mean "present"?`,
  ],
  [
    `mode: 0644`,
    `site.yml:3:29: "mode" is a file mode and must be a quoted string: YAML reads 0644 as a number
  hint: write mode: '0644'`,
  ],
  [
    `mode: 644`,
    `site.yml:3:29: "mode" is a file mode and must be a quoted string: YAML reads 644 as a number
  hint: write mode: '0644'`,
  ],
  [
    `mode: 'u=rw'`,
    `site.yml:3:29: "mode" is a file mode: three or four octal digits, not "u=rw"
  hint: write it as in '0644'`,
  ],
  [
    `mode: 420`,
    `site.yml:3:29: "mode" is a file mode and must be a quoted string: YAML reads 420 as a number
  hint: write mode: '0420'`,
  ],
  [`path: x`, `site.yml:3:29: "path" is a path on the host: absolute, or beginning with ~, not "x"`],
  [`size: many`, `site.yml:3:29: "size" is a whole number, not "many"`],
  [`size: 0`, `site.yml:3:29: "size" must be at least 1, not 0`],
  [`size: 101`, `site.yml:3:29: "size" must be at most 100, not 101`],
  [`size: 1.5`, `site.yml:3:29: "size" is a whole number, not 1.5`],
  [`exclusive: maybe`, `site.yml:3:34: "exclusive" is yes or no, not "maybe"`],
  [`options: {a: b}`, `site.yml:3:32: an item of "options" is a text, not a map`],
  [`options: [[a]]`, `site.yml:3:33: an item of "options" is a text, not the list ["a"]`],
  [`keys: {a: b}`, `site.yml:3:29: "keys" is a text, not a map`],
  [
    `keys: ~`,
    `site.yml:3:29: "keys" has no value
  hint: leave "keys" out, or write ""`,
  ],
  [
    `keys:`,
    `site.yml:3:23: "keys" has no value
  hint: leave "keys" out, or write ""`,
  ],
  [`passphrase: [a]`, `site.yml:3:35: "passphrase" is a text`],
  [`value: {a: b}`, `site.yml:3:30: "value" is a text, not a map`],
  [
    `mode: '0999'`,
    `site.yml:3:29: "mode" is a file mode: three or four octal digits, not "0999"
  hint: write it as in '0644'`,
  ],
  [`exclusive: 2`, `site.yml:3:34: "exclusive" is yes or no, not 2`],
]

describe('a parameter', () => {
  for (const [text, screen] of SCREENS) {
    it(`says what is wrong with ${text}`, async () => {
      assert.equal((await written(taskOf(`- key: { user: a, ${text} }\n`))).screen, screen)
    })
  }
})
