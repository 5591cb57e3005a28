/** Of a schema of any library that says which it is; see standardschema.dev. */
type Standard = { '~standard'?: { vendor?: unknown } };

type Schema = { _zod?: unknown; _def?: { typeName?: unknown }; safeParse?: unknown } & Standard;

const REMEDY = 'Use one of zod 4: `npm install zod@4` and `import { z } from "zod"` (in zod 3.25 `from "zod/v4"`)';

/** What is wrong with a schema that somebody gave, with the remedy; undefined if it is one of zod 4. */
export function schemaFault(schema: unknown): string | undefined {
  if ((typeof schema !== 'object' && typeof schema !== 'function') || schema === null) {
    return `must be a schema of zod 4, not ${schema === null ? 'null' : typeof schema}. ${REMEDY}`;
  }
  const { _zod, _def, safeParse, '~standard': standard } = schema as Schema;
  if (_zod !== undefined && typeof safeParse === 'function') return undefined;
  if (typeof _def?.typeName === 'string') return `is a schema of zod 3, which has no JSON Schema. ${REMEDY}`;
  if (typeof standard?.vendor === 'string') return `is a schema of ${standard.vendor}. ${REMEDY}`;
  return `must be a schema of zod 4, not an object of another kind. ${REMEDY}`;
}
