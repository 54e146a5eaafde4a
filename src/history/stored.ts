import type { ReportDocument } from '../output/report-schema.ts'
import type { Entry, History } from './shape.ts'

/** The document of a run that is kept, as it was told when it ended; null where its body was pruned. */
export const storedDocument = (history: History, entry: Entry): ReportDocument | null => {
  const body = history.body(entry)
  return body === null ? null : { ...body.document, head: entry.hash }
}
