import assert from 'node:assert/strict'
import { checkSelection, isChosen, type Selection, selectTasks } from '../../src/playbook/tags.ts'
import { screenOf, written } from './written.ts'

const selection = (tags: string, skipTags = '', startAtTask: string | null = null): Selection => ({
  tags: tags === '' ? [] : tags.split(','),
  skipTags: skipTags === '' ? [] : skipTags.split(','),
  startAtTask,
})

/** A task's tags, `--tags`, `--skip-tags`, and whether it is chosen. */
const CHOSEN: readonly (readonly [string, string, string, boolean])[] = [
  ['', '', '', true],
  ['a', '', '', true],
  ['a', 'a', '', true],
  ['a,b', 'b', '', true],
  ['a', 'b', '', false],
  ['', 'a', '', false],
  ['a', '', 'a', false],
  ['a', 'a', 'a', false],
  ['b', '', 'a', true],
  ['always', 'x', '', true],
  ['always', '', 'always', false],
  ['always,a', 'x', 'a', false],
  ['never', '', '', false],
  ['never', 'all', '', false],
  ['never', 'tagged', '', false],
  ['never', 'never', '', true],
  ['never,a', 'a', '', true],
  ['never,a', 'b', '', false],
  ['a', 'tagged', '', true],
  ['', 'tagged', '', false],
  ['', 'untagged', '', true],
  ['a', 'untagged', '', false],
  ['a', '', 'tagged', false],
  ['', '', 'tagged', true],
  ['', '', 'untagged', false],
  ['a', 'all', '', true],
  ['a', '', 'all', false],
  ['always', '', 'all', true],
]

const PLAYBOOK = `- hosts: web1
  tags: play
  tasks:
    - name: one
      command: echo
      tags: a
    - name: two
      command: echo
    - meta: flush_handlers
    - name: two and a half
      command: echo
      tags: never
`

describe('tags', () => {
  for (const [own, tags, skipTags, chosen] of CHOSEN) {
    it(`${chosen ? 'choose' : 'leave out'} [${own}] with --tags "${tags}" --skip-tags "${skipTags}"`, () => {
      assert.equal(isChosen(own === '' ? [] : own.split(','), selection(tags, skipTags)), chosen)
    })
  }

  it('choose the tasks of a play, its own tags included', async () => {
    const { plays } = await written(PLAYBOOK)
    const names = (...given: Parameters<typeof selection>): readonly string[] =>
      plays.flatMap((play) => selectTasks(play, selection(...given)).map(({ name }) => name))
    assert.deepEqual(names(''), ['one', 'two', 'flush_handlers'])
    assert.deepEqual(names('play'), ['one', 'two', 'flush_handlers', 'two and a half'])
    assert.deepEqual(names('a'), ['one', 'flush_handlers'])
    assert.deepEqual(names('', 'play'), ['flush_handlers'])
    assert.deepEqual(names('', '', 'two'), ['two', 'flush_handlers'])
    assert.deepEqual(names('', '', 'two *'), [])
    assert.deepEqual(names('never', '', 'two *'), ['two and a half'])
  })

  it('are wrong input where no task has them', async () => {
    const { plays } = await written(PLAYBOOK)
    const screen = (...given: Parameters<typeof selection>): string =>
      screenOf(checkSelection([{ file: 'site.yml', plays }], selection(...given)))
    assert.equal(screen('a,all,tagged,untagged,always,never', 'play', 'two*'), '')
    assert.equal(
      screen('plai', 'b'),
      '--tags: no task has the tag "plai"\n  hint: did you mean "play"?\n--skip-tags: no task has the tag "b"\n  hint: the tags are a, play',
    )
    assert.equal(screen('something'), '--tags: no task has the tag "something"\n  hint: the tags are a, play')
    assert.equal(screen('', '', 'tow'), '--start-at-task: no task has the name "tow"\n  hint: did you mean "two"?')
  })
})
