import assert from 'node:assert/strict'
import { LATER } from '../../src/contract/later.ts'
import { Secret } from '../../src/contract/secret.ts'
import type { Scope } from '../../src/playbook/shape.ts'
import { compileCondition, compileTemplate } from '../../src/playbook/template.ts'
import { nodeOf } from '../../src/yaml/node.ts'

const NAMES: Readonly<Record<string, unknown>> = {
  name: 'Alice',
  port: 22,
  yes: 'yes',
  off: false,
  none: null,
  list: ['a', 'b'],
  empty: [],
  map: { a: { b: 'deep' }, 'odd key': 1 },
  users: [{ name: 'x' }, { name: 'y' }],
  later: LATER,
  pass: new Secret('hunter2'),
  braces: '{{ name }}',
}

const scope: Scope = { lookup: (name) => (Object.hasOwn(NAMES, name) ? NAMES[name] : undefined) }
const at = { file: 'x.yml', line: 1, column: 1 }
const context = {
  readFile: (path: string) => `text of ${path}`,
  complain: ({ message }: { message: string }) => assert.fail(message),
}

const rendered = (text: unknown): unknown => compileTemplate(nodeOf(text, at), context).evaluate(scope)
const holds = (text: unknown): unknown => compileCondition(nodeOf(text, at), context).evaluate(scope)

const why = (evaluate: () => unknown): string => {
  try {
    evaluate()
    return 'nothing'
  } catch (error) {
    return (error as Error).message
  }
}

const VALUES: readonly (readonly [unknown, unknown])[] = [
  ['plain', 'plain'],
  ['{{ name }}', 'Alice'],
  ['{{{ name }}}', 'Alice'],
  ['{{name}}-{{port}}', 'Alice-22'],
  ['{{ port }}', 22],
  ['{{ off }}', false],
  [' {{ port }}', ' 22'],
  ['{{ list }}', ['a', 'b']],
  ['{{ map }}', { a: { b: 'deep' }, 'odd key': 1 }],
  ['{{ map.a.b }}', 'deep'],
  ['{{ map.[odd key] }}', 1],
  ['{{ list.[1] }}', 'b'],
  ['{{ users.[1].name }}', 'y'],
  ['<a href="&">{{ name }}', '<a href="&">Alice'],
  ['\\{{ name }}', '{{ name }}'],
  ['{{ braces }}', '{{ name }}'],
  ['say {{ braces }}', 'say {{ name }}'],
  ['{{!-- nothing --}}x', 'x'],
  [
    ['{{ port }}', { a: '{{ list }}', b: 1 }],
    [22, { a: ['a', 'b'], b: 1 }],
  ],
  ['{{ lower name }} {{ upper name }}', 'alice ALICE'],
  ['{{ join list ", " }}', 'a, b'],
  ['{{ split "a,b" "," }}', ['a', 'b']],
  ['{{ split " a  b " }}', ['a', 'b']],
  ['{{ first list }}{{ last list }}', 'ab'],
  ['{{ length list }}', 2],
  ['{{ length name }}', 5],
  ['{{ length map }}', 2],
  ['{{ json map }}', '{"a":{"b":"deep"},"odd key":1}'],
  ['{{ default nope "x" }}', 'x'],
  ['{{ default none "x" }}', 'x'],
  ['{{ default map.a.nope 5 }}', 5],
  ['{{ default name "x" }}', 'Alice'],
  ['{{ defined nope }}', false],
  ['{{ defined map.a.b }}', true],
  ['{{ defined none }}', true],
  ['{{ eq (lower name) "alice" }}', true],
  ['{{ file "a.pub" }}', 'text of a.pub'],
  ['{{#if off}}a{{else}}b{{/if}}', 'b'],
  ['{{#if yes}}a{{/if}}{{#if empty}}b{{/if}}{{#unless off}}c{{/unless}}', 'ac'],
  ['{{#each users}}{{@index}}{{this.name}}{{#unless @last}}, {{/unless}}{{/each}}', '0x, 1y'],
  ['{{#each users as |user place|}}{{user.name}}{{place}}{{/each}}', 'x0y1'],
  ['{{#each map.a}}{{@key}}={{this}}{{/each}}', 'b=deep'],
  ['{{#each empty}}x{{else}}none{{/each}}', 'none'],
  ['{{#each users}}{{name}}{{../port}}{{/each}}', 'x22y22'],
  ['{{#each users}}{{port}}{{/each}}', '2222'],
  ['{{#each list}}{{#each ../list}}{{this}}{{/each}};{{/each}}', 'ab;ab;'],
  ['{{#each list}}\n- {{this}}\n{{/each}}\n', '- a\n- b\n'],
]

const CONDITIONS: readonly (readonly [unknown, boolean])[] = [
  [true, true],
  [false, false],
  ['yes', true],
  ['off', false],
  ['no', false],
  ['(eq name "Alice")', true],
  ['eq name "Alice"', true],
  ['{{ eq name "Alice" }}', true],
  ["not (eq name 'Alice')", false],
  ['not off', true],
  ['ne port 22', false],
  ['eq port "22"', false],
  ['and yes (not off) (gt port 21)', true],
  ['or off (lt port 21)', false],
  ['or yes nope', true],
  ['and off nope', false],
  ['(in "a" list)', true],
  ['in "lic" name', true],
  ['in "a" map', true],
  ['in 1 list', false],
  ['(and (defined nope) nope)', false],
  ['\n  (eq name\n    "Alice")\n', true],
  ['none', false],
  ['default nope "no"', false],
]

const REFUSED: readonly (readonly [string, string])[] = [
  ['{{ nope }}', "'nope' is undefined"],
  ['{{ map.a.c }}', `'map.a.c' is undefined: "map.a" has no field "c"`],
  ['{{ name.length }}', `'name.length' is undefined: "name" has no field "length"`],
  ['{{ map.constructor }}', `'map.constructor' is undefined: "map" has no field "constructor"`],
  ['{{ map.__proto__ }}', `'map.__proto__' is undefined: "map" has no field "__proto__"`],
  ['{{ list.[7] }}', "'list.[7]' is undefined"],
  ['{{ none.x }}', `'none.x' is undefined: "none" has no field "x"`],
  ['x {{ list }}', 'the list ["a","b"] cannot stand within a text'],
  ['x {{ map }}', 'a map cannot stand within a text'],
  ['x {{ none }}', 'nothing cannot stand within a text'],
  ['{{ later }}', '"later" is known after the run'],
  ['{{ later.x }}', '"later.x" is known after the run'],
  ['{{ default later "x" }} y', 'a part of its text is known after the run'],
  ['{{ eq later 1 }}', 'a part of its template is known after the run'],
  ['{{ first empty }}', 'first takes a list that is not empty'],
  ['{{ lower list }}', 'lower takes a text, not the list ["a","b"]'],
  ['{{ lt name 5 }}', 'lt compares two numbers or two texts, not "Alice" and 5'],
  ['{{ eq pass "hunter2" }}', 'a secret can be given to a parameter for secrets only'],
  ['{{ split pass "n" }}', 'a secret can be given to a parameter for secrets only'],
  ['{{ pass.length }}', 'a secret has no parts'],
]

describe('templates', () => {
  for (const [text, value] of VALUES) {
    it(`renders ${JSON.stringify(text)}`, () => assert.deepEqual(rendered(text), value))
  }
  for (const [text, holding] of CONDITIONS) {
    it(`${holding ? 'holds' : 'does not hold'}: ${JSON.stringify(text)}`, () => assert.equal(holds(text), holding))
  }
  for (const [text, message] of REFUSED) {
    it(`refuses ${text}`, () =>
      assert.equal(
        why(() => rendered(text)),
        message,
      ))
  }

  it('names what it mentions, whether or not it is asked for', () => {
    const template = compileTemplate(
      nodeOf(['{{ a.b }} {{ eq (default c.d "x") e }}', '{{#each f as |g|}}{{g.x}}{{this}}{{h}}{{/each}}'], at),
      context,
    )
    assert.deepEqual(template.mentions, ['a.b', 'c.d', 'e', 'f', 'h'])
    assert.deepEqual(
      template.uses.filter(({ optional }) => optional).map(({ path }) => path),
      // within {{#each}} a name may be a field of the item
      [['c', 'd'], ['h']],
    )
  })

  it('keeps a secret within a text', () => {
    const text = rendered('a {{ pass }} b')
    assert.ok(text instanceof Secret)
    assert.equal(text.reveal(), 'a hunter2 b')
    assert.equal(String(text), '•••')
    assert.equal((rendered('{{#each list}}{{ pass }}{{/each}}') as Secret).reveal(), 'hunter2hunter2')
  })
})
