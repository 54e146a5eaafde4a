import assert from 'node:assert/strict'
import { bytesOf, textOf } from '../../src/contract/bytes.ts'
import { Secret } from '../../src/contract/secret.ts'
import { commandScript, quote, textScript, words } from '../../src/host/quote.ts'
import { localShell, SHELLS } from './shells.ts'

const STRANGE = [
  '',
  ' ',
  "'",
  '"',
  '\\',
  '$HOME',
  '`id`',
  '$(id)',
  '\n',
  '\t',
  '*',
  '~',
  '!x',
  '-n',
  '--',
  ';',
  '#',
  'é',
  '€',
  '\u0001',
  '\u007f',
  "a'b''c",
]

describe('quoting', () => {
  it('leaves plain words alone, so that csh and fish read them too', () =>
    assert.equal(words(['env', 'LC_ALL=C', 'sudo', '-n', '-H', '/bin/sh']), 'env LC_ALL=C sudo -n -H /bin/sh'))

  it('refuses a NUL, which no shell can hold', () => assert.throws(() => quote('a\0b'), /NUL byte/))

  it('refuses a secret in arguments and in the environment', () => {
    const secret = new Secret('x') as unknown as string
    assert.throws(() => commandScript({ argv: ['echo', secret] }), /secret/)
    assert.throws(() => commandScript({ argv: ['echo'], env: { PIN: secret } }), /secret/)
  })

  it('refuses a name that is none for the environment', () =>
    assert.throws(() => commandScript({ argv: ['x'], env: { 'A B': 'c' } }), /no name for an environment variable/))

  for (const [name, argv] of Object.entries(SHELLS))
    it(`gives a program its arguments and its input as they are, by ${name}`, async () => {
      const shell = localShell(argv)
      const print = (all: readonly string[]) => commandScript({ argv: ['printf', '<%s>', ...all] })
      assert.equal((await shell.ask(print(STRANGE))).stdout, STRANGE.map((word) => `<${word}>`).join(''))
      assert.equal(
        (await shell.ask(commandScript({ argv: ['sh', '-c', 'echo "$A"'], env: { A: "it's $x" } }))).stdout,
        "it's $x\n",
      )
      // a builtin or a function never stands in for a program
      assert.equal((await shell.ask(commandScript({ argv: ['exit', '3'] }))).code, 127)
      const text = `${STRANGE.join('|')}\0\ud83d\ude00\udcff\udc80 no newline`
      const { stdout } = await shell.raw(`${textScript(text, bytesOf(text))} | cat`)
      assert.equal(textOf(stdout), text)
      shell.close()
    })
})
