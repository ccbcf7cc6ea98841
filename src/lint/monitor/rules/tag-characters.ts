import type { MonitorRule } from '../monitor-view.ts';

/** Not letters, digits or signs that tags keep: docs, getting_started/tagging. Wildcards and signs of handles pass too. */
const REPLACED = /[^\p{L}\p{N}_\-:./*@!#]/u;
const EVERY_REPLACED = /[^\p{L}\p{N}_\-:./*@!#]/gu;

export const tagCharacters: MonitorRule = {
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
};

/** The tag without blanks around its parts, and with underscores for what tags do not keep. */
function keptOf(tag: string): string {
  return tag
    .split(':')
    .map((part) => part.trim().replace(EVERY_REPLACED, '_'))
    .join(':');
}
