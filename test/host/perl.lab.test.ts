import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createFlights } from '../../src/host/flights.ts'
import { localWire } from '../../src/host/local.ts'
import { PERL_OR_SHELL, perlPart, perlProgram, spoken } from '../../src/host/perl.ts'
import { loginPowers, type Powers } from '../../src/host/powers.ts'
import { createShell } from '../../src/host/shell.ts'
import { localMachine, temporaryDirectory } from './shells.ts'

const PERL = loginPowers('me', true).argv

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
