import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, lutimesSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Machine } from '../../src/contract/machine.ts'
import { createLookBatch } from '../../src/host/look-batch.ts'
import { perlPart, perlProgram, spoken } from '../../src/host/perl.ts'
import { PERL_LOOK } from '../../src/host/perl-look.ts'
import { PERL_POWERS } from '../../src/host/perl-powers.ts'
import { loginPowers } from '../../src/host/powers.ts'
import { readWitness, SAME, WITNESS, witnessScript } from '../../src/host/witness.ts'
import { localMachine, localShell, temporaryDirectory } from './shells.ts'

const PERL = loginPowers('me', true).argv
const isRoot = process.getuid?.() === 0

describe('what perl tells of files that decide an answer', () => {
  const dir = temporaryDirectory()

  it('is to the letter what the shell tells, in any time zone', async () => {
    for (const name of ['b', 'a', '.hidden', 'a.old']) writeFileSync(join(dir, name), name)
    lutimesSync(join(dir, 'a'), 0, 1_700_000_000.5)
    const globs = [`${dir}/*`, `${dir}/a*`, `${dir}/none`, `${dir}/*.old`, dir, '/etc/passwd', '/usr/sbin/no*']
    const zone = process.env.TZ
    process.env.TZ = 'America/St_Johns'
    try {
      const [plain, perl] = [localShell(['dash']), localMachine(PERL)]
      const told = await plain.raw(witnessScript(globs, 'echo answer'), { libraries: [WITNESS] })
      const [state = '', stats = ''] = told.stdout.toString().split('\0')
      assert.ok(stats.split('\n').length > 6, stats)
      const batch = createLookBatch('me', { take: () => null, send: () => {} })
      const asked = { globs, program: 'echo answer', shown: 'the question' }
      const unless = (witness: { state: string; stats: string }) =>
        batch.unless(perl.shell.runner, null, { ...asked, witness })
      assert.equal((await unless({ state, stats }))?.stdout.toString(), SAME)
      const other = await unless({ state, stats: stats.replace('|', '|1') })
      assert.equal(other === null ? null : readWitness(other).answer.stdout.toString(), 'answer\n')
      assert.deepEqual(other?.stdout.toString().split('\0').slice(0, 2), [state, stats])
      symlinkSync('a', join(dir, 'link'))
      assert.notEqual((await unless({ state, stats }))?.stdout.toString(), SAME)
      // the same where one of them is a link, which is told by what it leads to
      const linked = await plain.raw(witnessScript(globs, ':'), { libraries: [WITNESS] })
      const [linkedState = '', linkedStats = ''] = linked.stdout.toString().split('\0')
      assert.equal((await unless({ state: linkedState, stats: linkedStats }))?.stdout.toString(), SAME)
      plain.close()
      perl.shell.close()
    } finally {
      if (zone === undefined) delete process.env.TZ
      else process.env.TZ = zone
    }
  })
})

if (isRoot)
  describe('perl and the shell', () => {
    const top = temporaryDirectory()
    const dir = join(top, 'tree')
    const at = (path: string): string => join(dir, path)
    const PATHS = [
      '',
      'd',
      'd/f',
      'd/none',
      'd/f/below',
      'closed',
      'closed/f',
      'closed/none',
      'secret',
      'to-d',
      'to-d/f',
    ]
    const MORE = [
      'to-d/none',
      'to-up',
      'to-up/d/f',
      'loop',
      'loop/x',
      'far',
      'abs',
      'to-closed',
      'to-closed/f',
      'theirs',
    ]
    const ODD = [
      'd/',
      'd//f',
      'd/./f',
      'd/../d/f',
      'slash',
      'slash/f',
      'chain',
      'fifo',
      'big',
      'empty',
      'bytes',
      'setuid',
    ]
    const FIXED = ['/', '/etc', '/bin/sh', '/proc/1/comm', '/proc/sys/kernel/ostype', '/dev/null', '/root/x', '/sys']

    before(() => {
      chmodSync(top, 0o755)
      mkdirSync(at('d'), { recursive: true })
      chmodSync(dir, 0o755)
      mkdirSync(at('closed'), { mode: 0o700 })
      for (const file of ['d/f', 'closed/f', 'secret', 'theirs']) writeFileSync(at(file), `${file}\n`)
      chmodSync(at('secret'), 0o600)
      const { uid, gid } = { uid: 65534, gid: 65534 }
      chownSync(at('theirs'), uid, gid)
      chmodSync(at('theirs'), 0o400)
      const links = {
        'to-d': 'd',
        'to-up': '..',
        loop: 'loop',
        far: 'none/none',
        abs: at('d/f'),
        'to-closed': 'closed',
      }
      for (const [name, target] of Object.entries({ ...links, slash: 'd/', chain: 'abs' }))
        symlinkSync(target, at(name))
      execFileSync('mkfifo', [at('fifo')])
      writeFileSync(at('big'), 'x'.repeat(300_000))
      writeFileSync(at('empty'), '')
      writeFileSync(at('bytes'), Buffer.from([0, 255, 10, 13, 10, 0xc3]))
      writeFileSync(at('setuid'), '')
      chmodSync(at('setuid'), 0o6755)
    })

    const told = async (machine: Machine, power: string | null, path: string, follow: boolean, text: boolean) => {
      try {
        return await machine.look({ power }).file(path, { follow, text })
      } catch (error) {
        return String(error)
      }
    }

    for (const power of [null, 'nobody', 'daemon'])
      it(`tell the same of every path, to ${power ?? 'root'}`, async () => {
        const machines = [localMachine(PERL), localMachine(['dash'])]
        const paths = [...[...PATHS, ...MORE, ...ODD].map((path) => `${dir}/${path}`), ...FIXED]
        for (const { machine } of machines) await machine.look({ power: null }).user(power ?? 'root')
        for (const follow of [true, false])
          for (const text of [true, false])
            for (const { shell, all } of [
              { shell: 'one by one', all: false },
              { shell: 'together', all: true },
            ]) {
              const both = await Promise.all(
                machines.map(async ({ machine }) => {
                  machine.forget()
                  const ask = (path: string) => told(machine, power, path, follow, text)
                  if (all) return await Promise.all(paths.map(ask))
                  const answers: unknown[] = []
                  for (const path of paths) answers.push(await ask(path))
                  return answers
                }),
              )
              for (const [index, path] of paths.entries())
                assert.deepEqual(both[0]?.[index], both[1]?.[index], `${path}, ${shell}, ${follow} ${text}`)
            }
        for (const { shell } of machines) shell.close()
      }).timeout(60_000)

    it('have a user himself look where perl with his powers may not', async () => {
      const { machine, shell } = localMachine(PERL)
      const on = machine.look({ power: 'nobody' })
      await machine.look({ power: null }).user('nobody')
      const flights = async (path: string): Promise<number> => {
        const before = machine.counters().flights
        await on.read(at(path)).catch(() => null)
        return machine.counters().flights - before
      }
      assert.deepEqual([await flights('d/f'), await flights('d/none'), await flights('closed/f')], [1, 1, 2])
      shell.close()
    })

    it('tell no password of an account that not only files may tell', () => {
      const part = { name: 'nss', text: '*islocal = sub { 0 };' }
      const ask = { name: 'look', parts: [], fields: ['', '', '', '', '', '', 'u', 'root'], libraries: [] }
      const frame = spoken({ defined: '', script: '', mark: '', ask, again: true })
      const input = Buffer.concat([perlProgram(), perlPart(PERL_POWERS), perlPart(PERL_LOOK), perlPart(part), frame])
      const told = execFileSync('perl', ['-C0', '-e', 'eval substr<STDIN>,1;'], { input, encoding: 'utf8' })
      assert.match(told, /\+\d+:root:x:0:0:/)
    })

    describe("take a user's powers", () => {
      const passwd = 'root:x:0:0::/root:/bin/sh\nuser:x:4000:4000::/:/bin/sh\n'
      const usual = {
        'nsswitch.conf': 'passwd: files systemd # ldap\ngroup: files\n',
        passwd,
        group: 'more:x:4001:user\n',
      }

      /** What perl tells, to a user, of a file that a group may read; perl has the groups 0 and 4, and these files in /etc. */
      const told = (files: Readonly<Record<string, string>>, path: string): string => {
        const etc = Object.entries({ ...usual, ...files })
        for (const [name, content] of etc) writeFileSync(join(top, name), content)
        const mounts = etc.map(([name]) => `mount --bind '${join(top, name)}' /etc/${name} && `).join('')
        const ask = {
          name: 'look',
          parts: [],
          fields: ['', 'user', '', '', '', '', 'p', '1', '1', path],
          libraries: [],
        }
        const frame = spoken({ defined: '', script: '', mark: '', ask, again: true })
        const input = Buffer.concat([perlProgram(), perlPart(PERL_POWERS), perlPart(PERL_LOOK), frame])
        const script = `${mounts}exec setpriv --groups 0,4 perl -C0 -e 'eval substr<STDIN>,1;'`
        return execFileSync('unshare', ['-m', 'sh', '-c', script], { input, encoding: 'latin1' })
      }
      const groupFile = (gid: number): string => {
        const path = at(`of-${gid}`)
        writeFileSync(path, 'text of a group')
        chownSync(path, 0, gid)
        chmodSync(path, 0o640)
        return path
      }
      // what perl leaves to the script
      const LEFT = '217'

      it('with his groups, and with none of those of root', () => {
        for (const gid of [4000, 4001]) assert.match(told({}, groupFile(gid)), /^perl\0.*text of a group/s)
        // he may not: it is asked of himself
        for (const gid of [0, 4]) assert.doesNotMatch(told({}, groupFile(gid)), /text/)
      })

      for (const [what, files] of [
        ['another source has a say in who he is', { 'nsswitch.conf': 'passwd: files ldap\ngroup: files\n' }],
        ['another source has a say in his groups', { 'nsswitch.conf': 'passwd: files\ngroup: files sss\n' }],
        ['his groups have a source of their own', { 'nsswitch.conf': `${usual['nsswitch.conf']}initgroups: sss\n` }],
        ['nothing says where accounts are', { 'nsswitch.conf': 'hosts: files\n' }],
        ['his name is there twice', { passwd: `${passwd}user:x:4002:4002::/:/bin/sh\n` }],
        ['his name is not there', { passwd: 'root:x:0:0::/root:/bin/sh\n' }],
        ['his number is that of root', { passwd: 'user:x:0:4000::/:/bin/sh\n' }],
        ['his group is that of root', { passwd: 'user:x:4000:0::/:/bin/sh\n' }],
      ] as const)
        it(`not where ${what}`, () => assert.equal(told(files, at('d/f')), LEFT))
    })

    it('take the powers of a user for his looks alone', async () => {
      const { machine, shell } = localMachine(PERL)
      await machine.look({ power: null }).user('nobody')
      await assert.rejects(machine.look({ power: 'nobody' }).read(at('secret')), /nobody cannot look/)
      assert.equal(await machine.look({ power: null }).read(at('secret')), 'secret\n')
      assert.equal((await shell.ask('id -u; id -G')).stdout, `0\n${execFileSync('id', ['-G']).toString()}`)
      shell.close()
    })
  })
