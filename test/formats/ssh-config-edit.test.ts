import assert from 'node:assert/strict'
import { splitWords } from '../../src/formats/ssh-config.ts'
import { withoutSshSetting, withSshSetting } from '../../src/formats/ssh-config-edit.ts'
import type { SshConfigTree } from '../../src/formats/ssh-config-order.ts'
import { type SshConfigWish, sshConfigWord } from '../../src/formats/ssh-config-wish.ts'

const scopeOf = (about: string): SshConfigWish['scope'] => {
  const [kind = '', ...words] = splitWords(about).words
  return kind === 'host' || kind === 'match' ? { kind, words } : { kind: 'global', words: [] }
}

const treeOf = (text: string, included: Record<string, string> = {}): SshConfigTree => ({
  root: '/config',
  files: { '/config': text, ...included },
  includes: Object.fromEntries(Object.keys(included).map((path) => [path, [path]])),
})

const put = (
  text: string,
  about: string,
  keyword: string,
  value: string,
  included?: Record<string, string>,
): string => {
  const wish = { scope: scopeOf(about), keyword, values: [value] }
  const { text: edited, outranked } = withSshSetting(treeOf(text, included), wish)
  assert.equal(outranked, null)
  const again = withSshSetting(treeOf(edited, included), wish)
  assert.equal(again.text, edited, 'a second edit changes nothing')
  return edited
}

describe('a setting for every host', () => {
  it('is the first line of an empty file', () =>
    assert.equal(put('', '', 'AddKeysToAgent', 'yes'), 'AddKeysToAgent yes\n'))

  it('goes before the first Host, and before the comment that belongs to it', () => {
    const text = '# mine\n\n# the web\nHost web\n  User x\n'
    assert.equal(put(text, '', 'Compression', 'yes'), '# mine\n\nCompression yes\n\n# the web\nHost web\n  User x\n')
  })

  it('goes below the last one before the first Host', () => {
    assert.equal(put('User a\n\nHost web\n', '', 'Port', '22'), 'User a\nPort 22\n\nHost web\n')
  })

  it('goes below its own commented default, which prose is not', () => {
    const text = '# Port is 22\n#Port 22\nUser a\n'
    assert.equal(put(text, '', 'Port', '23'), '# Port is 22\n#Port 22\nPort 23\nUser a\n')
  })

  it('is changed in place, its spelling, indent, comment and line end kept', () => {
    assert.equal(put('  user=a  # me\r\nPort 1\r\n', '', 'User', 'b'), '  user b  # me\r\nPort 1\r\n')
  })

  it('is found under an old name', () => {
    const text = 'ChallengeResponseAuthentication yes\n'
    assert.equal(put(text, '', 'KbdInteractiveAuthentication', 'no'), 'ChallengeResponseAuthentication no\n')
  })

  it('leaves no later line that differs', () => {
    assert.equal(put('User a\nUser b\nUser c\n', '', 'User', 'b'), 'User b\nUser b\n')
  })

  it('stands already where every line before the one for all agrees', () => {
    const text = 'Host web\n  ForwardAgent no\nHost *\n  ForwardAgent false\n'
    assert.equal(put(text, '', 'ForwardAgent', 'no'), text)
  })

  it('does not stand already where one block says otherwise', () => {
    const text = 'Host web\n  ForwardAgent yes\nHost *\n  ForwardAgent no\n'
    assert.equal(put(text, '', 'ForwardAgent', 'no'), `ForwardAgent no\n\n${text}`)
  })

  it('goes before an Include whose file would win', () => {
    const included = { '/d/a': 'Host x\n  User z\n' }
    assert.equal(put('Port 1\nInclude /d/a\nUser a\n', '', 'User', 'a', included), 'Port 1\nUser a\nInclude /d/a\n')
  })

  it('goes behind an Include whose file says nothing of it', () => {
    assert.equal(put('Include /d/a\n', '', 'User', 'a', { '/d/a': 'Port 1\n' }), 'Include /d/a\nUser a\n')
  })

  it('ends a last line that has no end', () => assert.equal(put('User a', '', 'Port', '1'), 'User a\nPort 1\n'))
})

describe('a setting for some hosts', () => {
  it('makes the block at the end, before what holds for all', () => {
    const text = 'Host web\n\tUser a\n\n# the rest\nHost *\n\tUser b\n'
    const wanted = 'Host web\n\tUser a\n\nHost db\n\tPort 1\n\n# the rest\nHost *\n\tUser b\n'
    assert.equal(put(text, 'host db', 'Port', '1'), wanted)
  })

  it('makes the first block of a file', () => assert.equal(put('', 'host db', 'Port', '1'), 'Host db\n    Port 1\n'))

  it('makes the block for all at the end', () => {
    assert.equal(put('Host a\n  User x\n', 'host *', 'User', 'y'), 'Host a\n  User x\n\nHost *\n  User y\n')
  })

  it('goes below the last line of a block that is written otherwise, indented like it', () => {
    const text = 'Host b a # two\n   User x\n\nHost c\n'
    assert.equal(put(text, 'host a b', 'Port', '1'), 'Host b a # two\n   User x\n   Port 1\n\nHost c\n')
  })

  it('recognises Match criteria in another order', () => {
    const text = 'match user bob HOST srv\n  Port 2\n'
    assert.equal(put(text, 'match host srv user bob', 'Port', '1'), 'match user bob HOST srv\n  Port 1\n')
  })

  it('comes before an earlier block that would win', () => {
    const text = 'Host *.example.com\n  User a\nHost web.example.com\n  Port 1\n'
    const wanted = 'Host web.example.com\n  User b\n\nHost *.example.com\n  User a\nHost web.example.com\n  Port 1\n'
    assert.equal(put(text, 'host web.example.com', 'User', 'b'), wanted)
  })

  it('leaves an earlier block that agrees', () => {
    const text = 'Host *\n  User b\nHost web\n  User b\n'
    assert.equal(put(text, 'host web', 'User', 'b'), text)
  })

  it('cannot outrank a line for every host, and names it', () => {
    const wish = { scope: scopeOf('host web'), keyword: 'User', values: ['b'] }
    const tree = treeOf('User a\nHost web\n  Port 1\n')
    const { text, outranked } = withSshSetting(tree, wish)
    assert.deepEqual([text, outranked?.number, outranked?.line.value], [tree.files['/config'], 1, 'a'])
  })
})

describe('settings that add up', () => {
  it('are added below their like, not replaced', () => {
    const text = 'IdentityFile ~/.ssh/a\nUser x\n'
    assert.equal(put(text, '', 'IdentityFile', '~/.ssh/b'), `${text}IdentityFile ~/.ssh/b\n`)
  })

  it('are left where they stand, however they are quoted', () => {
    const text = 'Host a\n  identityfile="~/.ssh/a"\n'
    assert.equal(put(text, 'host a', 'IdentityFile', '~/.ssh/a'), text)
  })

  it('of SendEnv are words on any line', () => {
    const text = 'SendEnv LANG\nSendEnv LC_* X\n'
    assert.equal(put(text, '', 'SendEnv', 'X LANG'), text)
    assert.equal(put(text, '', 'SendEnv', 'Y'), `${text}SendEnv Y\n`)
  })
})

describe('taking a setting out', () => {
  const without = (text: string, about: string, keyword: string, ...values: string[]): string =>
    withoutSshSetting(text, { scope: scopeOf(about), keyword, values })

  it('takes every line for all hosts, and none of a block', () => {
    assert.equal(without('User a\nuser=b\nPort 1\nHost x\n  User c\n', '', 'User'), 'Port 1\nHost x\n  User c\n')
  })

  it('takes the lines of one block only, and the block when it is empty', () => {
    assert.equal(
      without('User a\n\nHost x\n  User c\n\nHost y\n  User d\n', 'host x', 'User'),
      'User a\n\nHost y\n  User d\n',
    )
  })

  it('keeps a block that holds a comment, and one that was empty before', () => {
    assert.equal(without('Host x\n  # why\n  User c\nHost y\n', 'host x', 'User'), 'Host x\n  # why\nHost y\n')
    assert.equal(without('Host y\n', 'host y', 'User'), 'Host y\n')
  })

  it('takes one value only where it is named', () => {
    assert.equal(without('IdentityFile a\nIdentityFile b\n', '', 'IdentityFile', 'a'), 'IdentityFile b\n')
    assert.equal(without('SendEnv A B # x\nSendEnv B\n', '', 'SendEnv', 'B'), 'SendEnv A # x\n')
  })
})

describe('a word of ssh_config', () => {
  const table: readonly (readonly [string, string])[] = [
    ['plain', 'plain'],
    ['two words', '"two words"'],
    ['"quoted already"', '"quoted already"'],
    ['say "hi"', '"say \\"hi\\""'],
    ['#x', '"#x"'],
    ['', '""'],
    ['pkcs11:id=%01', '"pkcs11:id=%01"'],
  ]
  for (const [word, wanted] of table) {
    it(`is written ${wanted}`, () => {
      assert.equal(sshConfigWord(word), wanted)
      assert.deepEqual(splitWords(wanted).words, [word === '"quoted already"' ? 'quoted already' : word])
    })
  }
})
