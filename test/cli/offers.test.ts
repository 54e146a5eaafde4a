import assert from 'node:assert/strict'
import { offersOf } from '../../src/cli/offers.ts'

const offers = (words: string, about: { limit?: string; hosts?: number } = {}) =>
  offersOf('keyward', words.split(' '), {
    inventory: ['inv.yml'],
    limit: about.limit,
    hosts: about.hosts ?? 3,
  })

describe('offered command lines', () => {
  it('turn a check into the run it stands for', () => {
    const table: readonly (readonly [string, string])[] = [
      ['check site.yml -i inv.yml', 'keyward run site.yml -i inv.yml'],
      ['run --check site.yml -i inv.yml -K', 'keyward run site.yml -i inv.yml -K'],
      ['run site.yml -C -i inv.yml -l web', 'keyward run site.yml -i inv.yml -l web'],
      ['audit site.yml --history-file h.db', 'keyward run site.yml --history-file h.db --history'],
    ]
    for (const [typed, offered] of table) assert.equal(offers(typed).run(), offered)
  })

  it('quote what a shell would take apart', () => {
    const line = offersOf('keyward', ['check', 'my site.yml', '-e', "it's=1", '-l', 'web*'], {
      inventory: [],
      limit: 'web*',
      hosts: 1,
    }).run()
    assert.equal(line, "keyward run 'my site.yml' -e 'it'\\''s=1' -l 'web*'")
  })

  it('show no password', () => {
    const table: readonly (readonly [typed: string, offered: string])[] = [
      ["ansible_password='correct horse' port=1", "'ansible_password=••• port=1'"],
      ['ansible_become_pass=x', "'ansible_become_pass=•••'"],
      ['{"ansible_ssh_pass": "a b", "port": 1}', `'{"ansible_ssh_pass": •••, "port": 1}'`],
    ]
    for (const [typed, offered] of table) {
      const about = { inventory: [], limit: undefined, hosts: 1 }
      assert.equal(offersOf('keyward', ['check', 's.yml', '-e', typed], about).run(), `keyward run s.yml -e ${offered}`)
    }
  })

  it('replace the limit by the hosts that failed', () => {
    for (const limit of ['-l web', '--limit web', '--limit=web', '-lweb']) {
      assert.equal(
        offers(`run site.yml ${limit} -i inv.yml`).retry(['web1', 'web2'], []),
        'keyward run site.yml -i inv.yml --limit web1,web2',
      )
    }
  })

  it('add the flag whose lack made hosts fail', () => {
    const line = offers('run site.yml -i inv.yml').retry(['web1'], ['-K'])
    assert.equal(line, 'keyward run site.yml -i inv.yml -K --limit web1')
  })

  it('trust the hosts whose keys are unknown, all of them without a list', () => {
    assert.equal(offers('run site.yml -i inv.yml').trust(['web1']), 'keyward trust -i inv.yml --limit web1')
    assert.equal(offers('run site.yml -i inv.yml').trust(['web1', 'web2', 'web3']), 'keyward trust -i inv.yml')
    assert.equal(
      offers('run site.yml -i inv.yml -l web', { limit: 'web', hosts: 1 }).trust(['web1']),
      'keyward trust -i inv.yml --limit web',
    )
  })
})
