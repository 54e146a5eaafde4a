import assert from 'node:assert/strict'
import { SSHD, SSHD_FILES } from '../../src/contract/questions.ts'
import { quote } from '../../src/host/quote.ts'
import { WITNESS, witnessScript } from '../../src/host/witness.ts'
import type { Unit } from '../../src/units/find.ts'
import { reloadCommand } from '../../src/units/reload.ts'
import { said } from '../kit/outside.ts'
import { twinRun } from '../kit/twin.ts'
import { type Stage, stageWith } from '../stories/given.ts'

const FILE = '/run/sshd.pid'
// told by a signal, sshd listens on sockets of other inodes, in a pid file of another one
const SEEN = `stat -c %i ${FILE}; cat ${FILE}; cat /var/told 2> /dev/null; :`

describe('the twin of a reload, with a real sshd', () => {
  let stage: Stage
  before(async () => {
    stage = await stageWith({ hosts: 1, name: 'reload-twin', variant: 'debian' })
    // what the script of SysV would do
    const tool = '#!/bin/sh\\necho "$@" >> /var/told\\nexit 3\\n'
    await sh(`printf '${tool}' > /usr/sbin/service; chmod 755 /usr/sbin/service`)
  })
  beforeEach(() => sh('rm -f /var/told /etc/ssh/sshd_config.d/x.conf'))
  after(() => stage.lab.stop())

  const sh = (script: string): Promise<string> => said(stage.host.exec(script))
  const unitOf = (pid: number, about: Partial<Unit> = {}): Unit => ({
    ...{ init: 'sysv', name: 'ssh', isRunning: true, pid, load: null, pidFile: FILE, socket: null },
    ...{ properties: {}, starts: [], isBrief: false, nowMs: null, isAccepted: false },
    ...about,
  })
  const sshd = async (about: Partial<Unit> = {}): Promise<Unit> => unitOf(Number(await sh(`cat ${FILE}`)), about)
  const byScript = async (unit: Unit): Promise<string> =>
    String((await stage.host.exec(reloadCommand(unit).argv.map(quote).join(' '))).stdout)
  const byTwin = async (unit: Unit): Promise<string | null> => {
    const run = twinRun(reloadCommand(unit), { withLook: false })
    const answer = run.read(await stage.host.exec(run.argv.map(quote).join(' '), { stdin: run.stdin }))
    return answer && String(answer.stdout)
  }

  for (const [words, about] of [
    ['where SysV has a script', {}],
    ['that nobody started', { init: 'none' }],
  ] as const)
    it(`tells an sshd ${words}, and waits until it is back, as the script does`, async () => {
      const unit = await sshd(about)
      for (const reload of [byScript, byTwin]) {
        const [inode] = (await sh(SEEN)).split('\n')
        await sh('echo "MaxAuthTries 5" > /etc/ssh/sshd_config.d/x.conf')
        assert.equal(await reload(unit), '\nback\n')
        const [now, pid, ...told] = (await sh(SEEN)).split('\n')
        assert.notEqual(now, inode)
        assert.deepEqual([pid, told], [`${unit.pid}`, []])
      }
    })

  for (const [flags, line, expected] of [
    ['-o ListenAddress=127.0.0.1', '# AddressFamily inet6', '\nback\n'],
    ['-o ListenAddress=127.0.0.1', 'AddressFamily inet6', null],
    ['-4', 'ListenAddress ::1', null],
  ] as const)
    it(`tells one with ${flags} of files with ${line} only where it takes them, whatever one without did`, async () => {
      await sh(`${SSHD} ${flags} -o PidFile=/run/x.pid -o Port=2222; sleep 0.2`)
      const unit = unitOf(Number(await sh('cat /run/x.pid')), { pidFile: '/run/x.pid' })
      try {
        await sh(`echo ${quote(line)} > /etc/ssh/sshd_config.d/x.conf; ${SSHD} -T -C user=nobody`)
        const told = await stage.host.exec(`${WITNESS.text}\n${witnessScript(SSHD_FILES, ':')}`)
        const [state = '', stats = ''] = String(told.stdout).split('\0')
        assert.match(state, /^\d+ fips/)
        const run = twinRun(reloadCommand(unit), { relied: { state, stats } })
        const answer = run.read(await stage.host.exec(run.argv.map(quote).join(' '), { stdin: run.stdin }))
        assert.equal(answer && String(answer.stdout), expected)
        assert.match(await sh(`ls -d /proc/${unit.pid}`), /proc/)
      } finally {
        await sh(`kill ${unit.pid} || :`)
      }
    })

  /** A daemon of a pid file that does this when it is told, and listens nowhere. */
  const daemon = async (onReload: string): Promise<Unit> => {
    const perl = `$SIG{HUP} = sub { ${onReload} }; fork and exit; open F, ">", "/run/x.pid"; print F $$;
      close $_ for *F, *STDOUT, *STDERR; sleep 5 for 1 .. 10`
    const pid = Number(await sh(`rm -f /run/x.pid; perl -e ${quote(perl)}; sleep 0.2; cat /run/x.pid`))
    return unitOf(pid, { init: 'none', pidFile: '/run/x.pid' })
  }

  it('names one that is gone before it is back, as the script does', async () => {
    for (const reload of [byScript, byTwin]) assert.equal(await reload(await daemon('exit')), '\ngone\n')
  })

  it('gives one up that listens nowhere, in fifteen seconds', async () => {
    const unit = await daemon('')
    const began = performance.now()
    assert.equal(await byTwin(unit), '\nsilent\n')
    const ms = performance.now() - began
    assert.ok(ms >= 15_000 && ms < 20_000, `${ms} ms`)
    await sh(`kill ${unit.pid}`)
  })

  const asking = `rm -f /run/fifo; mkfifo /run/fifo; ${SSHD} -t -f /run/fifo < /dev/null > /dev/null 2>&1 &`
  const posing = `perl -e '$0 = "sshd: ${SSHD} -D [listener] 0 of 10"; fork and exit; open F, ">", "/run/x.pid"; print F $$;
    close $_ for *F, *STDOUT, *STDERR; sleep 20'; sleep 0.2`
  for (const [words, staging, pidOf, expected] of [
    ['refuses its files', 'echo Odd 1 > /etc/ssh/sshd_config.d/x.conf', '', /^\nfailed 3\n$/],
    ['is another program of that title', posing, 'cat /run/x.pid', /^\nfailed 3\n$/],
    ['does not tell its arguments', `${asking} sleep 0.2`, 'pgrep -f /run/fifo', /^\nfailed 3\n$/],
    ['has no pid file', `mv ${FILE} ${FILE}-x`, '', /^\nback\n$/],
  ] as const)
    it(`leaves all to the script where it ${words}`, async () => {
      const unit = await sshd()
      await stage.host.exec(staging)
      try {
        const pid = pidOf === '' ? unit.pid : Number(await sh(pidOf))
        const before = await sh(SEEN)
        assert.equal(await byTwin({ ...unit, pid }), null)
        assert.equal(await sh(SEEN), before)
        assert.match(await byScript({ ...unit, pid }), expected)
      } finally {
        await sh(`[ ! -e ${FILE}-x ] || rm ${FILE}-x; [ ! -p /run/fifo ] || { : > /run/fifo; rm /run/fifo; }`)
      }
    })
})
