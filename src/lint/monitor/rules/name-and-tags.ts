import type { MonitorRule } from '../monitor-view.ts';
import { numericOf } from '../option-values.ts';
import { nearest } from '../../nearest.ts';
import { roleViolations } from '../../restricted-roles.ts';

/** Characters that Datadog replaces in tags: Datadog docs, getting_started/tagging. Wildcards and characters of handles are allowed too. */
const REPLACED_CHARACTER = /[^\p{L}\p{N}_\-:./*@!#]/u;

const REPLACED_CHARACTERS = /[^\p{L}\p{N}_\-:./*@!#]/gu;

/** A tag starts with a letter: Datadog docs, getting_started/tagging. */
/** Longer tags are cut by Datadog. */
const MAX_TAG_LENGTH = 200;
const STARTS_WITH_LETTER = /^\p{L}/u;

/** The older page allows 32 tags, the newer one 80: Datadog docs, monitors/configuration. */
const MAX_TAGS_OLDER_PAGE = 32;

const MAX_TAGS = 80;

const DRAFT_STATUSES: readonly string[] = ['draft', 'published'];

/** Rules about the name, the tags and the roles of a monitor. */
export const NAME_AND_TAG_RULES: readonly MonitorRule[] = [
  {
    code: 'name_empty',
    severity: 'warning',
    summary: 'The name is empty.',
    bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
name: ⟦""⟧
`,
    good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
name: Load is high
`,
    check: ({ monitor: { name } }) =>
      typeof name === 'string' && name.trim() === ''
        ? [
            {
              path: ['name'],
              message: 'The name is empty, so notifications do not show which monitor alerts.',
              hint: 'Describe in a few words what is wrong when the monitor alerts.',
            },
          ]
        : [],
  },
  {
    code: 'blank_before_name',
    severity: 'warning',
    summary: 'The name starts with a space.',
    bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
name: ⟦" Load is high"⟧
`,
    good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
name: Load is high
`,
    check: ({ monitor: { name } }) => {
      if (typeof name !== 'string' || name.trimStart() === name || name.trim() === '') return [];
      return [
        {
          path: ['name'],
          message: 'The name starts with a space, so lists of monitors show it before all others.',
          hint: 'Remove the space.',
          fix: { title: 'Remove the space', edits: [{ path: ['name'], value: name.trim() }] },
        },
      ];
    },
  },
  {
    code: 'tag_characters',
    severity: 'warning',
    summary: 'A tag contains a character that Datadog replaces.',
    bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
tags: ["team:⟦ ⟧web shop"]
`,
    good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
tags: ["team:web_shop"]
`,
    check: ({ monitor: { tags } }) =>
      (Array.isArray(tags) ? tags : []).values().flatMap((tag, at) => {
        const found = typeof tag === 'string' ? REPLACED_CHARACTER.exec(tag) : null;
        if (typeof tag !== 'string' || !found) return [];
        const meant = storedTag(tag);
        const span = { from: found.index, to: found.index + found[0].length };
        return [
          {
            path: ['tags', at],
            span,
            message: `Datadog replaces "${found[0]}" in tags with "_", so downtimes and searches for this tag do not find the monitor.`,
            ...(meant === ''
              ? {}
              : {
                  hint: `Use ${meant}.`,
                  fix: { title: `Change to ${meant}`, edits: [{ path: ['tags', at], value: meant }] },
                }),
          },
        ];
      }),
  },
  {
    code: 'tag_beginning',
    severity: 'warning',
    summary: 'A tag does not start with a letter.',
    bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
tags: [⟦"9to5:true"⟧]
`,
    good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
tags: ["office_hours:true"]
`,
    check: ({ monitor: { tags } }) =>
      (Array.isArray(tags) ? tags : []).values().flatMap((tag, at) => {
        if (typeof tag !== 'string' || STARTS_WITH_LETTER.test(tag)) return [];
        return [
          {
            path: ['tags', at],
            message:
              'Tags must start with a letter: searches and downtimes may not find the monitor by this tag.',
            hint: 'Start the tag with a letter.',
          },
        ];
      }),
  },
  {
    code: 'tag_length',
    severity: 'warning',
    summary: 'A tag is longer than 200 characters.',
    bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
tags: [⟦"team:${'a'.repeat(200)}"⟧]
`,
    good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
tags: ["team:web"]
`,
    check: ({ monitor: { tags } }) =>
      (Array.isArray(tags) ? tags : []).values().flatMap((tag, at) => {
        if (typeof tag !== 'string' || tag.length <= MAX_TAG_LENGTH) return [];
        return [
          {
            path: ['tags', at],
            message: `The tag has ${tag.length} characters, and Datadog keeps ${MAX_TAG_LENGTH} of them.`,
            hint: 'Shorten the tag.',
          },
        ];
      }),
  },
  {
    code: 'tag_twice',
    severity: 'warning',
    summary: 'Duplicate tag.',
    bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
tags: [team:web, env:prod, ⟦team:web⟧]
`,
    good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
tags: [team:web, env:prod]
`,
    check: ({ monitor: { tags } }) => {
      const seen = new Set<unknown>();
      return (Array.isArray(tags) ? tags : []).values().flatMap((tag, at) => {
        if (!seen.has(tag)) {
          seen.add(tag);
          return [];
        }
        return [
          {
            path: ['tags', at],
            message: 'Duplicate tag: the monitor already has it.',
            hint: 'Remove it.',
            fix: { title: 'Remove it', edits: [{ path: ['tags', at], remove: true }] },
          },
        ];
      });
    },
  },
  {
    code: 'too_many_tags',
    severity: 'warning',
    summary: 'The monitor may have too many tags.',
    bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
tags: [${exampleTags(MAX_TAGS_OLDER_PAGE)}, ⟦one:more⟧]
`,
    good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
tags: [${exampleTags(MAX_TAGS_OLDER_PAGE)}]
`,
    check: ({ monitor: { tags } }) =>
      Array.isArray(tags) && tags.length > MAX_TAGS_OLDER_PAGE
        ? [
            {
              path: ['tags', MAX_TAGS_OLDER_PAGE],
              message: `The monitor has ${tags.length} tags. The maximum is ${MAX_TAGS}, or ${MAX_TAGS_OLDER_PAGE} according to older documentation.`,
              hint: `Keep the ${MAX_TAGS_OLDER_PAGE} tags that are used in searches.`,
            },
          ]
        : [],
  },
  {
    code: 'invalid_priority',
    severity: 'error',
    summary: 'The priority is not a number from 1 to 5.',
    bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
priority: ⟦6⟧
`,
    good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
priority: 5
`,
    check: ({ monitor: { priority } }) => {
      if (priority == null) return [];
      const number = numericOf(priority);
      if (number !== undefined && Number.isInteger(number) && number >= 0 && number <= 5) return [];
      const [, digit] = (typeof priority === 'string' ? /^p([1-5])$/i.exec(priority.trim()) : null) ?? [];
      return [
        {
          path: ['priority'],
          message: 'Datadog rejects the monitor: the priority must be 1 (highest) to 5, or null.',
          ...(digit === undefined
            ? {}
            : {
                hint: `Use ${digit}.`,
                fix: { title: `Change to ${digit}`, edits: [{ path: ['priority'], value: Number(digit) }] },
              }),
        },
      ];
    },
  },
  {
    code: 'priority_zero',
    severity: 'warning',
    summary: 'The priority is 0.',
    bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
priority: ⟦0⟧
`,
    good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
priority: 1
`,
    check: ({ monitor: { priority } }) =>
      numericOf(priority) === 0
        ? [
            {
              path: ['priority'],
              message: 'The monitor has no priority: Datadog stores 0 as null.',
              hint: 'Use 1 for the highest priority, or remove the field.',
              fix: { title: 'Remove priority', edits: [{ path: ['priority'], remove: true }] },
            },
          ]
        : [],
  },
  {
    code: 'invalid_draft_status',
    severity: 'error',
    summary: 'The draft status is invalid.',
    bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
draft_status: ⟦publish⟧
`,
    good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
draft_status: published
`,
    check: ({ monitor: { draft_status: status } }) => {
      if (status == null || (typeof status === 'string' && DRAFT_STATUSES.includes(status))) return [];
      const meant = typeof status === 'string' ? nearest(status, DRAFT_STATUSES) : undefined;
      return [
        {
          path: ['draft_status'],
          message: `Datadog rejects the monitor: draft_status must be ${DRAFT_STATUSES.join(' or ')}.`,
          hint: 'A draft notifies nobody.',
          ...(meant === undefined
            ? {}
            : { fix: { title: `Change to ${meant}`, edits: [{ path: ['draft_status'], value: meant }] } }),
        },
      ];
    },
  },
  {
    code: 'monitor_role',
    severity: 'warning',
    summary: '`restricted_roles` of the monitor contains a value that is not a role id.',
    bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
restricted_roles: [⟦Admin⟧]
`,
    good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
restricted_roles: [9b3b0f2e-3ce0-11f1-b986-da7ad0900005]
`,
    check: ({ monitor }) => roleViolations(monitor),
  },
];

/** Returns the tag as Datadog stores it: without spaces around its parts, and with underscores for invalid characters. */
function storedTag(tag: string): string {
  return tag
    .split(':')
    .map((part) => part.trim().replace(REPLACED_CHARACTERS, '_'))
    .join(':');
}

function exampleTags(count: number): string {
  return Array.from({ length: count }, (_, at) => `tag:${at}`).join(', ');
}
