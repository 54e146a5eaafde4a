import assert from 'node:assert/strict'
import type { LabHost } from '../kit/lab.ts'
import { firstHost, said } from '../kit/outside.ts'
import { play, type Stage, stageWith } from '../stories/given.ts'

for (const variant of ['debian', 'busybox'] as const)
  describe(`file_permissions on a ${variant} host`, () => {
    let stage: Stage
    let host: LabHost

    before(async function () {
      this.timeout(600_000)
      stage = await stageWith({ hosts: 1, name: `permissions-${variant}`, variant })
      host = firstHost(stage.lab)
      await host.exec('echo ssh_keys:x:990: >> /etc/group')
    })
    after(() => stage.lab.stop())

    const modes = (...paths: readonly string[]): Promise<string> =>
      said(host.exec(`stat -c '%a %U:%G' ${paths.join(' ')} | tr '\\n' ' '`))
    const tell = async (command: 'run' | 'check', params: string) => {
      const { results } = await stage.document(command, play(`- file_permissions: ${params}`))
      const [result = assert.fail('no result')] = results
      return result as typeof result & { readonly notes?: readonly string[] }
    }

    it('takes away what is too much, keeps what is stricter, and is done then', async () => {
      await host.exec(
        'mkdir -p /k && cd /k && touch a_key b_key c_key d_key && chmod 644 a_key && chmod 400 b_key && chmod 644 c_key && chgrp ssh_keys c_key && chmod 4755 d_key && chown admin d_key',
      )
      const params =
        '{ paths: /k/*_key, at_most: "0600", owner: root, group: root, or_group: ssh_keys, or_at_most: "0640" }'
      const before = await modes('/k/*')
      assert.equal((await tell('check', params)).status, 'drift')
      assert.equal(await modes('/k/*'), before)
      const run = await tell('run', params)
      assert.equal(run.status, 'changed', run.message)
      assert.equal(await modes('/k/*'), '600 root:root 400 root:root 640 root:ssh_keys 600 root:root')
      assert.equal((await tell('run', params)).status, 'ok')
    })

    it("mends files in a home, with the account's own powers", async () => {
      await host.exec('chmod 777 /home/plain/.ssh; chmod 666 /home/plain/.ssh/authorized_keys; chmod 775 /home/plain')
      for (const [path, most] of [
        ['~plain', '0755'],
        ['~plain/.ssh', '0700'],
        ['~plain/.ssh/authorized_keys', '0600'],
      ]) {
        const run = await tell('run', `{ paths: ["${path}"], at_most: "${most}", owner: plain }`)
        assert.equal(run.status, 'changed', run.message)
      }
      assert.equal(
        await modes('/home/plain', '/home/plain/.ssh', '/home/plain/.ssh/authorized_keys'),
        '755 plain:plain 700 plain:plain 600 plain:plain',
      )
    })

    it('follows no link', async () => {
      await host.exec('mkdir -p /l && touch /l/target && chmod 666 /l/target && ln -sf target /l/link')
      const named = await tell('run', '{ paths: /l/link, at_most: "0600" }')
      assert.match(named.message, /^\/l\/link is a link to target: name what it leads to$/)
      const pattern = await tell('run', '{ paths: /l/li*, at_most: "0600" }')
      assert.deepEqual([pattern.status, pattern.notes], ['ok', ['/l/link is a link to target, and is left alone']])
      assert.equal(await modes('/l/target'), '666 root:root')
    })

    it('misses a path that is not there, and no pattern', async () => {
      assert.match((await tell('run', '{ paths: /nowhere, at_most: "0600" }')).message, /^\/nowhere does not exist$/)
      assert.equal((await tell('run', '{ paths: /nowhere, at_most: "0600", missing_ok: true }')).status, 'ok')
      assert.deepEqual((await tell('run', '{ paths: /nowhere*, at_most: "0600" }')).notes, [
        'nothing matches /nowhere*',
      ])
    })
  })
