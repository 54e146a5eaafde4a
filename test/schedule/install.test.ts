import assert from 'node:assert/strict'
import { type AboutUnits, unitsFor } from '../../src/schedule/install.ts'
import { scheduled } from './given.ts'

const about = (more: Partial<AboutUnits> = {}): AboutUnits => ({
  name: 'schedule',
  file: '/etc/keyward/schedule.yml',
  command: ['/usr/bin/node', '/opt/keyward/dist/main.js'],
  history: null,
  user: false,
  schedules: [scheduled()],
  ...more,
})

const lineOf = (text: string, key: string): string =>
  text
    .split('\n')
    .find((line) => line.startsWith(`${key}=`))
    ?.slice(key.length + 1) ?? ''

describe('the units of a timer', () => {
  const paths: readonly (readonly [string, string, string])[] = [
    ['/etc/s.yml', '/etc/s.yml', '/etc/s.yml'],
    ['/etc/a b.yml', '"/etc/a b.yml"', "'/etc/a b.yml'"],
    ['/etc/100%.yml', '/etc/100%%.yml', "'/etc/100\\%.yml'"],
    ['/etc/$HOME.yml', '"/etc/$$HOME.yml"', "'/etc/$HOME.yml'"],
    ['/etc/"a\\b".yml', '"/etc/\\"a\\\\b\\".yml"', `'/etc/"a\\b".yml'`],
    ["/etc/it's.yml", '"/etc/it\'s.yml"', "'/etc/it'\\''s.yml'"],
  ]
  for (const [file, systemd, cron] of paths)
    it(`hand on ${file} as it is`, () => {
      const units = unitsFor(about({ file }))
      const words = '/usr/bin/node /opt/keyward/dist/main.js schedule tick'
      assert.equal(lineOf(units.service, 'ExecStart'), `${words} ${systemd}`)
      assert.equal(units.cron, `* * * * * root ${words} ${cron}`)
    })

  const every = (ms: number): AboutUnits['schedules'][number] => scheduled({ timing: { kind: 'every', text: '', ms } })
  const timings: readonly (readonly [string, AboutUnits['schedules'], string])[] = [
    ['every minute where a time of day is named', [scheduled()], 'minutely'],
    ['every ten minutes where nothing is due in between', [every(3_600_000)], '*:00,10,20,30,40,50'],
    ['every minute where one of several wants it', [every(3_600_000), every(90_000)], 'minutely'],
    ['every minute where jitter moves slots', [{ ...every(3_600_000), jitterMs: 60_000 }], 'minutely'],
  ]
  for (const [what, schedules, wanted] of timings)
    it(`look ${what}`, () => assert.equal(lineOf(unitsFor(about({ schedules })).timer, 'OnCalendar'), wanted))

  it('of a user wait for no target that a user has not, and have no user in their cron line', () => {
    const units = unitsFor(about({ user: true, history: '/srv/h.db' }))
    assert.doesNotMatch(units.service, /network-online/)
    assert.equal(
      units.cron,
      '* * * * * /usr/bin/node /opt/keyward/dist/main.js schedule tick /etc/keyward/schedule.yml --history-file /srv/h.db',
    )
  })
})
