import { said } from '../../output/changes.ts'
import { type Markup, markup } from '../markup.ts'
import { VERDICT_SIGNS, VERDICT_WORDS, type Verdict } from '../verdict.ts'

type Value = Parameters<typeof said>[0]

/** A moment of the document, to the minute, in UTC. */
export const minute = (iso: string): string =>
  /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(iso) ? `${iso.slice(0, 10)} ${iso.slice(11, 16)}` : iso

/** The same as HTML. */
export const time = (iso: string): Markup => markup`<time datetime="${iso}" title="${iso}">${minute(iso)}</time>`

/** A verdict in its shape and its word. */
export const badge = (verdict: Verdict): Markup =>
  markup`<span class="badge ${verdict}"><i aria-hidden="true">${VERDICT_SIGNS[verdict]}</i>${VERDICT_WORDS[verdict]}</span>`

/** Fields with their values; of one field the value alone. */
export const values = (fields: Readonly<Record<string, Value>> | undefined): Markup => {
  const all = Object.entries(fields ?? {})
  const [only] = all
  if (only === undefined) return markup`<span class="faint">not known</span>`
  if (all.length === 1) return markup`<code title="${only[0]}">${short(only[1])}</code>`
  return markup`<dl class="fields">${all.map(([name, value]) => markup`<dt>${name}</dt><dd><code>${short(value)}</code></dd>`)}</dl>`
}

const short = (value: Value): string => said(value).replace(/^(sha256:[0-9a-f]{12})[0-9a-f]{52}$/, '$1…')

/** Where a value is set. */
export const sources = (
  all: readonly { readonly file: string; readonly line?: number; readonly text?: string }[],
  modified: Readonly<Record<string, string>>,
): Markup => {
  if (all.length === 0) return markup`<span class="faint">nowhere: the default, or not a setting</span>`
  return markup`<ul class="sources">${all.map(({ file, line, text }) => {
    const when = modified[file]
    return markup`<li><code class="place">${file}${line === undefined ? '' : `:${line}`}</code>${
      text !== undefined && markup`<code class="text">${text.trim()}</code>`
    }${when !== undefined && markup`<span class="faint">file modified ${time(when)}</span>`}</li>`
  })}</ul>`
}

/** The lines of a unified diff. */
export const diffOf = (diff: string): Markup =>
  markup`<pre class="diff">${diff
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => markup`<span class="${kindOf(line)}">${line}</span>`)}</pre>`

const kindOf = (line: string): string => {
  if (/^(---|\+\+\+) /.test(line)) return 'file'
  if (line.startsWith('+')) return 'added'
  if (line.startsWith('-')) return 'removed'
  return line.startsWith('@@') ? 'hunk' : 'same'
}
