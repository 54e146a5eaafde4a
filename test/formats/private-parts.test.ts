import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PERL_PARTS } from '../../src/contract/key-perl.ts'
import { PUBLIC_PARTS } from '../../src/contract/key-script.ts'
import { questions } from '../../src/contract/questions.ts'
import { readPublicParts } from '../../src/formats/private-parts.ts'
import { readPublicLine } from '../../src/formats/public-key.ts'
import { flat } from '../../src/host/perl.ts'
import { ranHere, twinRun } from '../kit/twin.ts'

const SHELLS = [['/bin/dash'], ['/bin/bash'], ['/bin/busybox', 'sh']] as const
const READERS = [...SHELLS, ['perl']] as const

describe('the public parts of a private key', () => {
  let dir: string
  let path: string

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'keyward-parts-'))
    path = join(dir, 'id')
  })
  afterEach(() => rmSync(dir, { recursive: true }))

  const make = (comment: string, ...flags: readonly string[]): void => {
    const type = flags.length === 0 ? ['-t', 'ed25519', '-N', ''] : flags
    const { status } = spawnSync('ssh-keygen', ['-q', ...type, '-C', comment, '-f', path])
    assert.equal(status, 0)
  }
  const told = (shell: readonly string[] = SHELLS[0]): string => {
    // null: the script would be run
    if (shell[0] === 'perl') return ranHere(twinRun(questions.publicParts(path)))?.stdout.toString() ?? ''
    const [command = '', ...words] = [...shell, ...questions.publicParts(path).argv.slice(1)]
    // what ssh-keygen would say is not what is asked here
    const { stdout } = spawnSync(command, words, { env: { PATH: join(dir, 'none') } })
    return stdout.toString()
  }
  const read = (said: string, file: Buffer = readFileSync(path)) => {
    const parts = readPublicParts(said)
    return parts?.fileSize === file.length ? parts : null
  }
  /** What a script says of each of the files, by one shell for all of them: a thousand shells would take seconds. */
  const saidOfEach = (files: readonly string[], script: string, env: NodeJS.ProcessEnv): readonly string[] => {
    const each = `script=$1; shift; for file; do (set -- "$file" '${PUBLIC_PARTS.first}'; eval "$script"); printf '\\0'; done`
    const { stdout } = spawnSync(SHELLS[0][0], ['-c', each, 'sh', script, ...files], { env, maxBuffer: 1 << 24 })
    return stdout.toString().split('\0').slice(0, -1)
  }
  /** The same as perl tells it, by one perl: null where it leaves it to the script. */
  const twinsSaid = (files: readonly string[]): readonly (string | null)[] => {
    const program = `${flat(PERL_PARTS.text)} for my $f (@ARGV) { $O = ''; my $c = $P{parts}->($f, '${PUBLIC_PARTS.first}'); print defined $c ? "=$O" : "!", "\\0" }`
    const { stdout } = spawnSync('perl', ['-e', program, ...files], { maxBuffer: 1 << 24 })
    const all = stdout.toString().split('\0').slice(0, -1)
    return all.map((said) => (said.startsWith('=') ? said.slice(1) : null))
  }
  const body = (): string => readFileSync(path, 'utf8').split('\n').slice(1, -2).join('')

  for (const shell of READERS)
    for (const comment of ['', 'a', 'ab', 'abc', 'abcd', 'root@web1', 'a b', 'ü', 'x'.repeat(300)])
      it(`tell key and comment "${comment.slice(0, 9)}", by ${shell.join(' ')}`, () => {
        make(comment)
        const parts = read(told(shell))
        assert.equal(parts?.comment, comment)
        assert.equal(parts.key.blob, readPublicLine(readFileSync(`${path}.pub`, 'utf8'))?.key.blob)
      })

  it('hold nothing of the private bytes', () => {
    for (let turn = 0; turn < 20; turn += 1) {
      rmSync(path, { force: true })
      make('x'.repeat(turn))
      const base64 = body()
      const said = told()
      assert.equal(told(['perl']), said)
      assert.equal(said.replace(/\s/g, ''), `${PUBLIC_PARTS.word}${base64.slice(70, 210)}${base64.slice(300)}`)
      const bytes = Buffer.from(base64, 'base64')
      // 161 to 192 are the seed; the key behind it is the public one
      assert.equal(bytes.readUInt32BE(157), 64)
      assert.deepEqual(bytes.subarray(193, 225), bytes.subarray(62, 94))
      assert.ok(300 * 6 >= 225 * 8 && 210 * 6 <= 161 * 8)
    }
  })

  const others: Readonly<Record<string, readonly string[]>> = {
    'a passphrase': ['-t', 'ed25519', '-N', 'hunter22'],
    'another type': ['-t', 'ecdsa', '-N', ''],
    RSA: ['-t', 'rsa', '-b', '1024', '-N', ''],
    'another format': ['-t', 'rsa', '-b', '1024', '-m', 'PEM', '-N', ''],
  }
  for (const [what, flags] of Object.entries(others))
    it(`are not told of ${what}`, () => {
      make('c', ...flags)
      for (const shell of READERS) assert.equal(told(shell), '')
    })

  it('are not told of what is no file, or not there', () => {
    for (const shell of READERS) assert.equal(told(shell), '')
    spawnSync('mkfifo', [path])
    for (const shell of READERS) assert.equal(told(shell), '')
  })

  it('are taken of no file that ssh-keygen refuses or reads in another way, whatever byte is damaged', () => {
    make('root@web1')
    const whole = readFileSync(path)
    const before = readPublicLine(readFileSync(`${path}.pub`, 'utf8'))
    const damaged = [
      ...[...whole.keys()].flatMap((at) =>
        [0, whole[at] === 65 ? 66 : 65, 10].map((byte) => replaced(whole, at, byte)),
      ),
      ...[0, 36, 107, 249, 300, 340, whole.length - 35, whole.length - 1].map((at) => whole.subarray(0, at)),
      ...[150, 300].map((at) => replaced(whole, at, 10)),
      Buffer.concat([whole, whole]),
      Buffer.from(whole.toString().replaceAll('\n', '\r\n')),
    ]
    const paths = damaged.map((_, index) => `${path}-${index}`)
    for (const [index, file] of damaged.entries()) writeFileSync(paths[index] ?? '', file, { mode: 0o600 })
    const parts = saidOfEach(paths, questions.publicParts(path).argv[2] ?? '', { PATH: join(dir, 'none') })
    assert.equal(parts.length, damaged.length)
    // perl tells the same of every one of them, or nothing
    const twins = twinsSaid(paths)
    for (const [index, twin] of twins.entries()) assert.ok(twin === null || twin === parts[index], paths[index])
    assert.equal(twins.length, damaged.length)
    assert.ok(twins.filter((twin) => twin !== null).length > 80)
    const taken = damaged.flatMap((file, index) => {
      const key = file.equals(whole) ? undefined : read(parts[index] ?? '', file)?.key
      return key === undefined ? [] : [{ key, path: paths[index] ?? '' }]
    })
    const keys = saidOfEach(
      taken.map((file) => file.path),
      'ssh-keygen -y -P "" -f "$1"',
      process.env,
    )
    for (const [index, { key }] of taken.entries()) {
      assert.deepEqual(readPublicLine(keys[index] ?? '')?.key.blob, key.blob)
      assert.equal(key.blob, before?.key.blob)
    }
    // the private bytes themselves, and the comment: ssh-keygen has no means to see more
    assert.ok(taken.length > 80 && taken.length < 120, `${taken.length}`)
  })
})

const replaced = (bytes: Buffer, at: number, byte: number): Buffer => {
  const copy = Buffer.from(bytes)
  copy[at] = byte
  return copy
}
