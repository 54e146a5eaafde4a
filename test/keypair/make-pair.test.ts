import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import type { Touch } from '../../src/contract/look.ts'
import type { Command } from '../../src/contract/questions.ts'
import { Secret } from '../../src/contract/secret.ts'
import { makePair, type NewPair } from '../../src/keypair/make-pair.ts'
import { localMachine, READERS, temporaryDirectory } from '../host/shells.ts'
import { ranHere, twinRun } from '../kit/twin.ts'

const PERL = 'perl and sh'
const { username } = userInfo()

describe('a new pair of keys', () => {
  const top = temporaryDirectory()
  let turn = 0

  /** A directory for keys, and one of tools that write down that the script was run, and do something before a key is made. */
  const stage = (before = '') => {
    turn += 1
    const [dir, tools] = [join(top, `${turn}`), join(top, `${turn}-tools`)]
    for (const one of [dir, tools]) mkdirSync(one)
    const tool = (name: string, text: string) =>
      writeFileSync(join(tools, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 })
    const ownTools = process.env.PATH
    tool('ssh-keygen', `${before}\nPATH=${ownTools}; exec ssh-keygen "$@"`)
    tool('mkdir', `echo run >> ${tools}/script; PATH=${ownTools}; exec mkdir "$@"`)
    return { dir, path: join(dir, 'id'), tools, env: `PATH=${tools}:${ownTools}` }
  }
  type Place = ReturnType<typeof stage>
  const wish = (path: string, about: Partial<NewPair> = {}): NewPair => ({
    ...{ path, type: 'ed25519', size: null, comment: 'a b', passphrase: null, mode: '0600', owner: '' },
    ...about,
  })
  const make = async (reader: readonly string[], place: Place, about: Partial<NewPair> = {}) => {
    const { machine, shell } = localMachine(['env', place.env, ...reader])
    try {
      return await makePair(machine.touch({ power: null }), wish(place.path, about))
    } catch (error) {
      return (error as Error).message.replaceAll(place.dir, 'DIR').replace(/^(.*: )(?:\S+: )?(?:line )?\d+: /, '$1')
    } finally {
      shell.close()
    }
  }
  const tree = ({ dir }: Place): readonly string[] =>
    readdirSync(dir)
      .sort()
      .map((name) => {
        const { mode, uid, gid, nlink } = statSync(join(dir, name))
        return `${name.replace(/bak-\w+(-\d+)?/, 'bak')} ${(mode & 0o7777).toString(8)} ${uid}:${gid} ${nlink}`
      })
  const isWhole = ({ path }: Place, line: string): void => {
    const { stdout } = spawnSync('ssh-keygen', ['-y', '-f', path], { encoding: 'utf8' })
    assert.equal(stdout, `${line}\n`)
    assert.equal(readFileSync(`${path}.pub`, 'utf8'), `${line}\n`)
  }
  const commandFor = async ({ path }: Place): Promise<Command> => {
    const commands: Command[] = []
    const told = async (command: Command) => ({ code: commands.push(command) * 0, stdout: '', stderr: '' })
    await makePair({ do: told } as unknown as Touch, wish(path))
    assert.ok(commands[0])
    return commands[0]
  }
  const wasRun = ({ tools }: Place): boolean => existsSync(join(tools, 'script'))
  const same = async (about: Partial<NewPair>, stage: () => Place) => {
    const all = []
    for (const reader of Object.values(READERS)) {
      const place = stage()
      const said = await make(reader, place, about)
      all.push({ said: said.replace(/AAAA\S+/, 'KEY'), tree: tree(place) })
      if (said.startsWith('ssh-')) isWhole(place, said)
    }
    for (const one of all) assert.deepEqual(one, all[0])
    return all[0]
  }

  const owners = process.getuid?.() === 0 ? ['nobody', ':daemon', 'nobody:daemon', 'nobody:'] : [username]
  for (const about of [
    ...[{}, { mode: '0400' }, { mode: '400' }, { comment: null }, { type: 'ecdsa', size: 384 }],
    ...owners.map((owner) => ({ owner })),
  ])
    it(`is the same whoever makes it: ${JSON.stringify(about)}`, async () => {
      const made = await same(about, stage)
      assert.match(made?.said ?? '', /^(?:ssh|ecdsa)-\S+ KEY/)
      assert.equal(made?.tree.length, 2)
    })

  it('is made by perl with ssh-keygen alone, where nothing is there', async () => {
    const place = stage()
    isWhole(place, await make(READERS[PERL] ?? [], place))
    assert.equal(wasRun(place), false)
    const locked = stage()
    await make(READERS[PERL] ?? [], locked, { passphrase: new Secret('tr0ub4dor') })
    assert.equal(wasRun(locked), true)
  })

  for (const [words, put] of [
    ['a private file', ({ path }: Place) => writeFileSync(path, 'old')],
    ['a public file', ({ path }: Place) => writeFileSync(`${path}.pub`, 'old')],
    ['a link to nothing', ({ path }: Place) => symlinkSync('/nowhere', path)],
    [
      'a private file that comes up meanwhile',
      ({ path, tools }: Place) => `[ -e ${tools}/once ] || { : > ${tools}/once; echo old > ${path}; }`,
    ],
    [
      'a public file that comes up meanwhile',
      ({ path, tools }: Place) => `[ -e ${tools}/once ] || { : > ${tools}/once; echo old > ${path}.pub; }`,
    ],
  ] as const)
    it(`is the same whoever makes it, in the place of ${words}`, async () => {
      const made = await same({}, () => {
        const bare = { dir: join(top, `${turn + 1}`), path: join(top, `${turn + 1}`, 'id') }
        const isLate = words.endsWith('meanwhile')
        const before = isLate ? String(put({ ...bare, tools: join(top, `${turn + 1}-tools`), env: '' })) : ''
        const place = stage(before)
        if (!isLate) put(place)
        return place
      })
      assert.equal(made?.tree.length, words === 'a link to nothing' ? 2 : 3)
    })

  for (const [words, about, before, message] of [
    ['ssh-keygen refuses', { type: 'rsa', size: 1 }, '', /^cannot make the key DIR\/id: Invalid RSA key length/],
    ['ssh-keygen fails', {}, 'echo no luck >&2; exit 3', /^cannot make the key DIR\/id: no luck$/],
    ['ssh-keygen is killed', {}, 'echo no luck >&2; kill -9 $$', /^cannot make the key DIR\/id: ./],
    ['it makes nothing', {}, 'exit 0', /^cannot make the key DIR\/id: /],
    ['there is no such owner', { owner: 'no-such-user' }, '', /^cannot make the key DIR\/id: .*no-such-user/],
  ] as const)
    it(`leaves nothing where ${words}`, async () => {
      for (const reader of Object.values(READERS)) {
        const place = stage(before)
        assert.match(await make(reader, place, about), message)
        assert.deepEqual(tree(place), [])
      }
    })

  it('is not made where its directory is not there', async () => {
    for (const reader of Object.values(READERS)) {
      const place = stage()
      rmSync(place.dir, { recursive: true })
      assert.match(await make(reader, place), /^cannot make the key DIR\/id: .*No such file or directory/)
    }
  })

  it('touches nothing where somebody leads its directory elsewhere', async () => {
    const place = stage()
    const secret = join(top, 'secret')
    mkdirSync(secret)
    chmodSync(secret, 0o700)
    writeFileSync(join(secret, 'file'), 'text')
    const swap = `package Swap; BEGIN { *CORE::GLOBAL::chdir = sub (_) {
      if ($_[0] =~ /keyward-/) { rename $_[0], "$_[0]-away"; symlink '${secret}', $_[0] }
      CORE::chdir($_[0]) } } 1;`
    writeFileSync(join(place.tools, 'Swap.pm'), swap)
    const env = { ...process.env, PERL5LIB: place.tools, PERL5OPT: '-MSwap' }
    const command = await commandFor(place)
    const answer = ranHere(twinRun(command, { withLook: false }), env)
    assert.deepEqual(readdirSync(secret), ['file'])
    assert.equal(answer, null)
  })

  it('leaves nothing where a signal ends it', async () => {
    for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT'] as const) {
      const place = stage('exec 2>&-; echo begun > "$0.begun"; exec sleep 5')
      const command = await commandFor(place)
      const run = twinRun(command, { withLook: false })
      const perl = spawn(run.argv[0] ?? '', run.argv.slice(1), { env: { PATH: place.env.slice(5) } })
      perl.stdin.write(run.stdin)
      while (!existsSync(join(place.tools, 'ssh-keygen.begun'))) await new Promise((resolve) => setTimeout(resolve, 5))
      assert.equal(tree(place).length, 1)
      perl.kill(signal)
      const [, by] = await once(perl, 'exit')
      assert.equal(by, signal)
      assert.deepEqual(tree(place), [])
    }
  })
})
