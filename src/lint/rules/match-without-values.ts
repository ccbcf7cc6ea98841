import { allParts } from '../../language/message/parse-message.ts';
import type { MonitorRule } from '../monitor-rule.ts';

const MATCHES = ['is_match', 'is_exact_match'];

/** A comparison in the message lacks what it compares, or with what. */
export const matchWithoutValues: MonitorRule = {
  code: 'match_without_values',
  severity: 'error',
  check: ({ message }) =>
    [...allParts(message?.parts ?? [])].flatMap((part) => {
      if (part.kind !== 'block' || !MATCHES.includes(part.name) || part.args.length > 1) return [];
      return [
        {
          path: ['message'],
          span: part.span,
          message: `{{#${part.name}}} compares nothing: it needs a variable and a text to look for.`,
          hint: `Write {{#${part.name} "host.name" "web"}}.`,
        },
      ];
    }),
};
