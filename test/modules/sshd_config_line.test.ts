import assert from 'node:assert/strict'
import module from '../../modules/sshd_config_line.ts'
import type { Static } from '../../src/contract/schema.ts'
import { type FakeMachine, fakeMachine } from '../kit/fake-look.ts'
import { tryModule } from '../kit/try-module.ts'
import { standInSshd } from './stand-in-sshd.ts'

type Task = Partial<Static<typeof module.params>>

const MAIN = '/etc/ssh/sshd_config'
const CLOUD = '/etc/ssh/sshd_config.d/50-cloud-init.conf'
const NO: Task = { keyword: 'PasswordAuthentication', value: 'no' }

const machineWith = (files: Readonly<Record<string, string>>, ails?: string): FakeMachine => {
  const texts = (): Readonly<Record<string, string>> =>
    Object.fromEntries(
      machine.paths().flatMap((path) => {
        const text = path.startsWith('/etc/') ? machine.text(path) : null
        return text === null ? [] : [[path, text]]
      }),
    )
  const machine: FakeMachine = fakeMachine({ files, users: [{ name: 'alice' }], answer: standInSshd(texts, ails) })
  return machine
}

describe('sshd_config_line', () => {
  it('plans the same in check as it does in run, and is quiet afterwards', async () => {
    const machine = machineWith({ [MAIN]: 'UsePAM yes\n' })
    const check = await tryModule(module, NO, machine, { mode: 'check' })
    assert.equal(check.status, 'drift')
    assert.equal(machine.text(MAIN), 'UsePAM yes\n')
    const run = await tryModule(module, NO, machine)
    assert.equal(run.status, 'changed')
    assert.deepEqual(run.changes, check.changes)
    assert.equal(machine.text(MAIN), 'UsePAM yes\nPasswordAuthentication no\n')
    assert.equal((await tryModule(module, NO, machine)).status, 'ok')
  })

  it('shows what sshd obeys before and after', async () => {
    const machine = machineWith({ [MAIN]: 'LoginGraceTime 2m\n' })
    const { changes } = await tryModule(module, { keyword: 'LoginGraceTime', value: '1m' }, machine)
    const effective = changes.find(({ field }) => field === 'effective')
    assert.deepEqual(effective, { field: 'effective', before: '2m', after: '60' })
  })

  it('is content with the default of sshd, unless it is to be explicit', async () => {
    const task: Task = { keyword: 'PermitRootLogin', value: 'prohibit-password' }
    const machine = machineWith({ [MAIN]: 'UsePAM yes\n' })
    assert.equal((await tryModule(module, task, machine)).status, 'ok')
    assert.equal((await tryModule(module, { ...task, explicit: true }, machine)).status, 'changed')
    assert.equal(machine.text(MAIN), 'UsePAM yes\nPermitRootLogin prohibit-password\n')
    assert.equal((await tryModule(module, { ...task, explicit: true }, machine)).status, 'ok')
  })

  it('outranks an included file, leaves it and names it', async () => {
    const machine = machineWith({ [MAIN]: `Include ${CLOUD}\n`, [CLOUD]: 'PasswordAuthentication yes\n' })
    const { status, notes } = await tryModule(module, NO, machine)
    assert.equal(status, 'changed')
    assert.equal(machine.text(MAIN), `PasswordAuthentication no\nInclude ${CLOUD}\n`)
    assert.equal(machine.text(CLOUD), 'PasswordAuthentication yes\n')
    assert.deepEqual(notes, [`${CLOUD}:1 says PasswordAuthentication yes, which it outranks`])
  })

  it('names the block that overrides the value, with a connection for which it does', async () => {
    const machine = machineWith({ [MAIN]: 'Match User bob\n    PasswordAuthentication yes\n' })
    const { status, notes } = await tryModule(module, NO, machine)
    assert.equal(status, 'changed')
    assert.deepEqual(notes, [`Match User bob (${MAIN}:3) keeps it at yes, as for user=bob`])
    const again = await tryModule(module, NO, machine)
    assert.deepEqual([again.status, again.notes], ['ok', notes])
  })

  it('is judged by the tree where the file is a drop-in, also one that is not there yet', async () => {
    const machine = machineWith({
      [MAIN]: 'Include /etc/ssh/sshd_config.d/*.conf\nPasswordAuthentication yes\n',
      '/etc/ssh/sshd_config.d/README': '',
    })
    const task: Task = { ...NO, path: '/etc/ssh/sshd_config.d/00-keys.conf', create: true }
    assert.equal((await tryModule(module, task, machine)).status, 'changed')
    assert.deepEqual(machine.stat('/etc/ssh/sshd_config.d/00-keys.conf'), { kind: 'file', mode: '0600', owner: 'root' })
    assert.equal((await tryModule(module, task, machine)).status, 'ok')
  })

  it('says that sshd does not read a file, which is judged by itself', async () => {
    const machine = machineWith({ [MAIN]: 'PasswordAuthentication no\n', '/etc/other/sshd': 'UsePAM yes\n' })
    const { status, notes } = await tryModule(module, { ...NO, path: '/etc/other/sshd' }, machine)
    assert.equal(status, 'changed')
    assert.deepEqual(notes, [`${MAIN} does not lead to /etc/other/sshd: it is judged by itself`])
  })

  it("makes the file of another sshd, also for sshd's default", async () => {
    const machine = machineWith({ [MAIN]: '', '/etc/other/key': '' })
    const task: Task = { keyword: 'X11Forwarding', value: 'no', path: '/etc/other/sshd', create: true }
    assert.equal((await tryModule(module, task, machine)).status, 'changed')
    assert.equal(machine.text('/etc/other/sshd'), 'X11Forwarding no\n')
    assert.equal((await tryModule(module, task, machine)).status, 'ok')
  })

  it('puts a block above the Include of one that says otherwise, and a second value into it', async () => {
    const other = 'Match User bob\n  X11Forwarding yes\n  PasswordAuthentication yes\n'
    const machine = machineWith({ [MAIN]: `Include ${CLOUD}\nUsePAM yes\n`, [CLOUD]: other })
    const bob: Task = { keyword: 'X11Forwarding', value: 'no', match: 'User bob' }
    const check = await tryModule(module, bob, machine, { mode: 'check' })
    const { status, changes, notes } = await tryModule(module, bob, machine)
    assert.deepEqual([check.status, status], ['drift', 'changed'])
    assert.deepEqual(changes, check.changes)
    const below = `Match all\nInclude ${CLOUD}\nUsePAM yes\n`
    assert.equal(machine.text(MAIN), `Match User bob\n    X11Forwarding no\n${below}`)
    assert.deepEqual(notes, [
      `${CLOUD}:2 says X11Forwarding yes, which it outranks`,
      `what is global below the new block of ${MAIN} stands in a Match all now`,
    ])
    assert.equal((await tryModule(module, { ...NO, match: 'User bob' }, machine)).status, 'changed')
    assert.equal(machine.text(MAIN), `Match User bob\n    X11Forwarding no\n    PasswordAuthentication no\n${below}`)
    assert.equal((await tryModule(module, bob, machine)).status, 'ok')
  })

  it('has nothing to take away from a file that is not there', async () => {
    const gone: Task = { keyword: 'Banner', state: 'absent' }
    for (const path of [MAIN, CLOUD, '/etc/ssh/unread', '/etc/other/sshd']) {
      const machine = machineWith(path === MAIN ? {} : { [MAIN]: 'Banner /a\n' })
      assert.equal((await tryModule(module, { ...gone, path }, machine)).status, 'ok', path)
      assert.equal(machine.text(path), null)
    }
  })

  it('waits in a dry run for the directory of a new drop-in', async () => {
    const machine = machineWith({ [MAIN]: 'Include /etc/ssh/sshd_config.d/*.conf\nPasswordAuthentication yes\n' })
    const task: Task = { ...NO, path: CLOUD, create: true }
    const check = await tryModule(module, task, machine, { mode: 'check' })
    assert.equal(check.status, 'waiting')
    const run = await tryModule(module, task, machine)
    assert.deepEqual([run.status, run.message], ['failed', `${CLOUD}: its directory does not exist`])
  })

  it('takes a keyword away, and an included file that still says it is named', async () => {
    const machine = machineWith({ [MAIN]: `Banner /a\nInclude ${CLOUD}\n`, [CLOUD]: 'Banner /b\n' })
    const { status, notes } = await tryModule(module, { keyword: 'Banner', state: 'absent' }, machine)
    assert.equal(status, 'changed')
    assert.equal(machine.text(MAIN), `Include ${CLOUD}\n`)
    assert.deepEqual(notes, [`${CLOUD}:1 says Banner /b still`])
  })

  const failures: readonly [string, Record<string, string>, Task, RegExp, string?][] = [
    [
      'a value that sshd refuses',
      { [MAIN]: '' },
      { ...NO, value: 'maybe' },
      /^sshd 9\.2 refuses PasswordAuthentication maybe: unsupported option "maybe"$/,
    ],
    [
      'a keyword that sshd does not know',
      { [MAIN]: '' },
      { keyword: 'PasswordAuthentification', value: 'no' },
      /did you mean PasswordAuthentication\?\): Bad configuration option/,
    ],
    [
      'a keyword of a later release',
      { [MAIN]: '' },
      { keyword: 'PerSourcePenalties', value: 'no' },
      /known from 9\.8 on/,
    ],
    [
      'a file that was broken before',
      { [MAIN]: 'UsePAM yes\nColour blue\n' },
      NO,
      /was broken before, sshd refuses it: \/etc\/ssh\/sshd_config: line 2: Bad configuration option: Colour/,
    ],
    [
      'a global-only keyword in a block',
      { [MAIN]: '' },
      { keyword: 'Ciphers', value: 'aes256-ctr', match: 'User bob' },
      /Ciphers is not allowed within a Match block: it is global only/,
    ],
    [
      'a drop-in that no Include takes',
      { [MAIN]: 'UsePAM yes\n' },
      { ...NO, path: CLOUD, create: true },
      /^sshd does not read \/etc\/ssh\/sshd_config\.d\/50-cloud-init\.conf: \/etc\/ssh\/sshd_config has no line "Include \/etc\/ssh\/sshd_config\.d\/\*\.conf"$/,
    ],
    [
      'a drop-in whose name the Include does not take',
      { [MAIN]: 'UsePAM yes\nInclude sshd_config.d/*.conf\n', '/etc/ssh/sshd_config.d/00.cfg': 'UsePAM yes\n' },
      { ...NO, path: '/etc/ssh/sshd_config.d/00.cfg' },
      /^sshd does not read \S+\/00\.cfg: \/etc\/ssh\/sshd_config:2 includes \/etc\/ssh\/sshd_config\.d\/\*\.conf only$/,
    ],
    [
      "a file of sshd's directory that nothing includes",
      { [MAIN]: '', '/etc/ssh/extra': '' },
      { ...NO, path: '/etc/ssh/extra' },
      /^sshd does not read \/etc\/ssh\/extra: \/etc\/ssh\/sshd_config has no line "Include \/etc\/ssh\/extra"$/,
    ],
    [
      'a drop-in of what is not there',
      { '/etc/ssh/moduli': '' },
      { ...NO, path: '/etc/ssh/extra', create: true },
      /^\/etc\/ssh\/sshd_config does not exist, and without it sshd does not read \/etc\/ssh\/extra$/,
    ],
    [
      'a list of subsystems',
      { [MAIN]: '' },
      { keyword: 'Subsystem', value: ['sftp internal-sftp', 'foo /bin/true'] },
      /^Subsystem: a task is about one subsystem, as in "sftp internal-sftp": make it a loop$/,
    ],
    ['a file that is not there', {}, NO, /\/etc\/ssh\/sshd_config does not exist \(create: true makes it\)/],
    [
      "a file of which there is the vendor's only",
      { '/usr/etc/ssh/sshd_config': '' },
      NO,
      /the vendor's is \/usr\/etc\/ssh\/sshd_config/,
    ],
    [
      'a file included inside of a block',
      { [MAIN]: `Match User bob\n  Include ${CLOUD}\n`, [CLOUD]: '' },
      { ...NO, path: CLOUD },
      /is included inside a Match block \(\/etc\/ssh\/sshd_config:2\)/,
    ],
    [
      'a list of users none of whom exists',
      { [MAIN]: '' },
      { keyword: 'AllowUsers', value: ['zoe'] },
      /AllowUsers zoe would let nobody in: no user zoe exists/,
    ],
    [
      'a machine that cannot test it',
      { [MAIN]: '' },
      NO,
      /^sshd cannot be tested here: Missing privilege separation directory: \/run\/sshd$/,
      'Missing privilege separation directory: /run/sshd',
    ],
  ]
  for (const [name, files, task, why, ails] of failures) {
    it(`fails, untouched, for ${name}`, async () => {
      const machine = machineWith(files, ails)
      const before = machine.paths().map((path) => machine.text(path))
      const run = await tryModule(module, task, machine)
      assert.equal(run.status, 'failed')
      assert.match(run.message, why)
      assert.deepEqual(
        machine.paths().map((path) => machine.text(path)),
        before,
      )
    })
  }

  it('says that a test takes root', async () => {
    const machine = machineWith({ [MAIN]: '' }, 'sshd: no hostkeys available -- exiting.')
    const run = await tryModule(module, NO, machine, { power: 'alice' })
    assert.deepEqual(
      [run.status, run.message],
      [
        'failed',
        'sshd cannot be tested here: sshd: no hostkeys available -- exiting (it takes root, alice is not: become: true)',
      ],
    )
  })

  it('refuses what would leave no way of authentication, and says where that stands already', async () => {
    const off = 'PubkeyAuthentication no\nKbdInteractiveAuthentication no\n'
    const message = 'nobody could log in: every way of authentication is switched off'
    const refused = await tryModule(module, NO, machineWith({ [MAIN]: off }))
    assert.deepEqual([refused.status, refused.message], ['failed', message])
    const standing = await tryModule(module, NO, machineWith({ [MAIN]: `${off}PasswordAuthentication no\n` }))
    assert.deepEqual([standing.status, standing.notes], ['ok', [message]])
  })

  it('plans nothing more for what it planned', async () => {
    const tasks: readonly Task[] = [NO, { ...NO, match: 'User bob' }, { keyword: 'Banner', state: 'absent' }]
    for (const task of tasks) {
      const full = { state: 'present', path: MAIN, create: false, explicit: true, ...task } as Static<
        typeof module.params
      >
      const now = await module.probe(machineWith({ [MAIN]: 'Banner /a\n' }).look({ power: null }), full)
      const wanted = module.plan(full, now)
      assert.notDeepEqual(wanted, now)
      assert.deepEqual(module.plan(full, wanted), wanted)
    }
  })

  it('finds mistakes in its parameters before any connection', () => {
    const about = { looped: new Set<string>() }
    const said = (task: Task): readonly (string | undefined)[] =>
      (
        module.review?.(
          { ...NO, state: 'present', path: MAIN, create: false, explicit: false, ...task } as Static<
            typeof module.params
          >,
          about,
        ) ?? []
      ).map(({ message }) => message)
    assert.deepEqual(said({}), [])
    assert.deepEqual(said({ keyword: 'Match' }), ['this keyword is no setting'])
    assert.deepEqual(said({ keyword: 'Permit Root' }), ['"Permit Root" is no keyword'])
    assert.deepEqual(said({ keyword: 'PasswordAuthenticaton' }), [
      'Bad configuration option: PasswordAuthenticaton: no sshd knows this keyword',
    ])
    assert.deepEqual(said({ keyword: 'SomeVendorsOwn' }), [])
    assert.deepEqual(said({ match: 'Match User bob' }), ['match: "Match User bob" begins with the word Match'])
    assert.deepEqual(said({ match: 'User' }), ['match: "User" is no list of criteria and patterns'])
    assert.deepEqual(said({ state: 'absent' }), [
      'state: absent takes every line of the keyword: a value has no meaning there',
    ])
    assert.deepEqual(said({ keyword: 'Subsystem', value: ['a', 'b'], state: 'absent' }), [
      'Subsystem: a task is about one subsystem, as in "sftp internal-sftp": make it a loop',
    ])
    assert.deepEqual(said({ value: [] }), ['PasswordAuthentication: an empty list is no value'])
  })
})
