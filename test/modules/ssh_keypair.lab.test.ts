import assert from 'node:assert/strict'
import { differences } from '../kit/lab.ts'
import { said } from '../kit/outside.ts'
import { play, type Stage, stageWith } from '../stories/given.ts'

const KEY = '/srv/k/id'
const SECRET = 'tr0ub4dor'

const task = (params: Readonly<Record<string, unknown>>): string =>
  play(`- ssh_keypair: ${JSON.stringify({ path: KEY, type: 'ed25519', ...params })}`)

for (const variant of ['debian', 'busybox'] as const)
  describe(`ssh_keypair on a ${variant} host`, () => {
    let stage: Stage

    const sh = (script: string): Promise<string> => said(stage.host.exec(script))
    const outcome = async (params: Readonly<Record<string, unknown>>, command: 'run' | 'check' = 'run') => {
      const { stdout, stderr } = await stage.play(command, task(params), ['--output', 'json', '-vvv'])
      assert.doesNotMatch(stdout + stderr, /BEGIN [A-Z ]*PRIVATE KEY|b3BlbnNzaC1rZXk|tr0ub4dor/)
      const [result] = JSON.parse(stdout).results as readonly {
        status: string
        message: string
        changes: readonly unknown[]
      }[]
      assert.ok(result)
      return result
    }
    const statuses = async (params: Readonly<Record<string, unknown>>): Promise<readonly string[]> => {
      const all = []
      for (const command of ['check', 'run', 'run'] as const) all.push((await outcome(params, command)).status)
      return all
    }
    const generate = (flags: string): Promise<string> => sh(`ssh-keygen -q ${flags} -C old@host -f ${KEY}`)

    before(async () => {
      stage = await stageWith({ hosts: 1, name: `keypair-${variant}`, variant })
      // the arguments of ssh-keygen are written down on the way
      await sh(`mkdir -p /usr/local/bin; printf '#!/bin/sh\\necho "$@" >> /var/argv\\nexec /usr/bin/ssh-keygen "$@"\\n' > /usr/local/bin/ssh-keygen
        chmod 755 /usr/local/bin/ssh-keygen`)
    })
    beforeEach(() =>
      sh('rm -rf /srv/k /var/argv; mkdir -p /srv; mkdir -m 700 /srv/k; : > /var/argv; chmod 666 /var/argv'),
    )
    afterEach(async () => assert.doesNotMatch(await sh('cat /var/argv'), /tr0ub4dor/))
    after(() => stage.lab.stop())

    it('makes a pair, and leaves it alone from then on', async () => {
      assert.deepEqual(await statuses({ comment: 'a b' }), ['drift', 'changed', 'ok'])
      assert.equal(await sh(`stat -c '%a %U' ${KEY} ${KEY}.pub; ls -A /srv/k`), '600 root\n644 root\nid\nid.pub')
      assert.equal(await sh(`ssh-keygen -y -f ${KEY} | cut -d' ' -f1,2`), await sh(`cut -d' ' -f1,2 ${KEY}.pub`))
    })

    // the host of busybox has nothing that gives a directory such rights
    if (variant === 'debian')
      it('makes a key that only its owner reads, whatever rights its directory has for what is made in it', async () => {
        for (const rights of ['u:plain:rwx,g::rwx,o::rwx', 'g::---,o::---']) {
          await sh(`rm -f /srv/k/*; setfacl -b -k /srv/k; setfacl -d -m ${rights} /srv/k`)
          assert.match(await sh('getfacl -c /srv/k'), /^default:/m)
          assert.equal((await outcome({ comment: 'a b' })).status, 'changed', rights)
          assert.equal(await sh(`stat -c '%a' ${KEY} ${KEY}.pub`), '600\n644')
        }
      })

    it('starts no ssh-keygen where an Ed25519 pair is as wanted, and one where a byte of it is not', async () => {
      await generate('-t ed25519 -N ""')
      await sh(': > /var/argv')
      for (const command of ['run', 'check'] as const)
        assert.equal((await outcome({ comment: 'old@host' }, command)).status, 'ok')
      assert.equal(await sh('cat /var/argv'), '')
      await sh(`sed -i '3s/./!/20' ${KEY}`)
      assert.match((await outcome({})).message, /it holds no private key/)
      assert.match(await sh('cat /var/argv'), /-y/)
    })

    it('finds a private file that is damaged, cut or of another key', async () => {
      await generate('-t ed25519 -N ""')
      const line = await sh(`cat ${KEY}.pub; cp ${KEY} /srv/k/whole`)
      for (const damage of [
        `head -c 390 /srv/k/whole > ${KEY}`,
        `sed 5d /srv/k/whole > ${KEY}`,
        `tr E '\\0' < /srv/k/whole > ${KEY}`,
        `: > ${KEY}`,
      ]) {
        await sh(damage)
        assert.match((await outcome({})).message, /^Unable to read the key\..*it holds no private key/, damage)
      }
      await sh(`ssh-keygen -q -t ed25519 -N '' -C other -f /srv/k/x; cp /srv/k/x ${KEY}`)
      assert.deepEqual(await statuses({}), ['drift', 'changed', 'ok'])
      assert.notEqual(await sh(`cat ${KEY}.pub`), line)
      assert.equal(await sh(`cat ${KEY}.pub`), await sh('cat /srv/k/x.pub'))
    })

    it('writes nothing in a dry run, whatever it is about to do', async () => {
      await generate('-t rsa -b 1024 -N ""')
      await sh('rm -f /var/argv; ln -s /dev/null /var/argv')
      const before = await stage.host.snapshot()
      for (const params of [{ regenerate: 'always' }, { type: 'rsa', size: 1024, comment: 'new' }, { state: 'absent' }])
        assert.equal((await outcome(params, 'check')).status, 'drift')
      assert.deepEqual(differences(before, await stage.host.snapshot()), [])
    })

    it('makes a pair with a passphrase, opens it again, and changes its comment', async () => {
      const passphrase = SECRET
      assert.deepEqual(await statuses({ passphrase }), ['drift', 'changed', 'ok'])
      assert.match(await sh(`/usr/bin/ssh-keygen -y -P '' -f ${KEY} 2>&1`), /incorrect passphrase/)
      const key = await sh(`/usr/bin/ssh-keygen -y -P ${SECRET} -f ${KEY} | cut -d' ' -f1,2`)
      assert.deepEqual(await statuses({ passphrase, comment: 'new one' }), ['drift', 'changed', 'ok'])
      assert.equal(await sh(`/usr/bin/ssh-keygen -y -P ${SECRET} -f ${KEY}`), `${key} new one`)
      assert.equal(await sh(`cat ${KEY}.pub`), `${key} new one`)
      assert.match((await outcome({ passphrase: 'not it' })).message, /the passphrase given does not open it/)
      assert.match((await outcome({})).message, /protected with a passphrase, and none is given/)
    })

    it('closes a key that others can read, and says so', async () => {
      await generate('-t ed25519 -N ""')
      await sh(`chmod 644 ${KEY}`)
      const { status, changes } = await outcome({})
      assert.equal(status, 'changed')
      assert.deepEqual(changes, [{ field: 'mode', path: KEY, before: '0644', after: '0600' }])
      assert.equal(await sh(`stat -c %a ${KEY}`), '600')
    })

    it('keeps what it replaces, for its owner alone', async () => {
      await generate('-t rsa -b 1024 -N ""')
      await sh(`chmod 644 ${KEY}; chown plain ${KEY} ${KEY}.pub`)
      const old = await sh(`sha256sum < ${KEY}`)
      assert.match((await outcome({})).message, /wrong type and\/or size/)
      assert.equal(await sh(`sha256sum < ${KEY}`), old)
      assert.deepEqual(await statuses({ regenerate: 'partial_idempotence' }), ['drift', 'changed', 'ok'])
      assert.equal(
        await sh(`cat ${KEY}.bak-*Z | sha256sum; stat -c '%a %U' ${KEY}.bak-*Z ${KEY} ${KEY}.pub`),
        `${old}\n600 plain\n600 plain\n644 plain`,
      )
    })

    it('rebuilds a public file that is lost or foreign', async () => {
      await generate('-t ecdsa -N ""')
      const line = await sh(`cat ${KEY}.pub`)
      for (const damage of [`rm ${KEY}.pub`, `ssh-keygen -q -t ed25519 -N "" -f /srv/x && mv /srv/x.pub ${KEY}.pub`]) {
        await sh(damage)
        assert.deepEqual(await statuses({ type: 'ecdsa' }), ['drift', 'changed', 'ok'])
        assert.equal(await sh(`cat ${KEY}.pub`), line)
      }
    })

    it('refuses Ed25519 on a machine in FIPS mode, before anything happens', async () => {
      await sh('mount -t tmpfs tmpfs /proc/sys && mkdir /proc/sys/crypto && echo 1 > /proc/sys/crypto/fips_enabled')
      const { status, message } = await outcome({})
      const ecdsa = await outcome({ type: 'ecdsa' })
      await sh('umount /proc/sys')
      assert.deepEqual([status, ecdsa.status], ['failed', 'changed'])
      assert.match(message, /FIPS mode.*type: ecdsa/)
    })

    it('leaves the old pair where the disk is full', async () => {
      await sh(`mount -t tmpfs -o size=16k,mode=700 tmpfs /srv/k`)
      await generate('-t ed25519 -N ""')
      const old = await sh(`head -c 90000 /dev/zero > /srv/k/full; cat ${KEY}.pub; sha256sum < ${KEY}`)
      const { status, message } = await outcome({ regenerate: 'always' })
      const after = await sh(`cat ${KEY}.pub; sha256sum < ${KEY}; ls -A /srv/k`)
      await sh('umount /srv/k')
      assert.equal(status, 'failed')
      assert.match(
        message,
        /cannot make the key \/srv\/k\/id: .*no space left on device.*; it had run: ssh-keygen -q -t ed25519/i,
      )
      assert.equal(after, `${old}\nfull\nid\nid.pub`)
    })
  })
