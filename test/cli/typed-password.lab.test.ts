import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type Lab, type LabHost, securePassword, startLab } from '../kit/lab.ts'
import { firstHost } from '../kit/outside.ts'
import { folder } from '../kit/story.ts'
import { type Terminal, terminalWith } from './terminal.ts'

const SITE = `- name: what root alone may
  hosts: all
  become: true
  tasks:
    - name: a greeting
      line_in_file: { path: /etc/motd, line: hello }
`
const QUESTION = /password for sudo: *$/
const NOTHING_SEEN_MS = 300

describe('the password of sudo, typed at a terminal', () => {
  let lab: Lab
  let host: LabHost
  let place: string
  let terminal: Terminal

  before(async () => {
    lab = await startLab({ hosts: 1, name: 'typed-password' })
    host = firstHost(lab)
  })
  after(() => lab.stop())
  beforeEach(async () => {
    await host.reset()
    place = folder({ 'site.yml': SITE, 'inventory.yml': lab.inventory('secure') })
    const argv = ['run', 'site.yml', '-i', 'inventory.yml', '-K']
    terminal = terminalWith(argv, { cwd: place, home: lab.home })
    terminal.record(join(place, 'sent'))
    await terminal.until(QUESTION)
    assert.equal(terminal.isPlain(), false)
  })
  afterEach(() => terminal.close())

  const greeting = async (): Promise<string> =>
    (await host.exec('stat -c %U /etc/motd; grep -c hello /etc/motd')).stdout.toString()
  /** Everything the terminal was sent since the question. */
  const sent = (): string => readFileSync(join(place, 'sent'), 'utf8')
  /** Types what is not to be seen, and waits for as long as a terminal might take to show it. */
  const type = async (...keys: readonly string[]): Promise<void> => {
    terminal.press(...keys)
    await pause(NOTHING_SEEN_MS)
    assert.match(terminal.screen(), QUESTION)
  }

  it('is not shown, not even how long it is, and makes the run root', async () => {
    await type(securePassword)
    assert.doesNotMatch(sent(), /[*•]/)
    terminal.press('Enter')
    const shown = await terminal.until(/\[0\]$/)
    assert.match(shown, /\nh1 : ok=1 +changed=1 /)
    for (const word of securePassword.split(' ')) assert.equal(sent().includes(word), false, sent())
    assert.equal(await greeting(), 'root\n1\n')
    assert.ok(terminal.isPlain())
  })

  it('may be mended while it is typed', async () => {
    await type('nonsense', 'C-u', `${securePassword}x`, 'BSpace')
    terminal.press('Enter')
    await terminal.until(/\[0\]$/)
    assert.equal(await greeting(), 'root\n1\n')
  })

  it('is named where sudo refuses it, without being shown, and nothing is changed', async () => {
    await type('battery staple')
    terminal.press('Enter')
    const shown = await terminal.until(/\[2\]$/)
    assert.match(shown, /sudo refuses the password of secure/)
    assert.match(shown, /\nh1 : ok=0 +changed=0 +unreachable=0 +failed=1/)
    for (const word of ['battery', 'staple']) assert.equal(sent().includes(word), false, sent())
    assert.equal(await greeting(), 'root\n0\n')
    assert.ok(terminal.isPlain())
  })

  for (const key of ['C-c', 'C-d'])
    it(`is left by ${key} with 130, nothing touched, and the terminal as it was`, async () => {
      await type('correct')
      terminal.press(key)
      const shown = await terminal.until(/\[130\]$/)
      assert.doesNotMatch(shown, /recap|bug/)
      assert.equal(sent().includes('correct'), false, sent())
      assert.equal(await greeting(), 'root\n0\n')
      assert.ok(terminal.isPlain())
      terminal.press('seen again')
      await terminal.until(/\[130\]\s+seen again$/)
    })
})
