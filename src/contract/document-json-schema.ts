import { z } from 'zod';
import { documentSchema } from './schemas.ts';

/** Returns the JSON Schema of a document (docs/schema.json), which editors use for completion and validation. */
export function documentJsonSchema(): string {
  const schema = z.toJSONSchema(documentSchema, { unrepresentable: 'any' });
  return `${JSON.stringify({ title: 'Birddog document', ...schema }, undefined, 2)}\n`;
}
