import { z } from 'zod';
import { documentSchema } from './schemas.ts';

/** The JSON Schema of a document, with which editors complete and check it: `/schema.json`, and docs/schema.json. */
export function documentJsonSchema(): string {
  const schema = z.toJSONSchema(documentSchema, { unrepresentable: 'any' });
  return `${JSON.stringify({ title: 'Birddog document', ...schema }, undefined, 2)}\n`;
}
