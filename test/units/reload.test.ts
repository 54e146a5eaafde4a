import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Unit } from '../../src/units/find.ts'
import { reloadUnit } from '../../src/units/reload.ts'
import { localMachine, SHELLS } from '../host/shells.ts'
import { together } from '../kit/together.ts'

/** A daemon that listens, and does something of its own when it is told to reload. */
const daemonOf = (onReload: string): string => `
  const { createServer } = require('node:net')
  const { rmSync, writeFileSync } = require('node:fs')
  const listen = () => new Promise((done) => { const one = createServer().listen(0, '127.0.0.1', () => done(one)) })
  let server
  const start = async () => {
    server = await listen()
    writeFileSync(process.argv[1], String(process.pid))
    console.log('ready')
  }
  process.on('SIGHUP', () => { ${onReload} })
  start()
`
const KEEPS = ''
const DIES = 'process.exit(1)'
const REOPENS = 'rmSync(process.argv[1]); server.close(); setTimeout(start, 200)'
const SILENT = 'server.close(); setInterval(() => {}, 1000)'

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
    const child = spawn(process.execPath, ['-e', daemonOf(onReload), pidFile], { stdio: ['ignore', 'pipe', 'inherit'] })
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

  for (const [name, shell] of Object.entries(SHELLS))
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
    // a sleep that takes no time, and says how long it was asked to
    const sleep = join(dir, 'sleep')
    writeFileSync(sleep, `#!/bin/sh\necho "$1" >> ${dir}/slept\n`, { mode: 0o755 })
    const unit = await daemon(SILENT)
    const shell = ['env', `PATH=${dir}:${process.env.PATH}`, 'dash']
    await assert.rejects(reloaded(shell, unit), /sshd was reloaded and does not listen again after 15 s/)
    const slept = readFileSync(join(dir, 'slept'), 'utf8').trimEnd().split('\n').map(Number)
    const seconds = slept.reduce((sum, one) => sum + one, 0)
    assert.ok(seconds >= 15 && seconds < 15.1, `${seconds}`)
  })
})
