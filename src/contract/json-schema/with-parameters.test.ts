import assert from 'node:assert/strict';
import { it } from 'node:test';
import { withParameters } from './with-parameters.ts';

const PATTERN = String.raw`^\$\{[^{}$:]+\}$`;

it('accepts references in place of values that are no texts', () => {
  const schema = {
    type: 'object',
    properties: {
      above: { type: ['number', 'null'] },
      over: { type: 'string', pattern: '^\\d+m$' },
      severity: { enum: ['high', 'low'], description: 'How bad.' },
      title: { type: 'string' },
      kind: { enum: ['live'] },
    },
    if: { properties: { kind: { enum: ['a', 'b'] } } },
  };
  assert.deepEqual(withParameters(schema), {
    type: 'object',
    properties: {
      above: { type: ['number', 'null', 'string'], pattern: PATTERN },
      over: { type: 'string', pattern: `(?:^\\d+m$)|${PATTERN}` },
      severity: {
        description: 'How bad.',
        anyOf: [{ enum: ['high', 'low'] }, { $ref: '#/$defs/Parameter' }],
      },
      title: { type: 'string' },
      kind: { enum: ['live'] },
    },
    if: schema.if,
  });
});
