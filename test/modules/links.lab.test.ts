import assert from 'node:assert/strict'
import { said } from '../kit/outside.ts'
import { play, type Stage, stageWith } from '../stories/given.ts'

for (const variant of ['debian', 'busybox'] as const)
  describe(`a link on the way to a file, on a ${variant} host`, () => {
    let stage: Stage
    const status = async (task: string) => {
      const { results } = await stage.document('run', play(task))
      return [results[0]?.status, results[0]?.message] as const
    }

    before(async () => {
      stage = await stageWith({ hosts: 1, name: `links-${variant}`, variant })
      await stage.host.exec(`mkdir -p /srv/u; umask 077; echo secret > /root/precious; mkdir /root/dir; echo mine > /srv/u/mine; chown -R plain /srv/u
        ln -s /root/precious /srv/u/f; ln -s /root/dir /srv/u/d; ln -s mine /srv/u/own; chown -h plain /srv/u/f /srv/u/d /srv/u/own; ln -s /root/precious /srv/roots`)
    })
    after(() => stage.lab.stop())

    for (const task of [
      '- file: { path: /srv/u/f, owner: plain, mode: "0640" }',
      '- line_in_file: { path: /srv/u/f, line: x }',
      '- file: { path: /srv/u/d/new, content: x }',
      '- line_in_file: { path: /srv/u/d/new, line: x, create: true }',
    ])
      it(`that a user made leads root nowhere: ${task.slice(2)}`, async () => {
        const [ended, message] = await status(task)
        assert.equal(ended, 'failed', message)
        assert.match(message ?? '', /is a link that plain made/)
        assert.equal(
          await said(stage.host.exec('stat -c "%U %a" /root/precious; cat /root/precious; ls /root/dir')),
          'root 600\nsecret',
        )
      })

    it('that root made, or that leads to what is its maker’s, is followed and kept', async () => {
      assert.deepEqual((await status('- line_in_file: { path: /srv/roots, line: two }'))[0], 'changed')
      assert.deepEqual((await status('- line_in_file: { path: /srv/u/own, line: two }'))[0], 'changed')
      assert.equal(
        await said(stage.host.exec('cat /root/precious /srv/u/mine; readlink /srv/roots; readlink /srv/u/own')),
        'secret\ntwo\nmine\ntwo\n/root/precious\nmine',
      )
    })
  })
