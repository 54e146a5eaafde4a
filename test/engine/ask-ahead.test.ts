import assert from 'node:assert/strict'
import { defineModule, type Module } from '../../src/contract/module.ts'
import { field, param, params, record } from '../../src/contract/schema.ts'
import { memoryMachine } from './memory-machine.ts'
import { play, playedWith } from './played.ts'

/** Each look of the module, by the path that it is about. */
const looks: string[] = []

const text = defineModule({
  name: 'text',
  summary: 'a file holds a text',
  example: '',
  params: params({ path: param.path('where'), is: param.text('what') }),
  state: record({ path: field.text('where') }),
  probe: async (on, { path }) => {
    looks.push(path)
    const found = await on.file(path)
    return { path, files: { [path]: found === null ? null : { kind: 'file' as const, text: String(found.text) } } }
  },
  plan: ({ path, is }) => ({ path, files: { [path]: { kind: 'file', text: is } } }),
}) as Module

const outside = defineModule({
  name: 'outside',
  summary: 'something is judged from here',
  example: '',
  params: params({}),
  state: record({ in: field.flag('it is') }),
  outside: true,
  probe: async () => ({ in: true }),
  plan: (_params, now) => now,
}) as Module

const act = defineModule({
  name: 'act',
  summary: 'something is done',
  example: '',
  params: params({}),
  state: record({ done: field.flag('it is') }),
  isAct: () => true,
  probe: async () => ({ done: false }),
  plan: () => ({ done: true }),
}) as Module

const played = playedWith([text, outside, act])

describe('what is asked ahead', () => {
  it('of a loop that changes things is one item more for each, not all of them again', async () => {
    looks.length = 0
    const items = Array.from({ length: 12 }, (_, index) => `/f${index}`)
    const { told } = await played({
      playbook: play(`- name: t\n  text: { path: "{{ item }}", is: x }\n  loop: [${items.join(', ')}]\n`),
    })
    assert.equal(told.filter((line) => line.endsWith('changed')).length, items.length)
    // ahead at the start and behind the change before, at its turn, through the plan, and twice behind the write
    for (const path of items) assert.ok(looks.filter((one) => one === path).length <= 6, `${path}: ${looks}`)
  })
})

describe('a loop whose items go one by one', () => {
  it('has each looked at behind the change before', async () => {
    looks.length = 0
    const items = ['/f0', '/f1', '/f2']
    await played({
      playbook: play(
        `- name: t\n  text: { path: "{{ item }}", is: x }\n  loop: [${items.join(', ')}]\n  register: all\n`,
      ),
    })
    // the first look is from the start of the play
    const second = looks.indexOf('/f1', looks.indexOf('/f1') + 1)
    assert.ok(second < looks.lastIndexOf('/f0'), looks.join(' '))
  })
})

describe('the powers that a host needs first', () => {
  const firstOf = async (playbook: string): Promise<string | null> => {
    const asked: (string | null)[] = []
    const connect = async (name: string, first: string | null) => {
      if (name === 'web1') asked.push(first)
      return memoryMachine({}, name)
    }
    await played({ playbook, connect, mode: 'check' })
    assert.equal(asked.length, 1)
    return asked[0] ?? null
  }
  const TEXT = '- text: { path: /a, is: x }\n'

  for (const [words, first, playbook] of [
    ["are root's where the play becomes root", 'root', play(TEXT, '  become: true\n')],
    ["are another's where it becomes another", 'bob', play(TEXT, '  become: true\n  become_user: bob\n')],
    ["are the login user's own where it does not", null, play(TEXT)],
    [
      "are the first task's own",
      null,
      play(`- text: { path: /b, is: x }\n  become: false\n${TEXT}`, '  become: true\n'),
    ],
    [
      'are those of the first task that runs',
      'root',
      play(`- text: { path: /b, is: x }\n  become: false\n  when: (eq 1 2)\n${TEXT}`, '  become: true\n'),
    ],
    [
      'are not guessed where a condition is not known yet',
      null,
      play(`- text: { path: /b, is: x }\n  when: later\n${TEXT}`.replace('later', 'facts.fips'), '  become: true\n'),
    ],
    ['are none for what is judged from here', null, play('- outside: {}\n', '  become: true\n')],
    ['are those behind what is judged from here', 'root', play(`- outside: {}\n${TEXT}`, '  become: true\n')],
    ['are none for what a dry run does not do', null, play('- act: {}\n', '  become: true\n')],
    [
      'are none where another machine does it',
      null,
      play('- text: { path: /a, is: x }\n  delegate_to: localhost\n', '  become: true\n'),
    ],
    [
      'are none for a loop over nothing',
      null,
      play('- text: { path: "{{ item }}", is: x }\n  loop: []\n', '  become: true\n'),
    ],
  ] as const)
    it(words, async () => assert.equal(await firstOf(playbook), first))
})
