import assert from 'node:assert/strict'
import { keys } from '../formats/authorized-samples.ts'
import { runCommand } from '../kit/lab/command.ts'
import { differences } from '../kit/lab.ts'
import { RELOAD, said, ssh } from '../kit/outside.ts'
import { play, type Stage, stageWith } from '../stories/given.ts'

const FILE = '/home/plain/.ssh/authorized_keys'

const task = (params: Readonly<Record<string, unknown>>): string =>
  play(`- authorized_key: ${JSON.stringify({ user: 'plain', ...params })}`)

for (const variant of ['debian', 'busybox'] as const)
  describe(`authorized_key on a ${variant} host`, () => {
    let stage: Stage
    let own = ''

    const outcome = async (params: Readonly<Record<string, unknown>>, command: 'run' | 'check' = 'run') => {
      const [result] = (await stage.document(command, task(params))).results
      assert.ok(result)
      return result
    }
    const sh = (script: string, stdin = '') => stage.host.exec(script, { stdin })
    const state = (path: string): Promise<string> => said(sh(`stat -c '%a %U' ${path}; cat ${path}`))

    before(async () => {
      stage = await stageWith({ hosts: 1, name: `authorized-${variant}`, variant })
      own = await said(runCommand('ssh-keygen', ['-y', '-f', stage.lab.key]))
    })
    beforeEach(() => sh('rm -rf /home/plain/.ssh'))
    after(() => stage.lab.stop())

    it('lets a user in, and out again', async () => {
      assert.equal((await ssh(stage.lab, stage.host, 'plain', 'true')).code, 255)
      assert.equal((await outcome({ key: own })).status, 'changed')
      assert.equal((await ssh(stage.lab, stage.host, 'plain', 'true')).code, 0)
      assert.equal((await outcome({ key: own })).status, 'ok')
      assert.equal((await outcome({ key: own, state: 'absent' })).status, 'changed')
      assert.equal((await ssh(stage.lab, stage.host, 'plain', 'true')).code, 255)
      assert.equal(await state(FILE), '600 plain')
    })

    it('touches nothing in a dry run, and then does what it said', async () => {
      const before = await stage.host.snapshot()
      const check = await outcome({ key: keys.laptop }, 'check')
      assert.deepEqual(differences(before, await stage.host.snapshot()), [])
      const run = await outcome({ key: keys.laptop })
      assert.deepEqual([check.status, run.status, run.changes], ['drift', 'changed', check.changes])
    })

    it("takes back what is root's and open to others, its keys kept", async () => {
      await sh(`mkdir -m 777 /home/plain/.ssh; cat > ${FILE}; chmod 600 ${FILE}`, `${keys.desk} b\n`)
      assert.equal((await outcome({ key: keys.laptop })).status, 'changed')
      assert.equal(await state(FILE), `600 plain\n${keys.desk} b\n${keys.laptop}`)
      assert.equal(await said(sh('stat -c "%a %U" /home/plain/.ssh')), '700 plain')
    })

    it('gives nothing away through a link or a second name that the user made', async () => {
      const before = await said(sh('sha256sum /etc/shadow; stat -c "%a %U" /etc/shadow'))
      const made = ['ln -s /etc/shadow', 'ln /etc/shadow']
      for (const link of made) {
        await sh(`mkdir -m 700 /home/plain/.ssh; chown plain: /home/plain/.ssh; ${link} ${FILE}`)
        const { status, message } = await outcome({ key: keys.laptop })
        assert.equal(status, 'failed')
        assert.match(message, /symlink|left alone/)
        await sh('rm -r /home/plain/.ssh')
      }
      assert.equal((await outcome({ key: keys.laptop, follow: true })).status, 'changed')
      assert.equal(await said(sh('sha256sum /etc/shadow; stat -c "%a %U" /etc/shadow')), before)
    })

    it('loses no key to others that write at the same time', async () => {
      await sh(`mkdir -m 700 /home/plain/.ssh; : > ${FILE}; chmod 600 ${FILE}; chown -R plain: /home/plain/.ssh`)
      const all = [keys.laptop, keys.desk, keys.phone]
      const ends = await Promise.all(all.map((key) => outcome({ key })))
      assert.deepEqual(
        ends.map(({ status, message }) => (status === 'changed' ? status : message)),
        all.map(() => 'changed'),
      )
      assert.deepEqual((await said(sh(`sort ${FILE}`))).split('\n'), [...all].sort())
    })

    it('writes where sshd will read, and knows that in a dry run too', async () => {
      const value = ['/etc/ssh/keys/%u', '.ssh/authorized_keys']
      const tasks = [
        { sshd_config_line: { keyword: 'AuthorizedKeysFile', value } },
        { file: { path: '/etc/ssh/keys', state: 'directory', mode: '0755' } },
        { authorized_key: { user: 'plain', key: own } },
      ]
      const playbook = play(tasks.map((one) => `- ${JSON.stringify(one)}`).join('\n'))
      const path = '/etc/ssh/keys/plain'
      for (const command of ['check', 'run'] as const) {
        const { results } = await stage.document(command, playbook)
        assert.ok(
          results[2]?.changes.some((change) => change.path === path),
          results[2]?.message,
        )
      }
      assert.equal(await state(path), `644 root\n${own}`)
      await stage.host.reset()
    })

    it("refuses a date that is past by the machine's own clock", async () => {
      const dated = (date: string) => outcome({ key: own, key_options: `expiry-time="${date}"` }, 'check')
      assert.match((await dated('20200101')).message, /would be there and let nobody in: .*it expired on 20200101/)
      assert.equal((await dated('20990101')).status, 'drift')
    })

    it('fails in a dry run as in a run where a link leads to what the user may not write', async () => {
      const links = [
        `mkdir -m 700 /home/plain/.ssh; chown plain: /home/plain/.ssh; ln -s /etc/newfile ${FILE}`,
        'mkdir -p /srv/shut; ln -s /srv/shut /home/plain/.ssh',
      ]
      for (const link of links) {
        await sh(`rm -rf /home/plain/.ssh; ${link}`)
        const ends = [await outcome({ key: own, follow: true }, 'check'), await outcome({ key: own, follow: true })]
        for (const { status, message } of ends) {
          assert.equal(status, 'failed')
          assert.match(message, /plain cannot write .*authorized_keys leads to|plain cannot write \/(etc|srv)/)
        }
      }
      assert.equal(await said(sh('ls /etc/newfile /srv/shut 2>/dev/null')), '/srv/shut:')
    })

    it("keeps the connection's own key, by whatever name its file goes", async () => {
      await sh('ln -sfn /home/admin /srv/adm')
      const before = await said(sh('cat /home/admin/.ssh/authorized_keys'))
      for (const path of ['/home/admin/../admin/.ssh/authorized_keys', '/srv/adm/.ssh/authorized_keys']) {
        const { status, message } = await outcome({ user: 'admin', key: own, state: 'absent', path })
        assert.equal(status, 'failed')
        assert.match(message, /this very connection/)
      }
      const tied = await outcome({ user: 'admin', key: own, key_options: 'command="/bin/false"' })
      assert.match(tied.message, /with command="\/bin\/false" it could do nothing else/)
      assert.equal(await said(sh('cat /home/admin/.ssh/authorized_keys')), before)
    })

    const welcome = [
      'AllowUsers admin p?a*',
      'AllowUsers admin plain@127.0.0.0/8',
      'DenyUsers !plain plain@10.0.0.0/8',
      'AllowGroups plain admin',
      'DenyGroups !plain lain',
      'Match User plain\n AuthenticationMethods publickey,password publickey',
    ]
    const shut = [
      'AllowUsers admin PLAIN',
      'AllowUsers admin !bob',
      'DenyUsers pl*',
      'DenyUsers plain@*',
      'AllowGroups admin !plain',
      'DenyGroups pl?in',
      'Match User plain\n PubkeyAuthentication no',
      'Match User plain\n AuthenticationMethods publickey,password',
      'Match User plain\n MaxAuthTries 0',
      'Match User plain\n RevokedKeys /etc/ssh/missing',
      'Match User plain\n RevokedKeys /etc/ssh/revoked',
      'Match User plain\n RevokedKeys /etc/ssh/krl',
      'Match User plain\n ChrootDirectory /nonesuch',
    ]
    it('says of a key that lets nobody in what keeps it out, as sshd does, and nothing of one that does', async () => {
      await sh('cat > /etc/ssh/revoked; ssh-keygen -qkf /etc/ssh/krl /etc/ssh/revoked', `${own}\n`)
      await outcome({ key: own })
      const config = await said(sh('cat /etc/ssh/sshd_config'))
      for (const text of [...welcome, ...shut]) {
        // what stands first is what sshd obeys
        const [global, match = ''] = /^Match/.test(text) ? ['', `\n${text.replace('\\n', '\n')}`] : [text]
        await sh(`cat > /etc/ssh/sshd_config; ${RELOAD}`, `${global}\n${config}\n${match}\n`)
        const isIn = (await ssh(stage.lab, stage.host, 'plain', 'true')).code === 0
        const { status, message } = await outcome({ key: own })
        assert.deepEqual([text, status, isIn], [text, 'ok', welcome.includes(text)])
        assert.equal(message === '', isIn, `${text}: ${message}`)
      }
      await stage.host.reset()
    })

    it('leaves the file as it was where the disk is full', async () => {
      await sh(
        `mkdir /home/plain/.ssh; mount -t tmpfs -o size=8k,mode=700 tmpfs /home/plain/.ssh; cat > ${FILE}; chmod 600 ${FILE}
        chown -R plain: /home/plain/.ssh; head -c 9000 /dev/zero > /home/plain/.ssh/full`,
        `${keys.desk} b\n`,
      )
      const { status, message } = await outcome({ key: keys.laptop })
      const after = await state(FILE)
      await sh('umount /home/plain/.ssh')
      assert.equal(status, 'failed')
      assert.match(message, /no space left on device/)
      assert.equal(after, `600 plain\n${keys.desk} b`)
    })
  })
