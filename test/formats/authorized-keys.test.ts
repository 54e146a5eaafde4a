import assert from 'node:assert/strict'
import { authorizedText, readAuthorizedKeys } from '../../src/formats/authorized-keys.ts'
import { keys } from './authorized-samples.ts'

const { laptop, desk } = keys

describe('an authorized_keys file', () => {
  const lines: readonly (readonly [string, readonly (string | null)[] | string])[] = [
    [`${laptop} alice\n`, [null, 'ssh-ed25519', 'alice']],
    [`${laptop}\n`, [null, 'ssh-ed25519', '']],
    [`${laptop}`, [null, 'ssh-ed25519', '']],
    [` \t${laptop}\talice smith  desk 7 \n`, [null, 'ssh-ed25519', 'alice smith  desk 7']],
    [`${laptop} alice\r\n`, [null, 'ssh-ed25519', 'alice']],
    [`${laptop}\r\n`, [null, 'ssh-ed25519', '']],
    [`no-pty\t ${laptop} # not a comment\n`, ['no-pty', 'ssh-ed25519', '# not a comment']],
    [`command="audit ssh-rsa login" ${desk} bob\n`, ['command="audit ssh-rsa login"', 'ssh-ed25519', 'bob']],
    [`command="echo \\"a b\\"",no-pty ${desk}\n`, ['command="echo \\"a b\\"",no-pty', 'ssh-ed25519', '']],
    [`environment="A=${laptop}" ${desk}\n`, [`environment="A=${laptop}"`, 'ssh-ed25519', '']],
    [`${keys.curve} x\n`, [null, 'ecdsa-sha2-nistp384', 'x']],
    [`${keys.yubi} x\n`, [null, 'sk-ssh-ed25519@openssh.com', 'x']],
    ['\n', 'blank'],
    [' \t\r\n', 'blank'],
    [`# ${laptop}\n`, 'comment'],
    ['  # indented\n', 'comment'],
    [`no-pty, command="true" ${laptop}\n`, 'dead'],
    [`command="open ${laptop}\n`, 'dead'],
    [`${laptop.slice(0, 40)}\n`, 'dead'],
    [`${laptop.slice(40)} alice\n`, 'dead'],
    ['ssh-ed25519\n', 'dead'],
    [`ssh-rsa ${laptop.split(' ')[1]}\n`, 'dead'],
    ['\udcff\udcfe garbage\n', 'dead'],
  ]
  for (const [text, wanted] of lines)
    it(`has a line ${JSON.stringify(text.replaceAll(/AAAA\S{20}\S*/g, '…'))}`, () => {
      const [line, ...more] = readAuthorizedKeys(text)
      assert.equal(more.length, 0)
      const found = line?.kind === 'key' ? [line.options, line.key.type, line.comment] : line?.kind
      assert.deepEqual(found, wanted)
    })

  it('is written back to the byte', () => {
    const all = lines.map(([text]) => (text.endsWith('\n') ? text : `${text}\n`)).join('')
    for (const text of [all, `\ufeff${all}`, all.trimEnd(), `${all}\n\n`, '', '\n'])
      assert.equal(authorizedText(readAuthorizedKeys(text)), text)
  })
})
