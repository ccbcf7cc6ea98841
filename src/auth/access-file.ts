import { z } from 'zod';
import { isName } from '../domain/caller.ts';
import { readYamlFile } from '../contract/read-yaml-file.ts';

/**
 * The permissions. `write` includes `apply_reviewed`, which includes `read`; `adopt` applies to objects that no application
 * owns.
 */
export const PERMISSIONS = ['read', 'apply_reviewed', 'write', 'adopt'] as const;
export type Permission = (typeof PERMISSIONS)[number];

const group = z
  .string('a group must be a string')
  .refine(isName, 'a group must have 1 to 200 characters and no control characters')
  .refine((text) => !text.includes('*'), 'a group must be an exact name: "*" is not allowed');
const application = z
  .string('an application must be a string')
  .regex(
    /^[a-z0-9*][a-z0-9._*-]{0,99}$/,
    'an application must be a name or a pattern of lower-case letters, digits, ".", "_", "-", and "*" for any characters',
  );
const catalogName = z
  .string('a catalog name must be a string')
  .min(1, 'a catalog name cannot be empty')
  .max(200, 'a catalog name can have at most 200 characters')
  .refine((text) => !/\p{Cc}/u.test(text), 'a catalog name cannot have control characters');

const ruleSchema = z.strictObject(
  {
    groups: z.array(group, 'groups must be a list').min(1, 'groups must have at least one group'),
    applications: z
      .array(application, 'applications must be a list')
      .min(1, 'applications must have at least one name or pattern'),
    may: z
      .array(
        z.enum(PERMISSIONS, `a permission must be one of ${PERMISSIONS.join(', ')}`),
        'may must be a list',
      )
      .min(1, 'may must have at least one permission'),
    catalogs: z.array(catalogName, 'catalogs must be a list').optional(),
  },
  'a rule must be an object with groups, applications and may',
);
const fileSchema = z.strictObject(
  { rules: z.array(ruleSchema, 'rules must be a list') },
  'the file must be an object with rules',
);

/** Grants groups permissions for applications. */
export type AccessRule = z.infer<typeof ruleSchema>;

/** Reads the access file. Throws Error with a line for each mistake. */
export async function readAccessFile(bytes: Buffer): Promise<readonly AccessRule[]> {
  return (await readYamlFile(bytes, fileSchema, () => [])).rules;
}
