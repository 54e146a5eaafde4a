import assert from 'node:assert/strict'
import { join } from 'node:path'
import { folder, mainFile } from '../kit/story.ts'
import { busyInventory, busyPlaybook } from './busy-site.ts'
import { costOf } from './cost.ts'

/** A site with variables of groups and of every host in files of their own. */
const siteOf = (hosts: number): string =>
  folder({
    'site.yml': busyPlaybook,
    'hosts.yml': busyInventory(hosts),
    'group_vars/all.yml': 'ntp: [a, b]\n',
    ...Object.fromEntries(
      Array.from({ length: 10 }, (_, index) => [`group_vars/rack${index}.yml`, `switch: s${index}\n`]),
    ),
    ...Object.fromEntries(
      Array.from({ length: hosts }, (_, index) => [`host_vars/host${index}.yml`, `owner: team${index % 7}\n`]),
    ),
  })

const COMMANDS: Readonly<Record<string, (site: string) => readonly string[]>> = {
  validates: (site) => ['validate', join(site, 'site.yml'), '-i', join(site, 'hosts.yml')],
  selects: (site) => ['inventory', '-i', join(site, 'hosts.yml'), '--limit', 'rack1:&rack*:!host1*'],
  lists: (site) => ['run', join(site, 'site.yml'), '-i', join(site, 'hosts.yml'), '--list-hosts'],
  shows: (site) => ['inventory', '-i', join(site, 'hosts.yml')],
}

/** Three seconds where Node takes 20 ms of CPU to start. */
const MOST_STARTS = 150

describe('ten thousand hosts', function () {
  this.timeout(240_000)
  let few: string
  let many: string
  let start: number

  before(() => {
    few = siteOf(2000)
    many = siteOf(10_000)
    start = Math.min(...Array.from({ length: 5 }, () => costOf(['-e', '0']).cpuMs))
  })

  for (const [does, words] of Object.entries(COMMANDS))
    it(`are what keyward ${does} in a time that grows with them, and not faster`, () => {
      const [little, much] = [few, many].map((site) => costOf([mainFile, ...words(site)]))
      assert.equal(much?.code, 0)
      const [least, most] = [little?.cpuMs ?? 0, much?.cpuMs ?? 0]
      assert.ok(most < start * MOST_STARTS, `${most} ms, where Node starts in ${start} ms`)
      assert.ok(most / least < 8, `five times the hosts take ${(most / least).toFixed(1)} times as long`)
    })
})
