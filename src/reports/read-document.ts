import { Ajv, type ErrorObject } from 'ajv'
import { UserError } from '../contract/errors.ts'
import { type ReportDocument, reportSchema } from '../output/report-schema.ts'

/** Reads the JSON document of a run; `file` is its name in messages. Throws UserError with what is wrong with it, the first mistakes at once. */
export const readDocument = (text: string, file: string): ReportDocument => {
  const document = parsed(text, file)
  if (typeof document === 'object' && document !== null && 'errors' in document)
    throw new UserError(`${file} is the document of wrong input: it has no run to report`)
  const ajv = new Ajv({ allErrors: true, allowUnionTypes: true, validateSchema: false, meta: false })
  const isValid = ajv.compile(reportSchema.anyOf[0] ?? {})
  if (isValid(document)) return document as ReportDocument
  const wrong = [...new Set((isValid.errors ?? []).map(wordsFor))]
  const more = wrong.length - MOST
  throw new UserError(
    [
      ...wrong.slice(0, MOST).map((message) => ({ message: `${file} is no document of a run: ${message}` })),
      ...(more > 0 ? [{ message: `${file}: and ${more} more` }] : []),
    ].map((mistake, index, all) => (index === all.length - 1 ? { ...mistake, hint: HINT } : mistake)),
  )
}

const MOST = 5
const HINT = 'keyward audit --output json writes one, and keyward report --format json one of a run that is kept'

const parsed = (text: string, file: string): unknown => {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new UserError(`${file} is no JSON: ${error.message.split('\n')[0]}`, { hint: HINT })
  }
}

const wordsFor = ({ instancePath, keyword, message = '', params }: ErrorObject): string => {
  const where = instancePath === '' ? 'at its top' : `at ${instancePath.slice(1).replaceAll('/', '.')}`
  if (keyword === 'required') return `${where}, "${params.missingProperty}" is missing`
  if (keyword === 'additionalProperties') return `${where}, "${params.additionalProperty}" is not known`
  if (keyword === 'enum') return `${where}, it must be one of ${params.allowedValues.join(', ')}`
  return `${where}, it ${message}`
}
