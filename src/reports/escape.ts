// What a host or a playbook said stands in documents of other formats, and must stay text there.

/** Characters that no text of a reader needs, and XML 1.0 forbids; those that turn the direction of a text are named. */
const CONTROLS = /(?![\t\n\r])\p{Cc}|\p{Bidi_Control}|\p{Cs}|[\ufffe\uffff]/gu

/** A text for HTML and XML, for elements and attributes alike. */
export const escaped = (text: string): string =>
  text
    .replace(CONTROLS, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')

/** Data for a script element: nothing in it can end that element. */
export const scriptData = (value: unknown): string =>
  JSON.stringify(value)
    .replace(/\p{Bidi_Control}/gu, (one) => `\\\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .replace(/[<>&\u2028\u2029]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`)
