import assert from 'node:assert/strict'
import { written } from './written.ts'

const loaded = async (control: string) => {
  const { plays, screen } = await written(`- hosts: web1\n  tasks:\n    - command: echo\n      control: ${control}\n`)
  return { control: plays[0]?.tasks[0]?.control, screen }
}

const NOTHING_MORE = { title: null, severity: null, references: [] }

const READ: readonly (readonly [string, unknown])[] = [
  ['SSH-AUTH-01', { ids: ['SSH-AUTH-01'], ...NOTHING_MORE }],
  ['5.10', { ids: ['5.10'], ...NOTHING_MORE }],
  ['[SSH-AUTH-01, CIS-5.1.8]', { ids: ['SSH-AUTH-01', 'CIS-5.1.8'], ...NOTHING_MORE }],
  ['[A-1, A-1, " A-2 "]', { ids: ['A-1', 'A-2'], ...NOTHING_MORE }],
  ['{id: A-1}', { ids: ['A-1'], ...NOTHING_MORE }],
  ['{ids: [A-1, A-2]}', { ids: ['A-1', 'A-2'], ...NOTHING_MORE }],
  ['{id: A-1, ids: [A-2]}', { ids: ['A-1', 'A-2'], ...NOTHING_MORE }],
  [
    '{id: A-1, title: Keys only, severity: critical, references: [NIST IA-2, 5.1]}',
    { ids: ['A-1'], title: 'Keys only', severity: 'critical', references: ['NIST IA-2', '5.1'] },
  ],
  ['{id: A-1, references: NIST IA-2}', { ids: ['A-1'], ...NOTHING_MORE, references: ['NIST IA-2'] }],
]

const NO_ID = 'a control has an id\n  hint: as in control: SSH-AUTH-01'
const NO_TEMPLATE = 'a control is the same on every host: it takes no template'

const SCREENS: readonly (readonly [string, string])[] = [
  ['', `site.yml:4:7: ${NO_ID}`],
  ['""', `site.yml:4:7: ${NO_ID}`],
  ['[]', `site.yml:4:7: ${NO_ID}`],
  ['{title: x}', `site.yml:4:7: ${NO_ID}`],
  ['{id: " "}', `site.yml:4:7: ${NO_ID}`],
  [
    '{id: A-1, titel: x}',
    'site.yml:4:26: "titel" is not a valid attribute for a control\n  hint: did you mean "title"?',
  ],
  ['{id: A-1, severity: bad}', 'site.yml:4:36: "severity" is one of low, medium, high, critical, not "bad"'],
  ['{id: A-1, severity: [high]}', 'site.yml:4:36: "severity" is one of low, medium, high, critical, not a list'],
  ['"{{ x }}"', `site.yml:4:16: ${NO_TEMPLATE}`],
  ['{id: A-1, references: ["{{ x }}"]}', `site.yml:4:39: ${NO_TEMPLATE}`],
  [
    '{id: {a: b}, severity: bad}',
    `site.yml:4:7: ${NO_ID}\nsite.yml:4:21: "id" is a text, not a map\nsite.yml:4:39: "severity" is one of low, medium, high, critical, not "bad"`,
  ],
]

describe('the control of a task', () => {
  for (const [text, expected] of READ)
    it(`is read of ${text}`, async () => {
      assert.deepEqual(await loaded(text), { control: expected, screen: '' })
    })

  for (const [text, expected] of SCREENS)
    it(`is not ${text || 'nothing'}`, async () => {
      assert.equal((await loaded(text)).screen, expected)
    })

  it('is none where the task says nothing', async () => {
    const { plays, screen } = await written('- hosts: web1\n  tasks:\n    - command: echo\n')
    assert.deepEqual([plays[0]?.tasks[0]?.control, screen], [null, ''])
  })

  it('is one that a handler may have too', async () => {
    const { plays, screen } = await written(
      '- hosts: web1\n  handlers:\n    - name: h\n      command: echo\n      control: A-1\n',
    )
    assert.deepEqual([plays[0]?.handlers[0]?.control?.ids, screen], [['A-1'], ''])
  })
})
