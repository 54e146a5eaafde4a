import assert from 'node:assert/strict'
import { taskOf, written } from './written.ts'

/** A parameter with a template, and all that is said about it. */
const SCREENS: readonly (readonly [string, string])[] = [
  [
    `"{{ x | default('y') }}"`,
    `site.yml:4:15: this is Jinja: {{ x | default('y') }}
  hint: write {{ default x "y" }}`,
  ],
  [
    `"a {{ x == 1 }}"`,
    `site.yml:4:17: this is Jinja: {{ x == 1 }}
  hint: write {{ eq x 1 }}`,
  ],
  [
    `"{{ x.[0 }}"`,
    `site.yml:4:15: this is not a Handlebars expression: {{ x.[0 }}
  hint: an expression is a name, or a helper with its values, as in {{ lower name }}`,
  ],
  [
    `"{{ x[0].y }}"`,
    `site.yml:4:15: this is Jinja: {{ x[0].y }}
  hint: write {{ x.[0].y }}`,
  ],
  [
    `"{{ x is defined }}"`,
    `site.yml:4:15: this is Jinja: {{ x is defined }}
  hint: write {{ defined x }}`,
  ],
  [
    `"{{ lookup('file', 'a') }}"`,
    `site.yml:4:15: this is Jinja: {{ lookup('file', 'a') }}
  hint: write {{ file "a" }}`,
  ],
  [
    `"{{ x.split(',') }}"`,
    `site.yml:4:15: this is Jinja: {{ x.split(',') }}
  hint: write {{ split x "," }}`,
  ],
  [
    `"{{ 1 + 2 }}"`,
    `site.yml:4:15: this is not a Handlebars expression: {{ 1 + 2 }}
  hint: an expression is a name, or a helper with its values, as in {{ lower name }}`,
  ],
  [
    `"{% if x %}a{% endif %}"`,
    `site.yml:4:15: templates are Handlebars: "{% if %}" is Jinja
  hint: write {{#if name}} … {{else}} … {{/if}} or {{#each list}} … {{/each}}`,
  ],
  [
    `"{{#if x}}a"`,
    `site.yml:4:15: this is not a Handlebars template
  hint: a {{#block}} ends with its {{/block}}; literal braces are written \\{{`,
  ],
  [
    `"{{#foo x}}{{/foo}}"`,
    `site.yml:4:15: there is no block "foo" like this
  hint: the blocks are {{#if name}}, {{#unless name}} and {{#each list}}`,
  ],
  [`"{{> x}}"`, `site.yml:4:15: partials and decorators are not known`],
  [
    `"{{ lowr 'X' }}"`,
    `site.yml:4:18: there is no helper "lowr"
  hint: did you mean "lower"?`,
  ],
  [
    `"{{ eq 1 }}"`,
    `site.yml:4:18: "eq" takes 2 values
  hint: write (eq name "value")`,
  ],
  [
    `"{{ lower 'X' a=1 }}"`,
    `site.yml:4:18: helpers take no named values
  hint: write (lower name)`,
  ],
  [
    `"{{ (lower 'X') }}"`,
    `site.yml:4:15: this is not a Handlebars expression: {{ (lower 'X') }}
  hint: leave the outer parentheses out`,
  ],
  [
    `"docker ps --format '{{.Names}}'"`,
    `site.yml:4:35: this is not a Handlebars expression: {{ .Names }}
  hint: braces that are meant as they stand are written \\{{`,
  ],
  [
    `"{{ a/b }}"`,
    `site.yml:4:18: "a/b" is no name
  hint: write a.b`,
  ],
  [`"{{ this }}"`, `site.yml:4:18: "this" has a meaning only within {{#each}}`],
  [`"{{ nope }}"`, `site.yml:4:18: 'nope' is undefined`],
  [
    `"{{ facts.os.famly }}"`,
    `site.yml:4:18: there is no fact "os.famly"
  hint: did you mean "os.family"?`,
  ],
  [
    `"{{ facts.os.family.x }}"`,
    `site.yml:4:18: there is no fact "os.family.x"
  hint: did you mean "os.family"?`,
  ],
  [
    `"{{ x | default(omit) }}"`,
    `site.yml:4:15: this is Jinja: {{ x | default(omit) }}
  hint: write {{ default x null }}`,
  ],
  [`"{{#each group_names}}{{@constructor}}{{/each}}"`, `site.yml:4:38: '@constructor' is undefined`],
  [
    `"{{ omit }}"`,
    `site.yml:4:18: 'omit' is undefined
  hint: ours is null, as in (default name null): a parameter that is null counts as not given`,
  ],
  [
    `"{{ ansible_hostname }}"`,
    `site.yml:4:18: 'ansible_hostname' is undefined
  hint: not yet: ansible_hostname`,
  ],
  [
    `"{{ inventory_hostnam }}"`,
    `site.yml:4:18: 'inventory_hostnam' is undefined
  hint: did you mean "inventory_hostname"?`,
  ],
  [`"{{ groups.wb }}"`, `site.yml:4:18: there is no group "wb"`],
  [
    `"{{ hostvars.web2.x }}"`,
    `site.yml:4:18: there is no host "web2"
  hint: did you mean "web1"?`,
  ],
  [`"{{ hostvars.web1.x }}"`, `site.yml:4:18: 'hostvars.web1.x' is undefined: "hostvars.web1" has no field "x"`],
  [
    `"{{ item }}"`,
    `site.yml:4:18: 'item' is undefined
  hint: the task has no loop`,
  ],
  [
    `"x {{ groups }}"`,
    `site.yml:4:17: a map cannot stand within a text
  hint: name one of its fields, or write (json name)`,
  ],
  [
    `"x {{ group_names }}"`,
    `site.yml:4:17: the list ["ungrouped"] cannot stand within a text
  hint: write (join list ",") or (json list), or let the template stand alone to keep the list`,
  ],
  [`"{{ length 5 }}"`, `site.yml:4:25: length takes a list, not 5`],
  [`"{{ join 'x' }}"`, `site.yml:4:23: join takes a list, not "x"`],
  [
    `"{{ x['a'] | lower }}"`,
    `site.yml:4:15: this is Jinja: {{ x['a'] | lower }}
  hint: write {{ lower x.a }}`,
  ],
  [
    `"{{ join(',', x) }}"`,
    `site.yml:4:15: this is not a Handlebars expression: {{ join(',', x) }}
  hint: an expression is a name, or a helper with its values, as in {{ lower name }}`,
  ],
]

describe('a template', () => {
  for (const [text, screen] of SCREENS) {
    it(`says what is wrong with ${text}`, async () => {
      assert.equal((await written(taskOf(`- command:\n    cmd: ${text}\n`))).screen, screen)
    })
  }
})
