import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { typed, typedIn } from '../cli/typed.ts'

describe('keyward schedule preview', () => {
  let file = ''
  before(() => {
    const directory = mkdtempSync(join(tmpdir(), 'keyward-preview-'))
    file = join(directory, 'schedule.yml')
    for (const name of ['site.yml', 'hosts.yml']) writeFileSync(join(directory, name), '')
    writeFileSync(
      file,
      `schedules:
  - {name: nightly, playbook: site.yml, inventory: hosts.yml, cron: "30 2 * * *", timezone: Europe/Prague}
  - name: weekday
    playbook: site.yml
    inventory: hosts.yml
    calendar: Mon..Fri 09:00
    timezone: Asia/Kathmandu
    blackout: {from: 2026-03-30, to: 2026-03-30, reason: release day}
  - {name: off, playbook: site.yml, inventory: hosts.yml, every: 12h, timezone: UTC, enabled: false}
`,
    )
  })
  after(() => rmSync(join(file, '..'), { recursive: true }))

  it('prints the next slots, those that are left out with the reason', async () => {
    const { code, stdout } = await typed('schedule', 'preview', file, '--from', '2026-03-29T00:00:00Z', '--next', '6')
    assert.equal(code, 0)
    assert.equal(
      stdout,
      `local                                      UTC                   schedule  status    reason
2026-03-29 00:00:00 +00:00 UTC             2026-03-29T00:00:00Z  off       disabled  the schedule is not enabled
2026-03-29 03:00:00 +02:00 Europe/Prague   2026-03-29T01:00:00Z  nightly   planned   02:30 does not exist that day: at 03:00
2026-03-29 12:00:00 +00:00 UTC             2026-03-29T12:00:00Z  off       disabled  the schedule is not enabled
2026-03-30 00:00:00 +00:00 UTC             2026-03-30T00:00:00Z  off       disabled  the schedule is not enabled
2026-03-30 02:30:00 +02:00 Europe/Prague   2026-03-30T00:30:00Z  nightly   planned
2026-03-30 09:00:00 +05:45 Asia/Kathmandu  2026-03-30T03:15:00Z  weekday   blackout  release day
`,
    )
  })

  it('prints them as JSON', async () => {
    const words = ['schedule', 'preview', file, '--from', '2026-03-30T03:15:00Z', '--next', '1', '--output', 'json']
    assert.deepEqual(JSON.parse((await typed(...words)).stdout), [
      {
        schedule: 'weekday',
        slot: '2026-03-30T03:15:00Z',
        local: '2026-03-30T09:00:00+05:45',
        timezone: 'Asia/Kathmandu',
        status: 'blackout',
        reason: 'release day',
      },
    ])
  })

  it('begins now, or where --from says', async () => {
    const clock = (): Date => new Date('2026-11-25T00:00:00.001Z')
    const first = async (...from: readonly string[]): Promise<string> => {
      const words = ['schedule', 'preview', file, '--next', '1', '--output', 'json', ...from]
      return JSON.parse((await typedIn({ clock }, words)).stdout)[0].slot
    }
    assert.equal(await first(), '2026-11-25T01:30:00Z')
    assert.equal(await first('--from', '2026-11-25T13:00:00+01:00'), '2026-11-25T12:00:00Z')
    const midnight = new Date(2026, 5, 1)
    const wanted = await first('--from', midnight.toISOString())
    for (const local of ['2026-06-01', '2026-06-01 00:00', '2026-06-01T00:00:00'])
      assert.equal(await first('--from', local), wanted, local)
  })

  for (const [words, wanted] of [
    [['preview', 'FILE', '--from', 'tomorrow'], /--from: "tomorrow" is no moment/],
    [['preview', 'FILE', '--from', '2026-02-30'], /--from: "2026-02-30" is no moment/],
    [['preview', 'nowhere.yml'], /the file of schedules "nowhere.yml" could not be found/],
    [['previw', 'FILE'], /did you mean "preview"\?/],
  ] as const)
    it(`refuses ${words.join(' ')}`, async () => {
      const { code, stderr } = await typed('schedule', ...words.map((word) => (word === 'FILE' ? file : word)))
      assert.equal(code, 1)
      assert.match(stderr, wanted)
    })
})
