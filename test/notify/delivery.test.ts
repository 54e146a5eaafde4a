import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Database, openDatabase } from '../../src/history/database.ts'
import { afterSlot, deliverPending } from '../../src/notify/after-slot.ts'
import type { Parts, Payload } from '../../src/notify/shape.ts'
import type { ReportDocument } from '../../src/output/report-schema.ts'
import type { Channel } from '../../src/schedule/shape.ts'
import { finding, result, run, schedule, slot } from './given.ts'

const CANARY = 'canary-9f8e7d6c'
const MINUTE_MS = 60_000
const IMPATIENT = { quickMs: [0, 1, 2], webhookMs: 100, commandMs: 60 }

const well = run([result('web1')])
const bad = run([finding('web1', 'yes')])

describe('delivering notifications', () => {
  let dir = ''
  let database: Database
  let told: string[] = []
  let nowMs = 0
  let servers: Server[] = []

  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'keyward-notify-'))
    database = await openDatabase(join(dir, 'history.db'))
    told = []
    nowMs = Date.parse('2026-11-25T03:00:00Z')
    servers = []
  })

  afterEach(() => {
    for (const server of servers) server.close()
    const all = JSON.stringify([
      database.all('SELECT * FROM notify_outbox'),
      database.all('SELECT * FROM notify_state'),
      database.all('SELECT * FROM notify_channel'),
    ])
    database.close()
    rmSync(dir, { recursive: true })
    assert.ok(!all.includes(CANARY), `a secret is stored: ${all}`)
    assert.ok(!told.join('\n').includes(CANARY), `a secret is told: ${told.join('\n')}`)
  })

  const parts = (about: Partial<Parts> = {}): Parts => ({
    database,
    clock: () => new Date(nowMs),
    environment: { PATH: process.env.PATH, KEYWARD_TOKEN: CANARY, OTHER: 'other' },
    tell: (line) => {
      told.push(line)
    },
    limits: { quickMs: [0, 1, 2] },
    ...about,
  })

  const file = (...channels: readonly Channel[]) => ({ file: join(dir, 'schedule.yml'), channels })

  const end = (
    channel: Channel,
    document: ReportDocument,
    at = '2026-11-25T02:15:00.000Z',
    about: Partial<Parts> = {},
  ) =>
    afterSlot(parts(about), {
      file: file(channel),
      schedule: schedule([channel.name]),
      slot: slot(at),
      documents: [document],
    })

  const statuses = () =>
    database
      .all<{ status: string; attempts: number }>('SELECT status, attempts FROM notify_outbox ORDER BY number')
      .map(({ status, attempts }) => `${status} ${attempts}`)

  interface Received {
    readonly url: string
    readonly headers: IncomingHttpHeaders
    readonly body: Payload
  }

  /** A receiver that answers in turn as told, and then 204. */
  const receiver = async (...answers: readonly ((response: ServerResponse) => void)[]) => {
    const received: Received[] = []
    const server = createServer((request, response) => {
      let text = ''
      request.on('data', (part) => {
        text += part
      })
      request.on('end', () => {
        received.push({ url: request.url ?? '', headers: request.headers, body: JSON.parse(text) as Payload })
        const answer = answers[received.length - 1]
        if (answer === undefined) response.writeHead(204).end()
        else answer(response)
      })
    })
    servers.push(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return { received, port: (server.address() as AddressInfo).port }
  }

  const says =
    (status: number, headers: Record<string, string> = {}) =>
    (response: ServerResponse): void => {
      response.writeHead(status, headers).end(CANARY)
    }

  const webhook = (port: number, about: Partial<Extract<Channel, { kind: 'webhook' }>> = {}): Channel => ({
    name: 'ops',
    kind: 'webhook',
    url: { text: `http://127.0.0.1:${port}/${CANARY}?key=${CANARY}` },
    headers: {},
    ...about,
  })

  describe('to a webhook', () => {
    it('posts what changed as JSON, once, and nothing when nothing did', async () => {
      const { received, port } = await receiver()
      await end(webhook(port), well)
      await end(webhook(port), bad, '2026-11-26T02:15:00.000Z')
      await end(webhook(port), bad, '2026-11-26T02:15:00.000Z')
      await end(webhook(port), bad, '2026-11-27T02:15:00.000Z')
      assert.deepEqual(
        received.map(({ url, headers, body }) => [url, headers['content-type'], body.text]),
        [[`/${CANARY}?key=${CANARY}`, 'application/json', 'keyward: 1 new finding on web1 (nightly)']],
      )
      assert.equal(received[0]?.headers['idempotency-key'], received[0]?.body.id)
      assert.deepEqual(statuses(), ['sent 1'])
      assert.deepEqual(told, [])
    })

    it('reads its address and headers from the environment and from files when it sends', async () => {
      const { received, port } = await receiver()
      writeFileSync(join(dir, 'token'), `${CANARY}\n`)
      const channel = webhook(port, { url: { env: 'KEYWARD_URL' }, headers: { 'x-token': { file: 'token' } } })
      const environment = { KEYWARD_URL: `http://me:${CANARY}@127.0.0.1:${port}/in` }
      await end(channel, bad, undefined, { environment })
      assert.deepEqual(
        received.map(({ url, headers }) => [url, headers['x-token'], headers.authorization]),
        [['/in', CANARY, `Basic ${Buffer.from(`me:${CANARY}`).toString('base64')}`]],
      )
    })

    for (const [why, answers, tries, status, words] of [
      ['a busy server', [says(503), says(429)], 3, 'sent 3', ''],
      ['a broken server', [says(500), says(500), says(500)], 3, 'waiting 3', 'is tried again later: HOST answered 500'],
      ['a refusal', [says(403)], 1, 'given up 3', 'is given up: HOST answered 403'],
      [
        'a redirect',
        [says(302, { location: `/${CANARY}` })],
        1,
        'given up 3',
        'is given up: HOST answered 302, and redirects are not followed',
      ],
      [
        'a server that asks to be left alone',
        [says(429, { 'retry-after': '600' })],
        1,
        'waiting 3',
        'HOST answered 429',
      ],
      [
        'a broken connection',
        [0, 1, 2].map(() => (one: ServerResponse) => one.socket?.destroy()),
        3,
        'waiting 3',
        'no connection',
      ],
      ['silence', [0, 1, 2].map(() => () => {}), 3, 'waiting 3', 'HOST: no answer in time'],
    ] as const) {
      it(`answers ${why}`, async () => {
        const { received, port } = await receiver(...answers)
        await end(webhook(port), bad, undefined, why === 'silence' ? { limits: IMPATIENT } : {})
        assert.equal(received.length, tries)
        assert.equal(new Set(received.map(({ body }) => body.id)).size, 1)
        assert.deepEqual(statuses(), [status])
        assert.ok(told.join('\n').includes(words.replace('HOST', `127.0.0.1:${port}`)), told.join('\n'))
      })
    }

    for (const [why, about, words] of [
      ['an address that is none', { url: { text: `gopher://${CANARY}` } }, 'its url is no http or https URL'],
      [
        'a variable that is not set',
        { url: { env: 'KEYWARD_URL' } },
        'the environment variable KEYWARD_URL is not set',
      ],
      ['a file that is not there', { url: { file: 'gone' } }, 'cannot read gone: ENOENT'],
      [
        'a header that cannot be sent',
        { headers: { 'x-a': { text: `${CANARY}\n1` } } },
        'the value of its header x-a cannot be sent',
      ],
    ] as const) {
      it(`waits with ${why}`, async () => {
        await end(webhook(1, about), bad)
        assert.deepEqual(statuses(), ['waiting 3'])
        assert.ok(told[0]?.endsWith(`to ops is tried again later: ${words}`), told[0])
      })
    }

    it('tries again at later ticks with growing waits, in order, and gives up after a day', async () => {
      const down = Array.from({ length: 9 }, () => says(500))
      const { received, port } = await receiver(...down, says(500), says(500), says(500))
      const channel = webhook(port)
      await end(channel, bad)
      await end(channel, well, '2026-11-26T02:15:00.000Z')
      assert.equal(received.length, 3, 'a message behind it waits with it')
      const tick = async (minutes: number) => {
        nowMs += minutes * MINUTE_MS
        await deliverPending(parts(), file(channel))
        return received.length
      }
      assert.deepEqual([await tick(0.5), await tick(0.5), await tick(4), await tick(1)], [3, 6, 6, 9])
      assert.equal(await tick(24 * 60), 12)
      assert.deepEqual(statuses(), ['given up 12', 'waiting 0'])
      await tick(2)
      assert.deepEqual(statuses(), ['given up 12', 'sent 1'])
      assert.equal(received.at(-1)?.body.text, 'keyward: 1 finding fixed on web1 (nightly)')
    })

    it('leaves a server alone for as long as it asks', async () => {
      const { received, port } = await receiver(says(503, { 'retry-after': '900' }))
      const channel = webhook(port)
      await end(channel, bad)
      nowMs += 14 * MINUTE_MS
      await deliverPending(parts(), file(channel))
      assert.equal(received.length, 1)
      nowMs += MINUTE_MS
      await deliverPending(parts(), file(channel))
      assert.deepEqual([received.length, statuses()], [2, ['sent 4']])
    })
  })

  describe('by several processes', () => {
    it('sends each message once', async () => {
      const slowly = Array.from({ length: 3 }, () => (one: ServerResponse) => setTimeout(() => says(200)(one), 15))
      const { received, port } = await receiver(says(500), says(500), says(500), ...slowly)
      const channel = webhook(port)
      await end(channel, bad)
      await end(channel, well, '2026-11-26T02:15:00.000Z')
      await end(channel, bad, '2026-11-27T02:15:00.000Z')
      nowMs += 5 * MINUTE_MS
      const others = await Promise.all([0, 1, 2].map(() => openDatabase(join(dir, 'history.db'))))
      await Promise.all(others.map((other) => deliverPending(parts({ database: other }), file(channel))))
      for (const other of others) other.close()
      assert.deepEqual(
        received.slice(3).map(({ body }) => body.text.split(' ').slice(1, 4).join(' ')),
        ['1 new finding', '1 finding fixed', '1 new finding'],
      )
      assert.deepEqual(statuses(), ['sent 4', 'sent 1', 'sent 1'])
    })

    it('takes over what a killed one had taken, also when the clock was set back', async () => {
      const { received, port } = await receiver(says(500), says(500), says(500))
      const channel = webhook(port)
      await end(channel, bad)
      const claim = (untilMs: number) =>
        database.run("UPDATE notify_channel SET claim = 'killed', claimed_until_ms = ?, next_ms = 0", untilMs)
      claim(nowMs + MINUTE_MS)
      await deliverPending(parts(), file(channel))
      assert.equal(received.length, 3)
      claim(nowMs + 24 * 60 * MINUTE_MS)
      await deliverPending(parts(), file(channel))
      assert.deepEqual(statuses(), ['sent 4'])
    })
  })

  it('loses neither the state nor the messages where storing fails half way', async () => {
    const { received, port } = await receiver()
    await end(webhook(port), well)
    database.exec("CREATE TRIGGER full BEFORE INSERT ON notify_outbox BEGIN SELECT RAISE(ABORT, 'disk full'); END")
    await end(webhook(port), bad, '2026-11-26T02:15:00.000Z')
    assert.deepEqual(told, ['notifying about nightly: disk full'])
    database.exec('DROP TRIGGER full')
    await end(webhook(port), bad, '2026-11-27T02:15:00.000Z')
    assert.equal(received.length, 1)
  })

  it('gives up after a day where no channel has the name any more', async () => {
    await end(webhook(1, { url: { env: 'NONE' } }), bad)
    nowMs += 24 * 60 * MINUTE_MS
    await deliverPending(parts(), file())
    assert.deepEqual(statuses(), ['given up 6'])
    assert.match(told.at(-1) ?? '', /no channel has this name any more$/)
  })

  describe('to a command', () => {
    const command = (script: string): Channel => ({
      name: 'cmd',
      kind: 'command',
      argv: ['/bin/sh', '-c', script, 'sh', 'a b; touch shell'],
    })

    it('hands it the message on its stdin, its words as they are, and little environment', async () => {
      await end(command('cat > got; { echo "$1"; env; } > around'), bad)
      assert.deepEqual(told, [])
      const message = JSON.parse(readFileSync(join(dir, 'got'), 'utf8')) as Payload
      assert.equal(message.notices[0]?.host, 'web1')
      const around = readFileSync(join(dir, 'around'), 'utf8')
      assert.equal(around.split('\n')[0], 'a b; touch shell')
      assert.match(around, new RegExp(`KEYWARD_TOKEN=${CANARY}`))
      assert.ok(!around.includes('OTHER='), around)
    })

    for (const [why, script, words] of [
      ['fails', `echo $KEYWARD_TOKEN >&2; exit 3`, 'the command ended with 3'],
      ['is killed', 'kill -9 $$', 'the command ended with SIGKILL'],
      ['does not end', 'sleep 20', 'the command did not end in time'],
    ] as const) {
      it(`tries again where it ${why}`, async () => {
        await end(command(script), bad, undefined, why === 'does not end' ? { limits: IMPATIENT } : {})
        assert.deepEqual(statuses(), ['waiting 3'])
        assert.ok(told[0]?.endsWith(words), told[0])
      })
    }

    it('says that it does not start', async () => {
      await end({ name: 'cmd', kind: 'command', argv: ['/no/such'] }, bad)
      assert.ok(told[0]?.endsWith('the command does not start: ENOENT'), told[0])
    })
  })

  describe('by mail', () => {
    /** A server that takes mail; `refuse` gives its answer to a command where it is not the usual one. */
    const mailbox = async (refuse: (line: string) => string | undefined = () => undefined) => {
      const lines: string[] = []
      const server = createTcpServer((socket) => {
        let isText = false
        let rest = ''
        const answer = (line: string): string => {
          if (line.startsWith('EHLO')) return '250-here\r\n250 AUTH PLAIN\r\n'
          if (line.startsWith('AUTH')) return '235 welcome\r\n'
          if (line === 'DATA') return '354 go on\r\n'
          return line === 'QUIT' ? '221 bye\r\n' : '250 fine\r\n'
        }
        socket.on('error', () => {})
        socket.write('220 here ESMTP\r\n')
        socket.on('data', (data) => {
          const all = `${rest}${data}`.split('\r\n')
          rest = all.pop() ?? ''
          for (const line of all) {
            lines.push(line)
            if (isText && line !== '.') continue
            const refusal = isText ? undefined : refuse(line)
            isText = line === 'DATA'
            socket.write(refusal === undefined ? answer(line) : `${refusal}\r\n`)
          }
        })
      })
      servers.push(server)
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      return { lines, port: (server.address() as AddressInfo).port }
    }

    const mail = (port: number, about: Partial<Extract<Channel, { kind: 'mail' }>> = {}): Channel => ({
      name: 'mail',
      kind: 'mail',
      server: `smtp://127.0.0.1:${port}`,
      user: null,
      password: null,
      from: 'keyward@example.org',
      to: ['ada@example.org', 'bob@example.org'],
      ...about,
    })

    it('sends plain text to all, signed in, and nothing of others in its headers', async () => {
      const { lines, port } = await mailbox()
      const evil = run([finding('web1\r\nBcc: eve@example.org', 'yes')])
      await end(mail(port, { user: 'me', password: { env: 'KEYWARD_TOKEN' } }), evil)
      assert.deepEqual(told, [])
      const signIn = Buffer.from(`\0me\0${CANARY}`).toString('base64')
      assert.ok(lines.includes(`AUTH PLAIN ${signIn}`), lines.join('\n'))
      assert.deepEqual(
        lines.filter((line) => line.startsWith('RCPT')),
        ['RCPT TO:<ada@example.org>', 'RCPT TO:<bob@example.org>'],
      )
      const text = lines.slice(lines.indexOf('DATA') + 1)
      const headers = text.slice(0, text.indexOf(''))
      assert.ok(
        headers.some((line) => line.startsWith('Subject: keyward: 1 new finding on web1')),
        headers.join('\n'),
      )
      assert.ok(!headers.some((line) => /^bcc/i.test(line)), headers.join('\n'))
      assert.ok(
        text.some((line) => line.startsWith('new: web1')),
        text.join('\n'),
      )
    })

    for (const [why, refuse, words, status] of [
      [
        'a full mailbox',
        (line: string) => (line.startsWith('MAIL') ? `452 ${CANARY}` : undefined),
        'answered 452',
        'waiting 3',
      ],
      [
        'a refusal',
        (line: string) => (line.startsWith('MAIL') ? `550 ${CANARY}` : undefined),
        'answered 550',
        'given up 3',
      ],
      [
        'a refused sign-in',
        (line: string) => (line.startsWith('AUTH') ? `535 ${CANARY}` : undefined),
        'the sign-in was refused',
        'waiting 3',
      ],
    ] as const) {
      it(`answers ${why}`, async () => {
        const { port } = await mailbox(refuse)
        await end(mail(port, { user: 'me', password: { env: 'KEYWARD_TOKEN' } }), bad)
        assert.deepEqual(statuses(), [status])
        assert.ok(told[0]?.includes(words), told[0])
      })
    }

    it('waits for a server that is not there, and one that says nothing', async () => {
      await end(mail(1), bad)
      assert.ok(told[0]?.endsWith('127.0.0.1: no connection (ESOCKET)') || told[0]?.includes('ECONN'), told[0])
      const silent = createTcpServer(() => {})
      servers.push(silent)
      await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
      nowMs += MINUTE_MS
      const { port } = silent.address() as AddressInfo
      await deliverPending(parts({ limits: { quickMs: [0], mailMs: 40 } }), file(mail(port)))
      assert.match(told.at(-1) ?? '', /in time$|no connection \(\w+\)$/)
    })
  })
})
