/** What a parser's complaint most likely means for the line it stopped at, as a hint; undefined where nothing better is known. */
export const hintFor = (reason: string, line: string): string | undefined => {
  const template = unquotedTemplate(line)
  if (template !== null) return `quote the template: ${template}`
  if (/\btabs?\b/.test(reason)) return 'indent with spaces'
  if (/^\s*(?:- )?[^'"#]*?: [^'"[{#]*: /.test(line)) return 'quote the value: it contains ": "'
  const odd = /(?:: |- )([@`%])/.exec(line)
  if (odd !== null) return `quote the value: it cannot begin with ${odd[1]}`
  const more = /(?:: |- )(["']).*\1\s*[^\s#]/.exec(line)
  if (more !== null) return 'put quotes around the whole value'
  return undefined
}

/** The value of a line that holds a template without quotes, as it should be written; null where there is none. */
export const unquotedTemplate = (line: string): string | null => {
  const found = /(?:: +|- +|\[ *|, *)([^\s'"#[{]*\{\{.*?\}\}(?:[^\n]*\}\})?[^\s,\]#]*)/.exec(line)
  const value = found?.[1]
  if (value === undefined) return null
  return value.includes('"') ? `'${value.replaceAll("'", "''")}'` : `"${value}"`
}
