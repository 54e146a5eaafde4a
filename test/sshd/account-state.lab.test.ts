import assert from 'node:assert/strict'
import { play, type Stage, stageWith } from '../stories/given.ts'

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMy8d1O7EqM8qP7PdDp8sXDSyolOGSXax/wxn26vtzTu alice@laptop'
const AUTHORIZED = play(`- authorized_key: { user: secure, key: "${KEY}" }`)
const PLAIN = '/etc/ssh/sshd_config.d/plain.conf'

for (const variant of ['debian', 'busybox'] as const)
  describe(`the state of an account on a ${variant} host`, () => {
    let stage: Stage

    before(async () => {
      stage = await stageWith({ hosts: 1, name: `account-${variant}`, variant })
      await stage.host.exec('cp -p /etc/shadow /etc/shadow.before')
    })
    after(() => stage.lab.stop())

    /** What is said of the key when the shadow file was edited so; `S` is the line of the account. */
    const said = async (edit: string): Promise<string> => {
      const line = '$(grep ^secure: /etc/shadow.before | cut -d: -f3-7)'
      await stage.host.exec(`S="${line}"; { grep -v ^secure: /etc/shadow.before; ${edit}; } > /etc/shadow`)
      return (await stage.document('check', AUTHORIZED)).results[0]?.message ?? 'no result'
    }
    const entry = (password: string, expires: string): string => `echo "secure:${password}:$S:${expires}:"`
    const many = 'i=0; while [ $i -lt 150 ]; do echo "not$i-secure:!:19000:0:99999:7::1:"; i=$((i + 1)); done'

    it('is nothing to speak of, as a rule', async () => {
      assert.equal(await said(entry('*', '')), '')
      assert.equal(await said(entry('*', '99999')), '')
      assert.equal(await said(entry('!x', '')), '')
    })

    it('is expired from the day on that is given', async () => {
      assert.match(await said(entry('*', '19000')), /the account secure has expired/)
    })

    it('is that of the first entry, behind however many', async () => {
      assert.match(await said(`${many}; ${entry('*', '19000')}`), /has expired/)
      assert.equal(await said(`${many}; ${entry('*', '')}; ${entry('*', '1')}`), '')
      assert.equal(await said(`${entry('*', '')}; ${entry('*', '1')}`), '')
    })

    it('is locked, where sshd does without PAM', async () => {
      await stage.host.exec(`echo "UsePAM no" > ${PLAIN}`)
      assert.match(await said(entry('!x', '')), /the account secure is locked, and sshd has UsePAM no/)
      assert.equal(await said(entry('*', '')), '')
    })
  })
