import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Unit } from '../../src/units/find.ts'
import { reloadUnit } from '../../src/units/reload.ts'
import { localMachine, READERS } from '../host/shells.ts'
import { together } from '../kit/together.ts'

/** A daemon that listens, and does something of its own when it is told to reload: in Perl, which starts quickly. */
const daemonOf = (onReload: string): string => `
  use Socket;
  my $file = shift;
  $| = 1;
  sub start {
    socket $server, PF_INET, SOCK_STREAM, 0 and bind $server, sockaddr_in(0, INADDR_LOOPBACK) and listen $server, 5 or die;
    open my $out, '>', $file or die;
    print $out $$;
    close $out;
    print "ready\n";
  }
  $SIG{HUP} = sub { ${onReload} };
  start();
  sleep 60 while 1;
`
const KEEPS = ''
const DIES = 'exit 1'
const REOPENS = 'unlink $file; close $server; select undef, undef, undef, 0.2; start()'
const SILENT = 'close $server'

describe('a reload', () => {
  const dir = mkdtempSync(join(tmpdir(), 'keyward-reload-'))
  const started: ChildProcess[] = []
  const itAtOnce = together()
  after(() => {
    for (const child of started) child.kill('SIGKILL')
    rmSync(dir, { recursive: true })
  })

  const daemon = async (onReload: string): Promise<Unit> => {
    const pidFile = join(dir, `${started.length}.pid`)
    const child = spawn('perl', ['-e', daemonOf(onReload), pidFile], { stdio: ['ignore', 'pipe', 'inherit'] })
    started.push(child)
    await new Promise((resolve) => child.stdout.once('data', resolve))
    return {
      ...{ init: 'none', name: 'sshd', isRunning: true, pid: child.pid ?? null, load: null, pidFile, socket: null },
      ...{ properties: {}, starts: [], isBrief: false, nowMs: null, isAccepted: false },
    }
  }
  /** How many milliseconds a reload took, and in how many flights. */
  const reloaded = async (shell: readonly string[], unit: Unit) => {
    const { machine } = localMachine(shell)
    const began = performance.now()
    await reloadUnit(machine.touch({ power: null }), unit)
    return { ms: performance.now() - began, flights: machine.counters().flights }
  }

  for (const [name, shell] of Object.entries(READERS))
    describe(`by ${name}`, () => {
      itAtOnce('waits, in one flight, until sshd listens on a new socket and has its pid file', async () => {
        const { ms, flights } = await reloaded(shell, await daemon(REOPENS))
        assert.ok(ms >= 200, `${ms} ms`)
        assert.equal(flights, 1)
      })

      itAtOnce('takes a daemon that keeps its sockets as back at once, and sshd after a moment', async () => {
        const unit = await daemon(KEEPS)
        const other = await reloaded(shell, { ...unit, name: 'other' })
        assert.ok(other.ms < 1_000, `${other.ms} ms`)
        const own = await reloaded(shell, unit)
        assert.ok(own.ms >= 1_400, `${own.ms} ms`)
      })

      itAtOnce('names a daemon that did not survive, unless a socket starts it anew', async () => {
        const died = /sshd did not survive its reload: its main process \d+ is gone/
        await assert.rejects(reloaded(shell, await daemon(DIES)), died)
        await reloaded(shell, { ...(await daemon(DIES)), socket: 'ssh.socket' })
      })

      itAtOnce("says the tool's own words where it fails", async () => {
        const gone = await daemon(DIES)
        await assert.rejects(reloaded(shell, gone), /did not survive/)
        await assert.rejects(reloaded(shell, gone), /^HostError: Unable to reload service sshd: .*[Nn]o such process/)
      })
    })

  itAtOnce('is not done where the daemon never listens again, in fifteen seconds', async () => {
    // a sleep that takes no time, and says how long it was asked to; and where no time passes, one look at the kernel's
    // tables in twenty will do: they take ten milliseconds to read
    const standIn = (name: string, does: string) =>
      writeFileSync(join(dir, name), `#!/bin/sh\n${does}\n`, { mode: 0o755 })
    standIn('sleep', `echo "$1" >> ${dir}/slept`)
    standIn(
      'sed',
      `read looked 2>/dev/null < ${dir}/looked
echo $((looked + 1)) > ${dir}/looked
[ $((looked % 20)) != 0 ] || PATH=${process.env.PATH} exec sed "$@"`,
    )
    const unit = await daemon(SILENT)
    const shell = ['env', `PATH=${dir}:${process.env.PATH}`, 'dash']
    await assert.rejects(reloaded(shell, unit), /sshd was reloaded and does not listen again after 15 s/)
    const slept = readFileSync(join(dir, 'slept'), 'utf8').trimEnd().split('\n').map(Number)
    const seconds = slept.reduce((sum, one) => sum + one, 0)
    assert.ok(seconds >= 15 && seconds < 15.1, `${seconds}`)
  })
})
