import assert from 'node:assert/strict'
import { type Lab, startLab } from '../kit/lab.ts'
import { folder } from '../kit/story.ts'
import { type Terminal, terminalWith } from './terminal.ts'

const SITE = `- name: slow work
  hosts: all
  become: true
  tasks:
    - name: a greeting
      line_in_file: {path: /etc/motd, line: hello}
    - name: a pause
      command: sleep 2
      changed_when: false
`

describe('on a terminal', () => {
  let lab: Lab
  let place: string
  let terminal: Terminal

  const open = (...argv: readonly string[]): Terminal => {
    terminal = terminalWith(argv, { cwd: place, home: lab.home })
    return terminal
  }

  before(async () => {
    lab = await startLab({ hosts: 4, name: 'terminal' })
    place = folder({
      'site.yml': SITE,
      'inventory.yml': lab.inventory(),
      'secure.yml': lab.inventory('secure'),
      'home/.ssh/empty': '',
    })
  })
  after(() => lab.stop())
  afterEach(() => terminal.close())

  it('a run shows who is at work, and ends with what changed and a recap', async () => {
    const { until } = open('run', 'site.yml', '-i', 'inventory.yml')
    const during = await until(/(?:\n {2}h\d +2\/2 {2}a pause){4}/)
    assert.match(during, /\n░{20} 0\/4 hosts · 4 changed · 4 running · 0:0\d {2}slow work\n {2}h1 /)
    const after = await until(/\[0\]$/)
    assert.doesNotMatch(after, /░|█/)
    assert.match(after, /\nchanged +h1 +a greeting {2}\/etc\/motd\n/)
    assert.match(after, /\nrecap\nh1 : ok=2 +changed=1 +unreachable=0 +failed=0\n/)
  })

  it('a dry run shows a diff once, and where else it is the same', async () => {
    await Promise.all(lab.hosts.map((host) => host.reset()))
    const { until } = open('check', 'site.yml', '-i', 'inventory.yml', '-t', 'all')
    const shown = await until(/\[3\]$/)
    assert.equal(shown.match(/\+hello/g)?.length, 1)
    assert.equal(shown.match(/ {2}as on h\d\n/g)?.length, 3)
    assert.match(shown, /to converge 4 of 4 hosts:\n {2}\S.* run site\.yml -i inventory\.yml -t all\n/)
  })

  it('Ctrl-C begins no new task and ends with 130', async () => {
    const { until, press } = open('run', 'site.yml', '-i', 'inventory.yml', '-f', '2')
    await until(/a pause/)
    press('C-c')
    await until(/stopping: tasks that began are finished and verified/)
    const shown = await until(/\[130\]$/)
    assert.match(shown, /interrupted: what is listed above is done, the rest was not begun/)
    assert.match(shown, /\nh4 : ok=0 /)
  })

  it('a second Ctrl-C ends at once, and names what was left in the middle', async () => {
    const { until, press } = open('run', 'site.yml', '-i', 'inventory.yml', '-l', 'h1')
    await until(/a pause/)
    press('C-c')
    await until(/stopping/)
    press('C-c')
    const shown = await until(/\[130\]$/)
    assert.match(shown, /these were left in the middle, and may be done or not:\n {2}h1 {2}a pause\n/)
  })

  it('without -K, sudo that wants a password is told with the flag that gives it', async () => {
    const { until } = open('run', 'site.yml', '-i', 'secure.yml', '-l', 'h1')
    const shown = await until(/\[2\]$/)
    assert.match(shown, /sudo wants a password/)
    assert.match(shown, /run site\.yml -i secure\.yml -K --limit h1\n/)
  })

  it('trust shows the keys, asks, and writes them', async () => {
    const ask = (): Terminal =>
      terminalWith(['trust', '-i', 'inventory.yml', '-l', 'h1,h2'], { cwd: place, home: `${place}/home` })
    terminal = ask()
    const shown = await terminal.until(/\[y\/N\] *$/)
    assert.equal(shown.match(/unknown +ssh-ed25519 +SHA256:/g)?.length, 2)
    terminal.press('n', 'Enter')
    await terminal.until(/nothing was written\n\[4\]$/)
    terminal.close()
    terminal = ask()
    await terminal.until(/\[y\/N\] *$/)
    terminal.press('y', 'Enter')
    await terminal.until(/keys of 2 hosts written to .*known_hosts\n\[0\]$/)
    terminal.close()
    terminal = ask()
    assert.doesNotMatch(await terminal.until(/\[0\]$/), /unknown/)
  })
})
