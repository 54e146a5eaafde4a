import assert from 'node:assert/strict'
import { place } from '../../src/contract/errors.ts'
import { entryOf, nodeValue, Spelled, unspelled, type YamlNode } from '../../src/yaml/node.ts'
import { readYaml } from '../../src/yaml/read.ts'
import { screenOf } from '../playbook/written.ts'

const root = (text: string): YamlNode => {
  const { root: node, mistakes } = readYaml(text, 'x.yml')
  assert.deepEqual(mistakes, [])
  assert.ok(node)
  return node
}

const SCALARS: readonly (readonly [string, unknown])[] = [
  ['no', 'no'],
  ['Yes', 'Yes'],
  ['on', 'on'],
  ['true', true],
  ['22', 22],
  ['-5', -5],
  ['1.5', 1.5],
  ['~', null],
  ['', null],
  ['null', null],
  ["'22'", '22'],
  ['"true"', 'true'],
  ['!!str 22', '22'],
  ['12:30:45', '12:30:45'],
  ['2026-01-01', '2026-01-01'],
  ["'it''s'", "it's"],
  ['"a\\tb"', 'a\tb'],
  ['|\n  a\n   b\n', 'a\n b\n'],
  ['>-\n  a\n  b\n', 'a b'],
]

const SPELLED = ['1.10', '0177', '0644', '1e3', 'True', 'FALSE', '+5', '0o644', '0x1F', '.inf', '9007199254740993']

const WRONG: readonly (readonly [string, string])[] = [
  [
    'a: {{ x }}\n',
    'x.yml:1:4: a value that begins with a template must be quoted\n  hint: quote the template: "{{ x }}"',
  ],
  [
    '- {{ x }}\n',
    'x.yml:1:3: a value that begins with a template must be quoted\n  hint: quote the template: "{{ x }}"',
  ],
  [
    'a: {{ x }}/b\n',
    'x.yml:1:11: not YAML: bad indentation of a mapping entry\n  hint: quote the template: "{{ x }}/b"',
  ],
  [
    'a: {{ lower "x" }} {{ y }}\n',
    `x.yml:1:20: not YAML: bad indentation of a mapping entry\n  hint: quote the template: '{{ lower "x" }} {{ y }}'`,
  ],
  ['a: b: c\n', 'x.yml:1:5: not YAML: bad indentation of a mapping entry\n  hint: quote the value: it contains ": "'],
  ['a:\n\t- b\n', 'x.yml:2:1: not YAML: tab characters must not be used in indentation\n  hint: indent with spaces'],
  [
    'a: @b\n',
    'x.yml:1:4: not YAML: bad indentation of a mapping entry\n  hint: quote the value: it cannot begin with @',
  ],
  ['a: "b" c\n', 'x.yml:1:8: not YAML: bad indentation of a mapping entry\n  hint: put quotes around the whole value'],
  ['a: [b\n', 'x.yml:1:4: not YAML: the bracket [ that is opened here is never closed'],
  ['a:\n  - { b: 1\n  - c\n', 'x.yml:2:5: not YAML: the bracket { that is opened here is never closed'],
  ['a: [b\nc: [d]\n', 'x.yml:1:4: not YAML: the bracket [ that is opened here is never closed'],
  ["# it's [\na: {b: [1, 2}\n", 'x.yml:2:8: not YAML: the bracket [ that is opened here is never closed'],
  [
    "- t: |\n    it's [ {\n  k: it's\n  z: [a\n",
    'x.yml:4:6: not YAML: the bracket [ that is opened here is never closed',
  ],
  ['a: "x\nb: 1\n', 'x.yml:1:4: not YAML: the quote " that is opened here is never closed'],
  ["a: 'x\n", "x.yml:1:4: not YAML: the quote ' that is opened here is never closed"],
  ['a: [b, "c]\n', 'x.yml:1:8: not YAML: the quote " that is opened here is never closed'],
  ['- name: "one\n  x: "two"\n', 'x.yml:1:9: not YAML: the quote " that is opened here is never closed'],
  ['a: "\\"\n', 'x.yml:1:4: not YAML: the quote " that is opened here is never closed'],
  [
    'a: "x\ny"\n',
    'x.yml:1:4: not YAML: deficient indentation: the quote " that is opened here goes on below\n  hint: indent its other lines further than the line that it begins in',
  ],
  [
    'a: [b,\nc]\n',
    'x.yml:1:4: not YAML: deficient indentation: the bracket [ that is opened here goes on below\n  hint: indent its other lines further than the line that it begins in',
  ],
  ['a: 1\nb: 2\na: 3\nb: 4\n', 'x.yml:3:1: duplicated mapping key "a"\nx.yml:4:1: duplicated mapping key "b"'],
  ['a: *b\n', 'x.yml:1:4: unidentified alias "b"'],
  ['a: &a [*a]\n', 'x.yml:1:8: the alias "a" stands inside itself'],
  ['a: !vault x\n', 'x.yml:1:11: not yet: values encrypted with ansible-vault'],
  ['a: !thing x\n', 'x.yml:1:11: unknown tag !thing'],
  ['$ANSIBLE_VAULT;1.1;AES256\n31\n', 'x.yml:1:1: not yet: files encrypted with ansible-vault'],
  ['a: 1\n---\nb: 2\n', 'x.yml:3:1: a file holds one YAML document, this one has more'],
  ['a: \u0007\n', 'x.yml:1:4: not YAML: the stream contains non-printable characters'],
  ['<<: 5\n', 'x.yml:1:5: "<<" merges a map, or a list of maps'],
]

const PLACES = `---
- name: "quoted"
  plain: word
  empty:
  text: |
    one {{ x }}
      two
  'key': [1, {a: b}]
`

describe('reading YAML', () => {
  for (const [text, value] of SCALARS) {
    it(`reads ${JSON.stringify(text)}`, () => assert.deepEqual(nodeValue(root(`- ${text}`)), [value]))
  }
  for (const text of SPELLED) {
    it(`keeps how ${text} is spelled`, () => {
      const [value] = nodeValue(root(`- ${text}`)) as unknown[]
      assert.ok(value instanceof Spelled)
      assert.equal(String(value), text)
      assert.equal(JSON.stringify([value]), JSON.stringify([unspelled(value)]))
    })
  }
  for (const [text, screen] of WRONG) {
    it(`refuses ${JSON.stringify(text)}`, () => assert.equal(screenOf(readYaml(text, 'x.yml').mistakes), screen))
  }

  it('knows the place of every node', () => {
    const list = root(PLACES)
    const map = list.kind === 'list' ? list.items[0] : undefined
    assert.ok(map?.kind === 'map')
    assert.deepEqual(
      map.entries.map(({ key, at, value }) => [key, place(at), place(value.at)]),
      [
        ['name', 'x.yml:2:3', 'x.yml:2:9'],
        ['plain', 'x.yml:3:3', 'x.yml:3:10'],
        ['empty', 'x.yml:4:3', 'x.yml:4:3'],
        ['text', 'x.yml:5:3', 'x.yml:5:9'],
        ['key', 'x.yml:8:3', 'x.yml:8:10'],
      ],
    )
    const text = entryOf(map, 'text')?.value
    assert.ok(text?.kind === 'scalar')
    assert.equal(place(text.locate(String(text.value).indexOf('{{'))), 'x.yml:6:9')
    assert.equal(place(text.locate(String(text.value).indexOf('two'))), 'x.yml:7:7')
    const name = entryOf(map, 'name')?.value
    assert.ok(name?.kind === 'scalar')
    assert.equal(place(name.locate(2)), 'x.yml:2:12')
  })

  const EMPTY: readonly (readonly [string, readonly string[]])[] = [
    ['- a\n- # nothing\n-\n\n- "x"\n-', ['x.yml:1:3', 'x.yml:2:1', 'x.yml:3:1', 'x.yml:5:3', 'x.yml:6:1']],
    ['-\n-\n', ['x.yml:1:1', 'x.yml:2:1']],
    ['- |\n  - t\n-\n- [a,\n  b]\n-\n', ['x.yml:1:3', 'x.yml:3:1', 'x.yml:4:3', 'x.yml:6:1']],
    ['- ~\n- &a\n- *a\n-', ['x.yml:1:3', 'x.yml:2:1', 'x.yml:2:1', 'x.yml:4:1']],
    ['- - a\n  -\n-\n', ['x.yml:1:3', 'x.yml:3:1']],
  ]
  for (const [text, places] of EMPTY) {
    it(`knows the place of an item of which nothing is written: ${JSON.stringify(text)}`, () => {
      const list = root(text)
      assert.ok(list.kind === 'list')
      assert.deepEqual(
        list.items.map(({ at }) => place(at)),
        places,
      )
    })
  }

  it('merges maps; what stands in the map itself wins', () => {
    const value = nodeValue(root('- &a { x: 1, y: 1 }\n- { <<: *a, y: 2, z: 3 }\n- { <<: [{ q: 1 }, *a] }\n'))
    assert.deepEqual(value, [
      { x: 1, y: 1 },
      { y: 2, z: 3, x: 1 },
      { q: 1, x: 1, y: 1 },
    ])
  })

  it('keeps a key that names a prototype to itself', () => {
    const value = nodeValue(root('__proto__: { a: 1 }\n')) as object
    assert.deepEqual(Object.keys(value), ['__proto__'])
    assert.equal(({} as { a?: number }).a, undefined)
  })

  it('reads a file with a byte order mark, with carriage returns, and an empty one', () => {
    assert.deepEqual(nodeValue(root('\ufeffa: 1\r\nb: c\r\n')), { a: 1, b: 'c' })
    assert.deepEqual(readYaml('# nothing\n', 'x.yml'), { root: null, mistakes: [] })
    assert.deepEqual(readYaml('', 'x.yml'), { root: null, mistakes: [] })
  })

  it('takes no more than aliases may say', () => {
    let bomb = 'a0: &a0 [1,1,1,1,1,1,1,1,1]\n'
    for (let next = 1; next < 12; next += 1)
      bomb += `a${next}: &a${next} [${Array(9)
        .fill(`*a${next - 1}`)
        .join(',')}]\n`
    const [mistake] = readYaml(bomb, 'x.yml').mistakes
    assert.equal(mistake?.message, 'its aliases stand for more than 1000000 nodes')
  })
})
