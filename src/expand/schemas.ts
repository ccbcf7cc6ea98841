import { z } from 'zod';
import { nonEmptyText, number } from '../domain/schema-parts.ts';
import { PACK_FORMAT, PARAMETER_TYPES } from './packs.ts';
import { PARAMETER_NAME } from './parameter-references.ts';

const NAME = 'must begin with a letter or "_" and contain only letters, digits, "_" and "-"';

const values = z.record(z.string().regex(PARAMETER_NAME, NAME), z.unknown());
const variantNames = z
  .union([nonEmptyText, z.array(nonEmptyText).min(1)], 'must be the name of a variant, or a list of them')
  .optional();

/** What an entry and a use of a pack say about their expansion. */
export const expansionFields = {
  each: z
    .record(z.string().regex(PARAMETER_NAME, NAME), z.unknown())
    .optional()
    .meta({
      description:
        'Lists of values. The entry is made once for each combination, and its key gets the values: `deep-orders`. Texts refer to them as parameters.',
      examples: [{ queue: ['orders', 'invoices'] }],
    }),
  only: variantNames.meta({ description: 'The variants in which the entry exists.', examples: [['prod']] }),
  except: variantNames.meta({
    description: 'The variants in which the entry does not exist.',
    examples: [['staging']],
  }),
};

const useSchema = z
  .strictObject({
    pack: nonEmptyText.meta({ description: 'The name of the pack.', examples: ['rabbitmq'] }),
    version: number.meta({
      type: 'integer',
      minimum: 1,
      description: 'The version of the pack. A newer version never changes the document by itself.',
      examples: [1],
    }),
    with: z
      .record(z.string(), z.unknown())
      .optional()
      .meta({ description: 'The values of its parameters.', examples: [{ queue: 'orders', depth: 1000 }] }),
    without: z
      .array(nonEmptyText)
      .optional()
      .meta({ description: 'The keys in the pack of objects that are left out.', examples: [['consumers']] }),
    change: z
      .record(z.string(), z.record(z.string(), z.unknown()))
      .optional()
      .meta({
        description:
          'Changes of its objects by their keys in the pack, as a JSON merge patch (RFC 7396): null removes a field.',
        examples: [{ backlog: { severity: 'low' } }],
      }),
    ...expansionFields,
  })
  .meta({ id: 'UsePack', description: 'A use of a pack, which adds its alerts, monitors and dashboards.' });

const variantSchema = z
  .looseObject({
    suffix: z
      .string()
      .optional()
      .meta({
        description: 'What the keys end with. Default: `-` and the name of the variant. Empty: nothing.',
        examples: [''],
      }),
  })
  .meta({ id: 'Variant', description: 'The values of the parameters in this variant.' });

const scalar = z
  .union([z.string(), number, z.boolean()], 'must be a text, a number, or true or false')
  .optional();

const packEntries = z
  .array(
    z.looseObject({
      key: nonEmptyText.meta({
        description: 'The key of the object within the pack.',
        examples: ['backlog'],
      }),
    }),
  )
  .optional();

/** A pack: entries with parameters, which documents use. */
export const packSchema = z
  .strictObject({
    apiVersion: z.literal(PACK_FORMAT).meta({ description: 'The version of this format.' }),
    name: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'must have 1 to 40 lower-case letters, digits and "-"')
      .meta({ description: 'The name of the pack. Its keys begin with it.', examples: ['rabbitmq'] }),
    version: number.meta({
      type: 'integer',
      minimum: 1,
      description: 'Higher with every change of what the pack makes.',
    }),
    summary: nonEmptyText.meta({ description: 'What the pack is for, in one line.' }),
    parameters: z
      .record(
        z.string().regex(PARAMETER_NAME, NAME),
        z.strictObject({
          type: z.enum(PARAMETER_TYPES).meta({ description: 'The type of its value.' }),
          description: nonEmptyText.meta({ description: 'What it is for, in one sentence.' }),
          default: scalar.meta({
            description: 'Its value if a use gives none. Without it, every use must give one.',
          }),
          example: scalar.meta({
            description: 'The value of a parameter without a default in the tests of the pack.',
          }),
        }),
      )
      .optional()
      .meta({ description: 'What documents can choose.' }),
    monitors: packEntries.meta({ description: 'As in a document; each needs a key.' }),
    alerts: packEntries.meta({ description: 'As in a document; each needs a key.' }),
    dashboards: packEntries.meta({ description: 'As in a document; each needs a key.' }),
    tests: z.array(z.unknown()).optional().meta({ description: 'As in a document.' }),
  })
  .meta({ id: 'Pack', description: 'Alerts, monitors and dashboards with parameters, which documents use.' });

/** Maximum number of packs in a document. */
const MAX_PACKS = 20;

/** The fields of a document that expansion removes. */
export const expansionParts = {
  parameters: values.optional().meta({
    description:
      'Values that texts refer to as `${name}`. A text that is only a reference takes the type of the value. `$${` stands for `${`.',
    examples: [{ env: 'prod', depth: 1000 }],
  }),
  variants: z
    .record(z.string().regex(PARAMETER_NAME, NAME), variantSchema.nullable())
    .optional()
    .meta({
      description:
        'Each entry is made once per variant, with the values of the variant; its key ends with `-<variant>`, or with the `suffix` of the variant.',
      examples: [{ prod: { suffix: '' }, staging: { env: 'staging', depth: 5000 } }],
    }),
  packs: z.array(packSchema).max(MAX_PACKS, `must have at most ${MAX_PACKS} packs`).optional().meta({
    description: 'Packs of this document only, in addition to those that are installed.',
  }),
  use: z.array(useSchema).optional().meta({ description: 'Packs whose objects the document takes over.' }),
};
const entries = z.array(z.looseObject(expansionFields)).optional();

/** The parts of a document that its expansion reads. */
export const documentPartsSchema = z.looseObject({
  ...expansionParts,
  monitors: entries,
  alerts: entries,
  dashboards: entries,
});
