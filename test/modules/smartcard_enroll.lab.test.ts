import assert from 'node:assert/strict'
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { installCardTools, keywardWithOwnSsh, makeCard, PROVIDER } from '../kit/card.ts'
import type { LabHost } from '../kit/lab.ts'
import { firstHost, said } from '../kit/outside.ts'
import { folder } from '../kit/story.ts'
import { type Document, play, type Stage, stageWith } from '../stories/given.ts'

const PIN = '471108'
const KEYS = '/home/plain/.ssh/authorized_keys'

// looks at every process of the host, again and again, for the PIN in its arguments or its environment; the pattern does
// not take itself
const WATCH = `
: > /tmp/seen
while [ ! -e /tmp/enough ]; do
  grep -sl '[4]71108' /proc/[0-9]*/cmdline /proc/[0-9]*/environ >> /tmp/seen
  sleep 0.02
done
`

describe('smartcard_enroll with a card in the host', () => {
  let stage: Stage
  let host: LabHost

  before(async () => {
    stage = await stageWith({ hosts: 1, name: 'enroll' })
    host = firstHost(stage.lab)
  })
  after(() => stage.lab.stop())
  beforeEach(async () => {
    await host.exec(`
      softhsm2-util --init-token --free --label card --pin ${PIN} --so-pin 87654321
      openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out /tmp/key.pem
      softhsm2-util --import /tmp/key.pem --token card --label 'PIV AUTH key' --id 01 --pin ${PIN}
      rm /tmp/key.pem`)
  })
  afterEach(() => host.reset())

  const run = async (params: string) => {
    const { results } = await stage.document(
      'run',
      play(`- smartcard_enroll: { card_on: host, provider: ${PROVIDER}, ${params} }`),
    )
    return results[0] ?? assert.fail('no result')
  }

  it('tries the right PIN out of sight, and enrolls', async () => {
    const watching = host.exec(WATCH)
    await host.exec(`env SEEN=${PIN} sleep 0.3`)
    assert.match(await said(host.exec('cat /tmp/seen; : > /tmp/seen')), /environ/, 'what is to be seen, it sees')
    const result = await run(`user: plain, pin: '${PIN}', config_host: srv`)
    await host.exec('touch /tmp/enough')
    await watching
    assert.equal(result.status, 'changed', result.message)
    assert.equal(await said(host.exec('cat /tmp/seen')), '')
    assert.ok(!JSON.stringify(result).includes(PIN))
    assert.match(await said(host.exec(`tail -1 ${KEYS}`)), /^ecdsa-sha2-nistp256 \S+ PIV AUTH key$/)
    const obeyed = await said(host.exec('ssh -G srv | grep -E "^(pkcs11provider|identitiesonly)"', { user: 'plain' }))
    assert.equal(obeyed, `identitiesonly yes\npkcs11provider ${PROVIDER}`)
    assert.equal(await said(host.exec('ps -C ssh-agent -o pid= | wc -l; ls /dev/shm')), '0', 'nothing of it is left')
  })

  it('tries no PIN where nothing is to be enrolled', async () => {
    assert.equal((await run('user: plain')).status, 'changed')
    const result = await run("user: plain, pin: '999999'")
    assert.deepEqual([result.status, result.message], ['ok', ''])
  })

  it('tries a wrong PIN once, and puts back what it wrote', async () => {
    const before = await said(host.exec(`stat -c '%a %U' ${KEYS}; cat ${KEYS}`))
    const result = await run("user: plain, pin: '999999', config_host: srv")
    assert.equal(result.status, 'failed')
    assert.match(result.message, /^the PIN is wrong: it was tried once/)
    assert.ok(!JSON.stringify(result).includes('999999'))
    assert.equal(await said(host.exec(`stat -c '%a %U' ${KEYS}; cat ${KEYS}`)), before)
    assert.notEqual((await host.exec('test -e /home/plain/.ssh/config')).code, 0)
  })
})

describe('smartcard_enroll with a card here', () => {
  let stage: Stage

  before(async function () {
    this.timeout(300_000)
    await installCardTools()
    stage = await stageWith({ hosts: 3, name: 'enroll-here' })
  })
  after(() => stage.lab.stop())

  it('shows a wrong PIN to the card once, however many hosts want it', async () => {
    const card = await makeCard([{ label: 'PIV AUTH key', id: '01' }])
    const own = folder({})
    copyFileSync(stage.lab.knownHosts, join(own, 'known_hosts'))
    const playbook = play(`- smartcard_enroll: { user: plain, provider: ${PROVIDER}, pin: '999999' }`)
    const dir = folder({ 'site.yml': playbook, 'inventory.yml': stage.lab.inventory() })
    const args = ['run', join(dir, 'site.yml'), '-i', join(dir, 'inventory.yml'), '-vvv']
    const { document, text } = await keywardWithOwnSsh<Document>(own, args, { HOME: stage.lab.home, ...card.env })
    assert.deepEqual(
      document.results.map(({ status }) => status),
      ['failed', 'failed', 'failed'],
    )
    assert.ok(document.results.every(({ message }) => message.startsWith('the PIN is wrong')))
    assert.equal(text.match(/ssh-add -s/g)?.length, 1)
    assert.ok(!text.includes('999999'), 'and the trace does not show it')
  })
})
