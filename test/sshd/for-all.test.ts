import assert from 'node:assert/strict'
import { isForAll, isTextForAll } from '../../src/sshd/for-all.ts'
import { isSameForAll } from '../../src/sshd/same-for-all.ts'
import { grammarOf } from '../../src/sshd/setting.ts'
import { recordings, treeOf } from '../formats/sshd-recordings.ts'
import { fakeMachine } from '../kit/fake-look.ts'

describe('an answer of sshd for every connection', () => {
  const rows: readonly [string, boolean][] = [
    ['PasswordAuthentication no\nInclude /etc/ssh/sshd_config.d/*.conf\n', true],
    ['# Match User bob\n#Match all\n', true],
    ['MatchNothing yes\nX Match User bob\n', true],
    ['Match User bob\n', false],
    ['Port 22\n\t match all\n', false],
    ['"Match" User bob\n', false],
    ['=Match User bob\n', false],
    ['Match=User bob\n', false],
    [' = "Include" /etc/x\n', false],
    ["Include '/etc/with blank/*.conf'\n", false],
    ['Include "/etc/x" # and more\n', false],
  ]
  for (const [text, expected] of rows)
    it(`${expected ? 'is sure' : 'is not sure'} by ${JSON.stringify(text)}`, () => {
      assert.equal(isTextForAll(text), expected)
    })

  const plain = Object.entries(recordings).filter(([, { files }]) => isForAll(treeOf(files)))
  for (const [id, { files, answers, connections }] of plain)
    it(`is the one that every sshd gave to every connection: ${id}`, () => {
      assert.deepEqual(treeOf(files, 'old'), { ...treeOf(files), grammar: 'old' })
      // without all five criteria an old sshd refuses to answer, and arguments may ask for something else
      const names = Object.keys(connections).filter((name) => Object.keys(connections[name] ?? {}).length === 5)
      for (const { dump } of answers) {
        const said = names.flatMap((name) => (dump[name] === undefined ? [] : [dump[name]]))
        for (const one of said) assert.deepEqual(one, said[0])
      }
    })

  it('is surely one for half of all that was recorded', () => {
    assert.ok(plain.length > Object.keys(recordings).length / 3, `${plain.length}`)
    assert.equal(grammarOf('8.7'), 'new')
  })

  it('depends on the files that are included', async () => {
    const drop = (text: string) =>
      fakeMachine({
        files: {
          '/etc/ssh/sshd_config': 'Include /etc/ssh/sshd_config.d/*.conf\n',
          '/etc/ssh/sshd_config.d/50.conf': text,
        },
      }).look({ power: null })
    assert.equal(await isSameForAll(drop('PasswordAuthentication no\n')), true)
    assert.equal(await isSameForAll(drop('Match Address 10.0.0.0/8\n')), false)
    assert.equal(await isSameForAll(fakeMachine().look({ power: null })), false)
  })
})
