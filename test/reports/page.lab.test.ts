/// <reference lib="dom" />
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import puppeteer, { type Browser, type Page } from 'puppeteer-core'
import { html } from '../../src/reports/html.ts'
import { folder } from '../kit/story.ts'
import { hostileDocument } from './hostile.ts'
import { pageAssets } from './page-assets.ts'
import { fleetDocument, trendOf } from './sample.ts'

// The page as a reader has it, in a real browser.

describe('the page of a report', () => {
  const place = folder({})
  const troubles: string[] = []
  let browser: Browser
  let page: Page

  before(async () => {
    const assets = await pageAssets()
    const typed = { playbooks: ['ssh-key-only.yml'], inventory: ['hosts.yml'] }
    writeFileSync(join(place, 'fleet.html'), html(fleetDocument(24, 30), { trend: trendOf(20), assets, typed }))
    writeFileSync(join(place, 'hostile.html'), html(hostileDocument, { trend: [], assets }))
    browser = await puppeteer.launch({
      executablePath: '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
      userDataDir: join(place, 'profile'),
    })
  })
  after(async () => await browser?.close())
  beforeEach(async () => {
    page = await browser.newPage()
    page.on('pageerror', (error) => troubles.push(String(error)))
    page.on('console', (message) => troubles.push(message.text()))
    page.on('request', (request) => {
      if (!/^(file|data):/.test(request.url())) troubles.push(request.url())
    })
  })
  afterEach(async () => {
    await page.close()
    assert.deepEqual(troubles.splice(0), [])
  })

  const open = async (hash = '', width = 1280, file = 'fleet.html'): Promise<void> => {
    await page.setViewport({ width, height: 900 })
    await page.goto(`file://${join(place, file)}${hash}`)
  }
  const count = async (selector: string): Promise<number> => (await page.$$(selector)).length
  const textOf = async (selector: string): Promise<string> =>
    await page.$eval(selector, (element) => element.textContent ?? '')

  it('has a cell for each host and control, unreachable hosts first and with a sign of their own', async () => {
    await open()
    assert.equal(await count('#map td'), 24 * 30)
    assert.deepEqual(
      await page.$$eval('#map tbody tr:first-child td', (all) => [...new Set(all.map((one) => one.textContent))]),
      ['U'],
    )
  })

  it('leads from a cell to all that is known of it', async () => {
    await open()
    await page.click('#map td.waived')
    await page.waitForSelector('#page tbody.meant')
    const told = await textOf('#page tbody.meant')
    for (const words of [
      'waived',
      '/etc/ssh/sshd_config.d/',
      'LogLevel yes',
      'file modified 2026-11',
      'Alice Example',
      'OPS-4711',
      'by Match Address',
      '+LogLevel no',
    ])
      assert.ok(told.includes(words), `${words} in ${told}`)
    assert.match(await textOf('#page .again'), /keyward audit ssh-key-only\.yml -i hosts\.yml --limit \w+\.prod/)
  })

  it('has a page for each control', async () => {
    await open('#control=SSH-AUTH-05')
    assert.equal(await count('#page tbody.check'), 24)
    assert.match(await textOf('#page'), /NIST SP 800-53 AC-17/)
  })

  it('is filtered, and walked through, by keyboard alone', async () => {
    await open()
    await page.keyboard.press('/')
    await page.keyboard.type('db')
    assert.equal(await count('#map tbody tr'), 6)
    await page.keyboard.press('Escape')
    assert.equal(await count('#map tbody tr'), 24)
    await page.focus('#verdicts button.waived')
    await page.keyboard.press('Space')
    const rows = await page.$$eval('#map tbody tr', (all) => all.map((row) => row.querySelector('td.waived') !== null))
    assert.ok(rows.length > 0 && rows.length < 24 && rows.every(Boolean))
    await page.focus('#map td[tabindex="0"]')
    for (const key of ['ArrowDown', 'ArrowRight', 'Enter'] as const) await page.keyboard.press(key)
    await page.waitForSelector('#page tbody.meant')
    await page.keyboard.press('Escape')
    await page.waitForSelector('#overview:not([hidden])')
  })

  for (const hash of ['', '#host=db13.prod.example.net', '#control=SSH-AUTH-01'])
    it(`fits a phone: ${hash || 'the fleet'}`, async () => {
      await open(hash, 390)
      assert.equal(await page.evaluate(() => (document.scrollingElement as Element).scrollWidth <= innerWidth), true)
    })

  it('is printed with its findings, host by host, and without what one clicks on', async () => {
    await open()
    await page.emulateMediaType('print')
    assert.equal(await page.$eval('#tools', (element) => getComputedStyle(element).display), 'none')
    assert.match(await textOf('section.findings'), /SSH-AUTH-01/)
    await page.evaluate(() => dispatchEvent(new Event('beforeprint')))
    assert.ok((await count('#printed .page')) > 5)
    assert.ok((await textOf('#printed')).includes('+PasswordAuthentication no'))
  })

  it('lets nothing run that a host said, on any of its pages', async () => {
    await open('', 1280, 'hostile.html')
    for (const link of await page.$$eval('#map th a, .findings a', (all) =>
      all.map((one) => one.getAttribute('href')),
    )) {
      await page.evaluate((hash) => {
        location.hash = hash ?? ''
      }, link)
      await page.waitForSelector('#page:not([hidden]) h1')
    }
    await page.evaluate(() => dispatchEvent(new Event('beforeprint')))
    assert.deepEqual(await page.evaluate(() => [document.images.length, document.scripts.length, 'owned' in window]), [
      0,
      2,
      false,
    ])
  })

  it('tells counts and findings where scripts are off', async () => {
    await page.setJavaScriptEnabled(false)
    await open()
    const told = await textOf('#overview')
    for (const words of [
      /of \d+ checks passed on 24 hosts/,
      /not judged, and not counted as passed/,
      /2 of 24 hosts unreachable/,
      /SSH-AUTH-01/,
      /no connection to 10\.0\.0\.7/,
    ])
      assert.match(told, words)
    assert.equal(await page.$eval('#tools', (element) => (element as HTMLElement).hidden), true)
  })
})
