import { z } from 'zod';
import { isName } from '../domain/caller.ts';
import { readYamlFile } from '../contract/read-yaml-file.ts';

/** What can be granted; `write` holds `read`, and `adopt` is about objects that no application has yet. */
export const RIGHTS = ['read', 'write', 'adopt'] as const;
export type Right = (typeof RIGHTS)[number];

const group = z
  .string('a group is text')
  .refine(isName, 'a group has 1 to 200 characters, none of them a control character')
  .refine((text) => !text.includes('*'), 'a group is named whole: "*" stands for nothing here');
const application = z
  .string('an application is text')
  .regex(
    /^[a-z0-9*][a-z0-9._*-]{0,99}$/,
    'an application is a name or a pattern: lower-case letters, digits, ".", "_", "-", and "*" for any of them',
  );
const catalogName = z
  .string('a name in a catalog is text')
  .min(1, 'a name is not empty')
  .max(200, 'a name has at most 200 characters')
  .refine((text) => !/\p{Cc}/u.test(text), 'a name has no control character');

const ruleSchema = z.strictObject(
  {
    groups: z.array(group, 'groups is a list').min(1, 'groups has at least one group'),
    applications: z
      .array(application, 'applications is a list')
      .min(1, 'applications has at least one name or pattern'),
    may: z
      .array(z.enum(RIGHTS, `a right is one of ${RIGHTS.join(', ')}`), 'may is a list')
      .min(1, 'may has at least one right'),
    catalogs: z.array(catalogName, 'catalogs is a list').optional(),
  },
  'a rule is an object with groups, applications and may',
);
const fileSchema = z.strictObject(
  { rules: z.array(ruleSchema, 'rules is a list') },
  'the file is an object with rules',
);

/** What some groups may do with some applications. */
export type AccessRule = z.infer<typeof ruleSchema>;

/** Reads the access file. Throws Error with a line for each mistake. */
export async function readAccessFile(bytes: Buffer): Promise<readonly AccessRule[]> {
  return (await readYamlFile(bytes, fileSchema, () => [])).rules;
}
