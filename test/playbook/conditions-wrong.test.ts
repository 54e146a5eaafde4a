import assert from 'node:assert/strict'
import { taskOf, written } from './written.ts'

/** What stands behind `when:`, and all that is said about it. */
const SCREENS: readonly (readonly [string, string])[] = [
  [
    `perms == "x"`,
    `site.yml:4:13: this is Jinja: perms == "x"
  hint: write (eq perms "x")`,
  ],
  [
    `x is defined and y`,
    `site.yml:4:13: this is Jinja: x is defined and y
  hint: write (and (defined x) y)`,
  ],
  [`not x`, `site.yml:4:17: 'x' is undefined`],
  [
    `"x in y"`,
    `site.yml:4:14: this is Jinja: x in y
  hint: write (in x y)`,
  ],
  [
    `"'a' in x"`,
    `site.yml:4:14: this is Jinja: 'a' in x
  hint: write (in "a" x)`,
  ],
  [
    `made is changed`,
    `site.yml:4:13: this is Jinja: made is changed
  hint: write made.changed`,
  ],
  [
    `made.rc != 0`,
    `site.yml:4:13: this is Jinja: made.rc != 0
  hint: write (ne made.rc 0)`,
  ],
  [`""`, `site.yml:4:13: a condition is an expression, as in (eq name "value")`],
  [`{a: b}`, `site.yml:4:13: a condition is an expression, or a list of expressions`],
  [`5`, `site.yml:4:13: a condition is an expression, as in (eq name "value")`],
  [
    `"x y"`,
    `site.yml:4:14: this is not a Handlebars expression: x y
  hint: an expression is a name, or a helper with its values, as in (eq name "value")`,
  ],
  [`maybe`, `site.yml:4:13: 'maybe' is undefined`],
  [
    `"{{ x }} and {{ y }}"`,
    `site.yml:4:14: a condition is an expression, not a text with templates
  hint: write it without braces`,
  ],
  [
    `"{{ eq a b }}"`,
    `site.yml:4:20: 'a' is undefined
site.yml:4:22: 'b' is undefined`,
  ],
  [
    `lookup("x")`,
    `site.yml:4:13: this is not a Handlebars expression: lookup("x")
  hint: an expression is a name, or a helper with its values, as in (eq name "value")`,
  ],
  [
    `x | bool`,
    `site.yml:4:13: this is Jinja: x | bool
  hint: write x`,
  ],
  [
    `ansible_os_family == "Debian"`,
    `site.yml:4:13: this is Jinja: ansible_os_family == "Debian"
  hint: write (eq facts.os.family "Debian")`,
  ],
  [
    `(eq facts.os.family "Debian"`,
    `site.yml:4:13: this is not a Handlebars expression: (eq facts.os.family "Debian"
  hint: an expression is a name, or a helper with its values, as in (eq name "value")`,
  ],
  [
    `group_names`,
    `site.yml:4:13: a condition is yes or no, not the list ["ungrouped"]
  hint: compare it, as in (eq name "value") or (gt (length name) 0), or ask (defined name)`,
  ],
]

describe('a condition', () => {
  for (const [text, screen] of SCREENS) {
    it(`says what is wrong with ${text}`, async () => {
      assert.equal((await written(taskOf(`- command: echo\n  when: ${text}\n`))).screen, screen)
    })
  }
})
