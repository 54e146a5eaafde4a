import assert from 'node:assert/strict'
import { differences, type LabHost } from '../kit/lab.ts'
import { firstHost, said } from '../kit/outside.ts'
import { type Document, play, type Stage, stageWith } from '../stories/given.ts'

const OWN = '/home/plain/.ssh/config'

for (const variant of ['debian', 'busybox'] as const) {
  describe(`ssh_config_line on a ${variant} host`, () => {
    let stage: Stage
    let host: LabHost

    before(async () => {
      stage = await stageWith({ hosts: 1, name: `ssh-config-${variant}`, variant })
      host = firstHost(stage.lab)
    })
    after(() => stage.lab.stop())
    afterEach(() => host.reset())

    const task = (params: string): string => play(`- ssh_config_line: { ${params} }`)

    const only = ({ results }: Document) => results[0] ?? assert.fail('no result')

    it("makes a user's file as that user, obeyed by that user's ssh, once", async () => {
      const playbook = task("user: plain, host: '*.example.com', keyword: IdentityFile, value: '~/.ssh/my key'")
      const check = await stage.document('check', playbook)
      const run = await stage.document('run', playbook)
      assert.equal(only(run).status, 'changed', only(run).message)
      assert.deepEqual(only(run).changes, only(check).changes)
      assert.equal(await said(host.exec(`cat ${OWN}`)), 'Host *.example.com\n    IdentityFile "~/.ssh/my key"')
      assert.equal(await said(host.exec(`stat -c '%U %a' /home/plain/.ssh ${OWN}`)), 'plain 700\nplain 600')
      const obeyed = await said(host.exec('ssh -G a.example.com | grep ^identityfile', { user: 'plain' }))
      assert.equal(obeyed, 'identityfile ~/.ssh/my key')
      assert.equal(only(await stage.document('run', playbook)).status, 'ok')
    })

    it('starts no ssh where the file is plain, whether it has it or not, and one to find that it is broken', async () => {
      const playbook = task('user: plain, keyword: AddKeysToAgent, value: yes')
      const asked = async (command: 'run' | 'check'): Promise<readonly string[]> => {
        const { stdout, stderr } = await stage.play(command, playbook, ['-vvv'])
        return `${stdout}${stderr}`.match(/ssh (-F \S+ )?-G.*/g) ?? []
      }
      assert.deepEqual([await asked('run'), await asked('run'), await asked('check')], [[], [], []])
      const obeyed = await said(host.exec('ssh -G web | grep ^addkeystoagent', { user: 'plain' }))
      assert.equal(obeyed, 'addkeystoagent true')
      await host.exec(`echo 'Port many' >> ${OWN}`)
      assert.equal((await asked('check')).length, 1)
      assert.match(only(await stage.document('check', playbook)).message, /line 2: Bad (number|port)/)
    })

    it('is obeyed by everybody from the file of the system, before what that includes', async () => {
      await host.exec('mkdir -p /etc/ssh/ssh_config.d; echo "ForwardAgent yes" > /etc/ssh/ssh_config.d/10-old.conf')
      await host.exec(
        "printf 'Include /etc/ssh/ssh_config.d/*.conf\\n\\nHost *\\n    HashKnownHosts yes\\n' > /etc/ssh/ssh_config",
      )
      const run = await stage.document('run', task('keyword: ForwardAgent, value: no'))
      assert.equal(only(run).status, 'changed', only(run).message)
      assert.equal(
        await said(host.exec('ssh -G web 2> /dev/null | grep ^forwardagent', { user: 'plain' })),
        'forwardagent no',
      )
      assert.equal(await said(host.exec('stat -c "%U %a" /etc/ssh/ssh_config')), 'root 644')
    })

    const refused: Readonly<
      Record<string, { readonly given?: string; readonly params: string; readonly words: RegExp }>
    > = {
      'a value that ssh refuses': {
        params: 'user: plain, keyword: Port, value: many',
        words: /ssh refuses Port many: Bad/,
      },
      'a file that was broken before': {
        given: `mkdir -p /home/plain/.ssh; echo nonsense here > ${OWN}; chown plain ${OWN}`,
        params: 'user: plain, keyword: Port, value: 22',
        words: /which it did before: .*line 1: Bad configuration option: nonsense/,
      },
      'a directory that leads elsewhere': {
        given: 'rm -rf /home/plain/.ssh; ln -s /etc/ssh /home/plain/.ssh',
        params: 'user: plain, keyword: Port, value: 22',
        words: /\.ssh is a symbolic link to \/etc\/ssh/,
      },
      'what is no file': {
        given: `mkfifo ${OWN}; chown plain ${OWN}`,
        params: 'user: plain, keyword: Port, value: 22',
        words: /config is not a file/,
      },
    }
    for (const [what, { given = ':', params, words }] of Object.entries(refused))
      it(`refuses ${what} in a dry run as in a run, and touches nothing`, async () => {
        await host.exec(given)
        const before = await host.snapshot()
        for (const command of ['check', 'run'] as const) {
          const result = only(await stage.document(command, task(params)))
          assert.equal(result.status, 'failed')
          assert.match(result.message, words)
        }
        assert.deepEqual(differences(before, await host.snapshot()), [])
      })

    it("runs nothing that a user's file would run", async () => {
      await host.exec(
        `printf 'Match exec "touch /tmp/ran"\\n  Port 1\\n' > ${OWN}; chown plain ${OWN}; chmod 600 ${OWN}`,
      )
      const run = await stage.document('run', task('user: plain, host: web, keyword: Compression, value: yes'))
      assert.equal(only(run).status, 'changed', only(run).message)
      assert.notEqual((await host.exec('test -e /tmp/ran')).code, 0)
    })
  })
}
