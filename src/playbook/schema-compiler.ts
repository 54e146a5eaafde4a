import { Ajv, type Options } from 'ajv'

const FORMATS = {
  'host-path': /^[/~][^\0\n]*$/,
  'file-mode': /^[0-7]{3,4}$/,
}

/** Makes validators of parameters; they fill in defaults, and tell every mistake with the schema that it breaks. */
export const schemaCompiler = (code: NonNullable<Options['code']> = {}): Ajv =>
  new Ajv({
    allErrors: true,
    strict: true,
    allowUnionTypes: true,
    useDefaults: true,
    verbose: true,
    validateSchema: false,
    meta: false,
    formats: FORMATS,
    keywords: [{ keyword: 'secret', schemaType: 'boolean' }],
    code,
  })
