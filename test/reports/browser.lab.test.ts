import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import puppeteer, { type Browser, type Page } from 'puppeteer-core'
import { keyward } from '../kit/story.ts'
import { finding, sample } from './sample.ts'

// The page as a reader has it, in a real browser without a network.

describe('the page of a report', () => {
  let browser: Browser
  let place: string
  let page: Page
  const troubles: string[] = []

  before(async () => {
    place = mkdtempSync(join(tmpdir(), 'keyward-report-'))
    const document = sample(20, 12)
    const waived = {
      ...{ subject: 'SSH-AUTH-03', reason: 'the old backup client', owner: 'alice', ticket: 'SEC-1' },
      ...{ expires: '2027-03-31T00:00:00.000Z', value: 'yes', at: 'waivers.yml:2:5' },
    }
    const results = document.results.map((one) =>
      one.host === 'web01.example.com' && one.task_index === 3 ? { ...finding(one.host, 3), waived } : one,
    )
    writeFileSync(join(place, 'run.json'), JSON.stringify({ ...document, results }))
    const { code, stderr } = await keyward(['report', 'run.json', '--to', 'report.html'], { cwd: place })
    assert.equal(code, 0, stderr)
    browser = await puppeteer.launch({
      executablePath: '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
      userDataDir: join(place, 'profile'),
    })
  })
  after(async () => {
    await browser?.close()
    rmSync(place, { recursive: true, force: true, maxRetries: 5 })
  })
  beforeEach(async () => {
    page = await browser.newPage()
    page.on('pageerror', (error) => troubles.push(String(error)))
    page.on('console', (message) => troubles.push(message.text()))
    page.on('request', (request) => {
      if (!request.url().startsWith('file:')) troubles.push(request.url())
    })
  })
  afterEach(async () => {
    await page.close()
    assert.deepEqual(troubles.splice(0), [])
  })

  const open = async (hash = '', width = 1280): Promise<void> => {
    await page.setViewport({ width, height: 900 })
    await page.goto(`file://${join(place, 'report.html')}${hash}`)
  }
  const text = async (selector: string): Promise<string> =>
    await page.$eval(selector, (element) => element.textContent ?? '')
  const count = async (selector: string): Promise<number> => (await page.$$(selector)).length

  it('has a cell for each host and control, and leads to the page of a host', async () => {
    await open()
    assert.equal(await count('#map tbody td a'), 20 * 12)
    assert.equal(await count('#map .c-unreachable'), 12)
    await page.click('#map a[title^="web01.example.com: SSH-AUTH-03"]')
    await page.waitForSelector('#detail:not([hidden])')
    const told = await text('#detail')
    for (const word of [
      'web01.example.com',
      'SSH-AUTH-03',
      'yes',
      '50-hand.conf:1',
      'SEC-1',
      'alice',
      '2026-11-20',
      '--limit web01',
    ])
      assert.ok(told.includes(word), `${word} in ${told}`)
    await page.click('#detail details summary')
    assert.match(await text('#detail details[open] pre'), /\+PasswordAuthentication no/)
  })

  it('has a page for each control, with all its hosts', async () => {
    await open()
    await page.click('#map thead a')
    await page.waitForSelector('#detail:not([hidden])')
    assert.equal(await count('#detail tbody tr'), 20)
    assert.match(await text('#detail'), /NIST SP 800-53/)
  })

  it('is filtered by the keyboard', async () => {
    await open()
    await page.focus('#filter')
    await page.keyboard.type('web07')
    assert.equal(await count('#map tbody tr'), 1)
    await page.select('#verdict', 'finding')
    assert.equal(await count('#map .c-passed'), 0)
  })

  for (const width of [390, 1280])
    for (const hash of ['', '#host=web01.example.com', '#control=0%203'])
      it(`fits ${width} pixels (${hash || 'fleet'})`, async () => {
        await open(hash, width)
        const [needs, has] = await page.evaluate(() => [document.scrollingElement?.scrollWidth, innerWidth])
        assert.equal(needs, has)
      })

  it('prints its findings, and nothing to click', async () => {
    await open('#host=web01.example.com')
    await page.emulateMediaType('print')
    assert.match(await text('#fleet'), /web02\.example\.com/)
    assert.equal(await page.$eval('.tools', (element) => getComputedStyle(element).display), 'none')
  })

  it('tells counts and findings without scripts', async () => {
    await page.setJavaScriptEnabled(false)
    await open()
    const told = await text('#fleet')
    assert.match(told, /of 240 checks on 20 hosts passed/)
    assert.match(told, /not reached/)
    assert.match(told, /SSH-AUTH-03/)
  })
})
