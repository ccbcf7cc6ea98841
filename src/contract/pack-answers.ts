import { z } from 'zod';
import { PARAMETER_TYPES } from '../expand/packs.ts';
import { text } from './answer-parts.ts';

const packFields = {
  name: text.meta({ description: 'The name of the pack.' }),
  version: z.int().min(1).meta({ description: 'The version of the pack.' }),
  summary: text.meta({ description: 'What the pack is for.' }),
};

/** The answer of `GET /packs`. */
export const packsAnswerSchema = z
  .object({
    packs: z.array(z.object(packFields)).meta({ description: 'Every version of every pack.' }),
    request_id: text,
  })
  .meta({
    id: 'PackList',
    examples: [{ packs: [{ name: 'redis', version: 1, summary: 'Redis servers' }], request_id: 'a' }],
  });

/** The answer of `GET /packs/{name}`. */
export const packAnswerSchema = z
  .object({
    ...packFields,
    parameters: z
      .record(
        z.string(),
        z.object({
          type: z.enum(PARAMETER_TYPES).meta({ description: 'The type of its value.' }),
          description: text.meta({ description: 'What it is for.' }),
          default: z
            .union([z.string(), z.number(), z.boolean()])
            .exactOptional()
            .meta({ description: 'Its value if a use gives none. Without it, every use must give one.' }),
        }),
      )
      .meta({ description: 'The parameters by their names.' }),
    keys: z.array(text).meta({ description: 'The keys, in the pack, of the objects that it makes.' }),
    request_id: text,
  })
  .meta({ id: 'PackDescription' });
