import { z } from 'zod';
import { isRawNumber, type Json } from './json.ts';

/** A number in any notation, also beyond 2^53. */
export const number = z
  .custom<Json>((value) => typeof value === 'number' || isRawNumber(value), 'must be a number')
  .meta({ type: 'number' });

export const text = z.string();
export const nonEmptyText = text.regex(/\S/, 'must not be empty');
/** Of any length: Datadog returns empty and long tags, and what it returns can be planned. Lint warns about them. */
export const tags = z.array(text);

/** The field `lint` of an object. The rules in src/lint/suppression validate it and report the position of each mistake. */
export const lint = z
  .unknown()
  .meta({
    id: 'Lint',
    description: 'Suppresses findings about this object. Never sent to Datadog.',
    type: 'object',
    additionalProperties: false,
    properties: {
      ignore: {
        type: 'array',
        description: 'The findings to suppress, each with a reason.',
        examples: [[{ code: 'no_recovery', because: 'The alert resolves after an hour.' }]],
        items: {
          type: 'object',
          required: ['code', 'because'],
          additionalProperties: false,
          properties: {
            code: {
              type: 'string',
              description: 'The code of a rule, as listed in docs/lint.md.',
              minLength: 1,
            },
            because: { type: 'string', description: 'Why the finding does not apply here.', pattern: '\\S' },
          },
        },
      },
    },
  })
  .optional();
