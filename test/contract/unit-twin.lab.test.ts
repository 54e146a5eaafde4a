import assert from 'node:assert/strict'
import { type Question, questions, SSHD_FILES } from '../../src/contract/questions.ts'
import { libraryText } from '../../src/host/library.ts'
import { commandScript, quote } from '../../src/host/quote.ts'
import { checkedScript, cutTold, readWitness, WITNESS } from '../../src/host/witness.ts'
import { NEUTRAL } from '../../src/sshd/ask.ts'
import { parseSight } from '../../src/units/sight.ts'
import { PROPERTIES } from '../../src/units/systemd.ts'
import { said } from '../kit/outside.ts'
import { twinRun } from '../kit/twin.ts'
import { type Stage, stageWith } from '../stories/given.ts'

const sshd = {
  ...{ program: 'sshd', names: ['sshd', 'ssh'], sockets: ['sshd.socket', 'ssh.socket'], properties: PROPERTIES },
  ...{ brief: true, config: '/etc/ssh/sshd_config', check: questions.sshdObeys(NEUTRAL) },
}
const { check: _check, ...unchecked } = sshd
const cron = { program: 'cron', names: ['cron'], sockets: ['cron.socket'], properties: PROPERTIES, brief: false }
const none = { ...cron, program: 'no-such', names: ['no-such.service'], sockets: [] }

const moment = (file: string, nanoseconds: number): string =>
  `m=$(stat -c %.9Y /run/sshd.pid); touch -d "@\${m%.*}.$(printf %09d $((1\${m#*.} - 1000000000 + ${nanoseconds})))" ${file}`
const calm = `rm -rf /run/openrc /etc/runlevels /etc/ssh/sshd_config.d/*
  [ -e /run/systemd/private ] || rm -rf /run/systemd
  find /etc/ssh -exec touch -d 2025-01-01 {} +; touch -d '2025-06-01 12:00:00.5' /run/sshd.pid`

interface Situation {
  readonly on: 'debian' | 'systemd'
  readonly words: string
  readonly staging: string
  readonly about: Parameters<typeof questions.unit>[0]
  readonly expected: RegExp
  /** somebody wants to hear what sshd answers on the way */
  readonly isHeard?: boolean
  /** the twin leaves it to the script */
  readonly isLeft?: boolean
}

const newer = 'touch /etc/ssh/sshd_config'
const refused = 'echo Odd 1 > /etc/ssh/sshd_config.d/x.conf'
const pidFile = (text: string): string => `cp /run/sshd.pid /run/x; printf '${text}' > /run/sshd.pid`
const refusal = /^(?=.*clocks)(?!.*accepted)/s

const onDebian: readonly Omit<Situation, 'on'>[] = [
  {
    words: 'sshd that read its files',
    staging: '',
    about: sshd,
    expected: /^daemon \d+ \/run\/sshd.pid\nscript ssh\nst/,
  },
  {
    words: 'a file newer by a nanosecond',
    staging: moment('/etc/ssh/sshd_config', 1),
    about: sshd,
    expected: /clocks\nac/,
  },
  {
    words: 'a file of the moment',
    staging: moment('/etc/ssh/sshd_config', 0),
    about: sshd,
    expected: /^(?!.*clocks)/s,
  },
  { words: 'a newer directory', staging: moment('/etc/ssh/sshd_config.d', 1), about: sshd, expected: /accepted/ },
  { words: 'an answer that is heard', staging: newer, about: sshd, expected: /clocks\naccepted/, isHeard: true },
  {
    ...{ words: 'a link to a file', staging: 'cp /etc/ssh/sshd_config /srv/c; ln -sf /srv/c /etc/ssh/sshd_config' },
    ...{ about: sshd, expected: /accepted/, isHeard: true },
  },
  { words: 'a text that is refused', staging: refused, about: sshd, expected: refusal },
  { words: 'a refusal that is heard', staging: refused, about: sshd, expected: refusal, isHeard: true },
  { words: 'no such file', staging: '', about: { ...sshd, config: '/etc/ssh/none' }, expected: /^(?!.*clocks)/s },
  { words: 'no check', staging: newer, about: unchecked, expected: refusal },
  { words: 'no such service', staging: '', about: none, expected: /^$/ },
  {
    words: 'no pid file',
    staging: 'mv /run/sshd.pid /run/x',
    about: sshd,
    expected: /process \d+ \d+ \(sshd\) S.*clocks/s,
  },
  { words: 'an empty pid file', staging: pidFile(''), about: sshd, expected: /process \d+/ },
  { words: 'a pid file of nobody', staging: pidFile('99999999\\n'), about: sshd, expected: /process \d+/ },
  { words: 'a pid file without an end', staging: pidFile('1'), about: sshd, expected: /daemon 1 / },
  { words: 'a pid file of words', staging: pidFile('1 of 2\\n'), about: sshd, expected: /process/, isLeft: true },
  {
    ...{ words: 'links of OpenRC', about: sshd },
    staging: 'mkdir -p /etc/runlevels/default; touch /run/openrc; ln -s /nowhere /etc/runlevels/default/ssh',
    expected: /openrc\nscript ssh\nstarts .*\nstarts \/etc\/runlevels\/default\/ssh\n$/s,
  },
  {
    words: 'no systemctl',
    staging: 'mkdir -p /run/systemd/system',
    about: cron,
    expected: /systemd cron/,
    isLeft: true,
  },
]

const onSystemd: readonly Omit<Situation, 'on'>[] = [
  { words: 'sshd in its unit', staging: '', about: sshd, expected: /^daemon \d+ \S+\nunit ssh\n$/ },
  { words: 'all of sshd', staging: '', about: { ...sshd, brief: false }, expected: /\nsystemd sshd\n.*ActiveState=/s },
  { words: 'a newer file', staging: newer, about: sshd, expected: /accepted\nsystemd sshd\n/, isHeard: true },
  { words: 'no such unit', staging: '', about: none, expected: /^clocks\nsystemd no-such.service\n.*=not-found/s },
  {
    words: 'two of none',
    staging: '',
    about: { ...none, names: ['x', 'y'] },
    expected: /^clocks\nsystemd x y\n.*-found/s,
  },
]

describe('the twin of the look at a service', () => {
  const stages = new Map<string, Stage>()
  before(async () => {
    for (const variant of ['debian', 'systemd'] as const)
      stages.set(variant, await stageWith({ hosts: 1, name: `twin-${variant}`, variant }))
  })
  after(async () => {
    for (const stage of stages.values()) await stage.lab.stop()
  })

  const scriptOf = (question: Question, isHeard: boolean): string =>
    `${isHeard ? libraryText(WITNESS) + checkedScript(SSHD_FILES) : ''}${commandScript(question)}`

  /** What was said, without what the clock says. */
  const plainOf = (said: { readonly code: number; readonly stdout: Buffer; readonly stderr: Buffer | string }) => {
    const cut = cutTold({ ...said, stderr: Buffer.from(said.stderr) })
    const told = cut === null ? null : readWitness(cut.told)
    const text = String(cut?.rest.stdout ?? said.stdout)
    const { clocks } = parseSight({ code: 0, stdout: text, stderr: '' })
    assert.ok(clocks === null || (Math.abs(clocks.nowMs - Date.now()) < 60_000 && clocks.isExact))
    return {
      code: said.code,
      text: text.replace(/(?:^clocks\n[\d.]+\n\d+\.\d{9}\n[\d.]+\n)+/gm, 'clocks\n').replace(/(\) S ).*/, '$1'),
      told: told && { witness: told.witness, code: told.answer.code, text: String(told.answer.stdout) },
    }
  }

  const situations = [
    ...onDebian.map((one): Situation => ({ ...one, on: 'debian' })),
    ...onSystemd.map((one): Situation => ({ ...one, on: 'systemd' })),
  ]
  for (const { on, words, staging, about, expected, isHeard = false, isLeft = false } of situations)
    it(`says the same as its script of ${words}, on a ${on} host`, async () => {
      const host = stages.get(on)?.host
      assert.ok(host)
      await said(host.exec(calm))
      await said(host.exec(staging))
      try {
        const question = questions.unit(about)
        const run = twinRun(question, { globs: isHeard ? SSHD_FILES : [] })
        const perl = run.read(await host.exec(run.argv.map(quote).join(' '), { stdin: run.stdin }))
        const script = plainOf(await host.exec(scriptOf(question, isHeard)))
        assert.match(script.text, expected)
        assert.equal(perl === null, isLeft)
        if (perl !== null) assert.deepEqual(plainOf(perl), script)
        assert.equal(script.told !== null, isHeard)
        // what it tells proves that nothing changes unseen
        if (isHeard) assert.ok(script.told?.witness)
      } finally {
        await host.exec('[ ! -e /run/x ] || mv /run/x /run/sshd.pid')
        await host.exec('[ ! -L /etc/ssh/sshd_config ] || mv /srv/c /etc/ssh/sshd_config')
      }
    })
})
