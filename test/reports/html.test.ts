import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { type Assets, html } from '../../src/reports/html.ts'
import { trendView } from '../../src/reports/trend.ts'
import { HOSTILE, hostileDocument } from './hostile.ts'
import { pageAssets } from './page-assets.ts'
import { documentOf, fleetDocument, resultOf, trendOf } from './sample.ts'

const SMALL: Assets = { script: 'void 0', style: 'body{}' }
const page = (document: Parameters<typeof html>[0]): string => html(document, { trend: [], assets: SMALL })

describe('the HTML report', () => {
  it('stays below 300 kB for 50 hosts and 60 controls', async () => {
    const text = html(fleetDocument(50, 60), { trend: trendOf(60), assets: await pageAssets() })
    const size = Buffer.byteLength(text)
    assert.ok(size > 60_000 && size < 300_000, `${size} bytes`)
  })

  it('tells the denominator, and what was not judged, without scripts', () => {
    const text = page(
      documentOf([
        resultOf({ host: 'a' }),
        resultOf({ host: 'a', task_index: 1, task: 'two' }),
        resultOf({ host: 'b', status: 'unreachable', message: 'no route to host' }),
      ]),
    )
    assert.match(text, /<b>50 %<\/b> <span>2 of 4 checks passed on 2 hosts/)
    assert.match(text, /<strong>2 not judged<\/strong>, and not counted as passed/)
    assert.match(text, /1 of 2 hosts unreachable/)
    assert.match(text, /<td data-label="Hosts" class="hosts"><a href="#host=b">b<\/a> <span class="message">no route/)
  })

  it('says of a score that it is whole only where it is', () => {
    const results = Array.from({ length: 2000 }, (_, index) =>
      resultOf({ task_index: index, status: index === 0 ? 'drift' : 'ok' }),
    )
    assert.match(page(documentOf(results)), /<b>99\.9 %<\/b>/)
  })

  it('lets nothing run but its own script', () => {
    const text = page(hostileDocument)
    const hash = createHash('sha256').update(SMALL.script).digest('base64')
    assert.ok(text.includes(`script-src &#39;sha256-${hash}&#39;`) || text.includes(`script-src 'sha256-${hash}'`))
    assert.equal(text.match(/<script/g)?.length, 2)
    assert.equal(text.match(/<\/script/g)?.length, 2)
    const alive = ['<img', '<!--', '\u202e', '\u2028', '\u0007', '\u001b', HOSTILE].filter((one) => text.includes(one))
    assert.deepEqual(alive, [])
  })

  it('asks for nothing from elsewhere', async () => {
    const text = html(fleetDocument(4, 6), { trend: trendOf(3), assets: await pageAssets() })
    const asked = text.match(/\b(src|href)="(?!#|data:|\$\{).{9}|url\((?!#).{9}|@import|https?:\/\/.{9}/g)
    assert.deepEqual(asked, null)
  })

  it('says that the hashes of a run that was not kept are not known', () => {
    assert.match(page(documentOf([resultOf()])), /hashes of its playbooks and inventory are not known/)
  })
})

describe('the trend', () => {
  it('has a bar for each run, with a title that says what it holds', () => {
    const text = trendView(trendOf(3))?.markup ?? ''
    assert.equal(text.match(/<g>/g)?.length, 3)
    assert.match(text, /<desc id="trend-text">3 runs from 2026-10-01 02:15 to 2026-10-03 02:15/)
  })

  it('is left out where there is one run only', () => {
    assert.equal(trendView(trendOf(1)), null)
  })
})
