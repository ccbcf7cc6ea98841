import type { MonitorRule } from '../monitor-view.ts';
import { numericOf } from '../option-values.ts';
import { nearest } from '../../nearest.ts';
import { roleHits } from '../../restricted-roles.ts';

/** Not letters, digits or signs that tags keep: docs, getting_started/tagging. Wildcards and signs of handles pass too. */
const REPLACED = /[^\p{L}\p{N}_\-:./*@!#]/u;

const EVERY_REPLACED = /[^\p{L}\p{N}_\-:./*@!#]/gu;

/** How a tag begins: docs, getting_started/tagging. */
const BEGINS = /^\p{L}/u;

/** The number that both the older and the newer page allow: docs, monitors/configuration. */
const SAFE = 32;

const MOST = 80;

const KNOWN: readonly string[] = ['draft', 'published'];

/** The name, the tags, and who may edit. */
export const NAME_AND_TAG_RULES: readonly MonitorRule[] = [
  {
    code: 'name_empty',
    severity: 'warning',
    summary: 'The name is there, and empty.',
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
              message: 'Nobody can tell which monitor alerts: the name is what a notification begins with.',
              hint: 'Say in a few words what is wrong when it alerts.',
            },
          ]
        : [],
  },
  {
    code: 'blank_before_name',
    severity: 'warning',
    summary: 'The name begins with a blank.',
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
          message: 'The name begins with a blank: lists of monitors show it before all others.',
          hint: 'Take the blank out.',
          fix: { title: 'Take the blank out', edits: [{ path: ['name'], value: name.trim() }] },
        },
      ];
    },
  },
  {
    code: 'tag_characters',
    severity: 'warning',
    summary: 'A tag has a character that tags do not keep.',
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
        const found = typeof tag === 'string' ? REPLACED.exec(tag) : null;
        if (typeof tag !== 'string' || !found) return [];
        const meant = keptOf(tag);
        const span = { from: found.index, to: found.index + found[0].length };
        return [
          {
            path: ['tags', at],
            span,
            message: `Datadog replaces "${found[0]}" in tags by "_": rules, downtimes and searches that name this tag do not find the monitor.`,
            ...(meant === ''
              ? {}
              : {
                  hint: `Write ${meant}.`,
                  fix: { title: `Write ${meant}`, edits: [{ path: ['tags', at], value: meant }] },
                }),
          },
        ];
      }),
  },
  {
    code: 'tag_beginning',
    severity: 'warning',
    summary: 'A tag begins with no letter.',
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
        if (typeof tag !== 'string' || BEGINS.test(tag)) return [];
        return [
          {
            path: ['tags', at],
            message:
              'Tags of Datadog begin with a letter: searches and rules may not find the monitor by this one.',
            hint: 'Begin it with a letter.',
          },
        ];
      }),
  },
  {
    code: 'tag_twice',
    severity: 'warning',
    summary: 'The same tag is there twice.',
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
            message: 'The monitor has this tag already: one more of it does nothing.',
            hint: 'Leave it out.',
            fix: { title: 'Leave it out', edits: [{ path: ['tags', at], remove: true }] },
          },
        ];
      });
    },
  },
  {
    code: 'too_many_tags',
    severity: 'warning',
    summary: 'The monitor has more tags than Datadog surely takes.',
    bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
tags: [${tagsTo(SAFE)}, ⟦one:more⟧]
`,
    good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
tags: [${tagsTo(SAFE)}]
`,
    check: ({ monitor: { tags } }) =>
      Array.isArray(tags) && tags.length > SAFE
        ? [
            {
              path: ['tags', SAFE],
              message: `There are ${tags.length} tags: Datadog takes ${MOST} of a monitor at most, and only ${SAFE} by its older documentation.`,
              hint: `Keep the ${SAFE} that somebody searches by.`,
            },
          ]
        : [],
  },
  {
    code: 'invalid_priority',
    severity: 'error',
    summary: 'The priority is none of the five.',
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
          message: 'Datadog refuses the monitor: a priority is 1 (highest) to 5, or null.',
          ...(digit === undefined
            ? {}
            : {
                hint: `Write ${digit}.`,
                fix: { title: `Write ${digit}`, edits: [{ path: ['priority'], value: Number(digit) }] },
              }),
        },
      ];
    },
  },
  {
    code: 'priority_zero',
    severity: 'warning',
    summary: 'The priority is 0, which is none.',
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
              message: 'The monitor gets no priority: Datadog stores 0 as null.',
              hint: 'Write 1 for the highest, or leave it out for none.',
              fix: { title: 'Leave priority out', edits: [{ path: ['priority'], remove: true }] },
            },
          ]
        : [],
  },
  {
    code: 'invalid_draft_status',
    severity: 'error',
    summary: 'A monitor is a draft, or it is published.',
    bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
draft_status: ⟦publish⟧
`,
    good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
draft_status: published
`,
    check: ({ monitor: { draft_status: status } }) => {
      if (status == null || (typeof status === 'string' && KNOWN.includes(status))) return [];
      const meant = typeof status === 'string' ? nearest(status, KNOWN) : undefined;
      return [
        {
          path: ['draft_status'],
          message: `Datadog refuses the monitor: draft_status is ${KNOWN.join(' or ')}.`,
          hint: 'A draft notifies nobody.',
          ...(meant === undefined
            ? {}
            : { fix: { title: `Write ${meant}`, edits: [{ path: ['draft_status'], value: meant }] } }),
        },
      ];
    },
  },
  {
    code: 'monitor_role',
    severity: 'warning',
    summary: 'A role that may edit the monitor is named by something else than its id.',
    bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
restricted_roles: [⟦Admin⟧]
`,
    good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
restricted_roles: [9b3b0f2e-3ce0-11f1-b986-da7ad0900005]
`,
    check: ({ monitor }) => roleHits(monitor),
  },
];

/** The tag without blanks around its parts, and with underscores for what tags do not keep. */
function keptOf(tag: string): string {
  return tag
    .split(':')
    .map((part) => part.trim().replace(EVERY_REPLACED, '_'))
    .join(':');
}

function tagsTo(count: number): string {
  return Array.from({ length: count }, (_, at) => `tag:${at}`).join(', ');
}
