import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import type { Machine } from '../../src/contract/machine.ts'
import { createFlights } from '../../src/host/flights.ts'
import { localWire } from '../../src/host/local.ts'
import { LOOK } from '../../src/host/look-library.ts'
import { PERL_OR_SHELL, perlPart, perlProgram, spoken } from '../../src/host/perl.ts'
import { PERL_LOOK } from '../../src/host/perl-look.ts'
import { PERL_POWERS } from '../../src/host/perl-powers.ts'
import { loginPowers, type Powers } from '../../src/host/powers.ts'
import { createShell } from '../../src/host/shell.ts'
import { readWitness, SAME, unlessScript, WITNESS, witnessScript } from '../../src/host/witness.ts'
import { localMachine, localShell, temporaryDirectory } from './shells.ts'

const PERL = loginPowers('me', true).argv
const isRoot = process.getuid?.() === 0

/** Starts a program for which the kernel has no statx. */
const WITHOUT_STATX = [
  'perl',
  '-e',
  `my $f = join '', map pack('SCCL', @$_), [32, 0, 0, 0], [21, 0, 1, ${process.arch === 'x64' ? 332 : 291}],
    [6, 0, 0, 0x50026], [6, 0, 0, 0x7fff0000];
  my $prctl = ${process.arch === 'x64' ? 157 : 167};
  syscall($prctl, 38, 1, 0, 0, 0) == 0 && syscall($prctl, 22, 2, pack 'SxxxxxxP', 4, $f) == 0 or die $!;
  exec @ARGV`,
]

/** The processes that were started by one, by their names. */
const startedBy = (pid: number): readonly string[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const [, comm = '', parent] = /^\d+ \((.*)\) . (\d+)/.exec(readFileSync(`/proc/${name}/stat`, 'latin1')) ?? []
        return Number(parent) === pid ? [comm] : []
      } catch {
        return []
      }
    })

/** The processes of perl that were started here. */
const perls = (): readonly number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return new RegExp(`^\\d+ \\(perl\\) . ${process.pid} `).test(readFileSync(`/proc/${pid}/stat`, 'latin1'))
      } catch {
        return false
      }
    })
    .map(Number)

describe('a session that perl reads', () => {
  const dir = temporaryDirectory()
  before(() => writeFileSync(join(dir, 'file'), 'one\n'))

  it('looks without starting a process, and has one shell for all scripts', async () => {
    const { machine, shell } = localMachine(PERL)
    const on = machine.look({ power: null })
    assert.equal(await on.read(join(dir, 'file')), 'one\n')
    assert.deepEqual(await on.list(dir), ['file'])
    const perl = Number((await shell.ask('echo $PPID')).stdout)
    assert.equal(readFileSync(`/proc/${perl}/comm`, 'latin1'), 'perl\n')
    const [first, second] = [await shell.ask('echo $PPID $$'), await shell.ask('echo $PPID $$')]
    assert.equal(first.stdout, second.stdout)
    assert.deepEqual(startedBy(perl), ['sh'])
    shell.close()
  })

  it('has no shell as long as it is asked for looks alone', async () => {
    const before = new Set(perls())
    const { machine, shell } = localMachine(PERL)
    await machine.look({ power: null }).read(join(dir, 'file'))
    const mine = perls().filter((pid) => !before.has(pid))
    assert.equal(mine.length, 1)
    assert.deepEqual(startedBy(mine[0] ?? 0), [])
    shell.close()
  })

  it('leaves looks to the shell where the kernel tells perl nothing', async () => {
    const { machine, shell } = localMachine([...WITHOUT_STATX, ...PERL])
    const on = machine.look({ power: null })
    assert.equal(await on.read(join(dir, 'file')), 'one\n')
    assert.equal(await on.read(join(dir, 'none')), null)
    shell.close()
  })

  it('takes no more memory for a text than others have as well', async () => {
    writeFileSync(join(dir, 'huge'), '')
    truncateSync(join(dir, 'huge'), 40 * 1024 * 1024)
    const { machine, shell } = localMachine(['sh', '-c', 'ulimit -v 100000; exec "$@"', 'sh', ...PERL])
    const text = await machine.look({ power: null }).read(join(dir, 'huge'))
    assert.equal(text?.length, 40 * 1024 * 1024)
    assert.match((await shell.ask('cat /proc/$PPID/comm')).stdout, /^perl/)
    shell.close()
  })

  it('goes on with a shell when perl is ended, and asks again what only looks', async () => {
    const { machine, shell } = localMachine(PERL)
    const on = machine.look({ power: null })
    await shell.ask('kill -9 $PPID', { again: false }).catch(() => {})
    assert.equal(await on.read(join(dir, 'file')), 'one\n')
    assert.notEqual((await shell.ask('cat /proc/$PPID/comm')).stdout, 'perl\n')
    shell.close()
  })

  it('ends with its shell, though that left something running', async () => {
    const { shell } = localMachine(PERL)
    const killed = shell.ask('sleep 5 >/dev/null 2>&1 & kill -9 $$', { again: false, timeoutMs: 4000 })
    await assert.rejects(killed, /its shell ended \(signal SIGKILL\)/)
    shell.close()
  })

  const shellOf = (argv: readonly string[], about: Partial<Powers> = {}) => {
    const powers: Powers = { ...loginPowers('me', true), argv, ...about }
    return createShell({ wire: localWire(), flights: createFlights(), powers })
  }
  const frame = (script: string, again = true) =>
    ({ script, libraries: [], timeoutMs: 8000, again, shown: 'the script' }) as const

  for (const [what, instead] of [
    ['cannot be started', `exec /usr/bin/perl-that-is-not-there`],
    ['is to load what is not there', `PERL5OPT=-MNowhere exec /usr/bin/perl -e 1`],
    ['takes another program', `exec /usr/bin/perl -C0 -e 'eval "1 +"; print STDERR $@'`],
  ] as const)
    it(`goes on with a shell where perl ${what}, also with what may run once only`, async () => {
      const shell = shellOf(['/bin/sh', '-c', PERL_OR_SHELL.replace(/exec \/usr\/bin\/perl .*?"; /, `${instead}; `)])
      const answer = await shell.run(frame('echo here', false))
      assert.equal(answer.stdout.toString(), 'here\n')
      shell.close()
    })

  it('is read by a shell where there is no perl, whatever was there the last time', async () => {
    const argv = ['/bin/sh', '-c', PERL_OR_SHELL.replace('-x /usr/bin/perl', '-x /usr/bin/perl-that-is-not-there')]
    for (const wasPerl of [false, true]) {
      const heard: boolean[] = []
      const reader = { wasPerl, heard: (isPerl: boolean) => void heard.push(isPerl) }
      const powers = { ...loginPowers('me', true), argv }
      const shell = createShell({ wire: localWire(), flights: createFlights(), powers, reader })
      const ask = { name: 'look', parts: [], fields: [], libraries: [] }
      const said = await shell.run({ ...frame('echo the script'), ask })
      assert.equal(said.stdout.toString(), 'the script\n')
      assert.deepEqual(heard, [false])
      shell.close()
    }
  })

  it('hears its shell also where it was handed files by whoever started it', async () => {
    const held = [3, 4, 5, 6, 7, 8, 9].map((number) => `${number}</dev/null`).join(' ')
    const shell = shellOf(['/bin/sh', '-c', `exec ${held}; ${PERL_OR_SHELL}`])
    assert.equal((await shell.run(frame('cat /proc/$PPID/comm'))).stdout.toString(), 'perl\n')
    assert.equal((await shell.run(frame('echo next'))).stdout.toString(), 'next\n')
    shell.close()
  })

  it('runs the script where perl cannot answer, and where it does not know what is asked', async () => {
    const shell = shellOf(PERL)
    const ask = (name: string, text: string) => ({ name, parts: [{ name, text }], fields: ['a%\tb\n'], libraries: [] })
    await shell.run(frame(':'))
    const told = async (name: string, text: string) =>
      (await shell.run({ ...frame('echo script'), ask: ask(name, text) })).stdout.toString()
    assert.equal(await told('said', '$P{said} = sub { $O .= "<$_[0]>"; 0 };'), '<a%\tb\n>')
    assert.equal(await told('cannot', '$P{cannot} = sub { $O .= "half"; undef };'), 'script\n')
    assert.equal(await told('dies', '$P{dies} = sub { die };'), 'script\n')
    assert.equal(await told('unknown', ''), 'script\n')
    assert.equal(await told('broken', '$P{broken} = sub {'), 'script\n')
    shell.close()
  })

  it('puts out all of an answer, though a program left its output so that nobody waits', async () => {
    const shell = shellOf(PERL)
    await shell.run(frame(`perl -e 'fcntl STDOUT, 4, 0x801 or die'`))
    const part = { name: 'much', text: '$P{much} = sub { $O .= "x" x 3000000; 0 };' }
    const ask = { name: 'much', parts: [part], fields: [], libraries: [] }
    const { stdout } = await shell.run({ ...frame('echo script', false), ask })
    assert.equal(stdout.length, 3_000_000)
    shell.close()
  })

  it('asks again what perl leaves to the script when all that was sent with it is answered', async () => {
    const shell = shellOf(PERL)
    await shell.run(frame(':'))
    const left = {
      name: 'left',
      parts: [{ name: 'left', text: '$P{left} = sub { undef };' }],
      fields: [],
      libraries: [],
    }
    const all = [{ ...frame('echo one'), ask: left }, frame('echo two'), { ...frame('echo three'), ask: left }]
    const answers = await Promise.all(all.map((one) => shell.run(one)))
    assert.deepEqual(
      answers.map(({ stdout }) => stdout.toString()),
      ['one\n', 'two\n', 'three\n'],
    )
    shell.close()
  })

  it('speaks English, whatever language its user has', () => {
    const env = { ...process.env, LC_ALL: 'xx_YY.UTF-8' }
    const { stderr } = spawnSync('env', PERL, { input: perlProgram(), env, encoding: 'utf8' })
    // perl complains of a language that is not there, if it heard of that
    assert.equal(stderr, '')
  })

  it('does nothing of what a connection that broke off left half, and ends', () => {
    const file = join(dir, 'half')
    const text = '$P{put} = sub { open my $h, ">", $_[0]; print $h $_[1]; 0 };'
    const part = { name: 'put', text }
    const ask = { name: 'put', parts: [part], fields: [file, 'one and two'], libraries: [] }
    const about = { defined: '', mark: 'mark', again: false }
    const begin = [perlProgram(), perlPart(part)]
    const field = Buffer.concat([...begin, spoken({ ...about, script: '', ask })])
    const script = Buffer.concat([...begin, spoken({ ...about, script: `: > ${file}; echo 'two'\n`, ask: undefined })])
    for (const [frame, missing] of [
      [field, 5],
      [script, 4],
      [script, 9],
    ] as const) {
      const input = frame.subarray(0, frame.length - missing)
      const { signal } = spawnSync(PERL[0] ?? '', PERL.slice(1), { input, timeout: 5000 })
      assert.equal(signal, null)
      assert.equal(existsSync(file), false, `without its last ${missing} bytes`)
    }
  })

  it('runs what changes something in the order in which it was sent, whoever does it', async () => {
    const shell = shellOf(PERL)
    const file = join(dir, 'order')
    writeFileSync(file, '')
    const add = {
      name: 'add',
      text: '$P{add} = sub { return if $_[1]; open my $h, ">>", $_[0]; print $h "perl "; close $h; 0 };',
    }
    const ask = (left: string) => ({ name: 'add', parts: [add], fields: [file, left], libraries: [] })
    const write = (word: string) => frame(`printf '%s ' ${word} >>${file}`, false)
    const see = () => shell.run(frame(`cat ${file}`))
    await shell.run(frame(':'))
    const answers = await Promise.all([
      shell.run({ ...write('one'), ask: ask('') }),
      see(),
      // perl leaves this one to the script, which it was not sent: nothing behind it may be before it
      shell.run({ ...write('two'), ask: ask('left') }),
      see(),
      shell.run(write('three')),
      shell.run({ ...write('four'), ask: ask('') }),
      see(),
      shell.run({ ...write('five'), ask: ask('left') }),
      shell.run({ ...write('six'), ask: ask('left') }),
      see(),
    ])
    assert.deepEqual(
      [1, 3, 6, 9].map((index) => answers[index]?.stdout.toString()),
      ['perl ', 'perl two ', 'perl two three four ', 'perl two three four five six '],
    )
    assert.equal((await see()).stdout.toString(), 'perl two three four five six ')
    shell.close()
  })
})

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
      const { createLookBatch } = await import('../../src/host/look-batch.ts')
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
      const script = unlessScript(globs, ':', { state: linkedState, stats: linkedStats })
      assert.ok(LOOK.text.length > 0 && script.length > 0)
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

    it('take the powers of a user for his looks alone', async () => {
      const { machine, shell } = localMachine(PERL)
      await machine.look({ power: null }).user('nobody')
      await assert.rejects(machine.look({ power: 'nobody' }).read(at('secret')), /nobody cannot look/)
      assert.equal(await machine.look({ power: null }).read(at('secret')), 'secret\n')
      assert.equal((await shell.ask('id -u; id -G')).stdout, `0\n${execFileSync('id', ['-G']).toString()}`)
      assert.equal(userInfo().uid, 0)
      shell.close()
    })
  })
