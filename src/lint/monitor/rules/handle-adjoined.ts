import type { Handle } from '../../../language/message/message-syntax.ts';
import { HANDLE_KINDS } from '../../../language/message/read-handle.ts';
import type { Hit, Path } from '../../rule.ts';
import type { MonitorRule } from '../monitor-view.ts';

export const handleAdjoined: MonitorRule = {
  code: 'handle_adjoined',
  severity: 'warning',
  summary: 'Something stands right before or behind a handle, so that it may tell nobody.',
  bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
message: The load is high, ⟦@slack-ops-team⟧, look at once.
`,
  good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
message: The load is high, @slack-ops-team look at once.
`,
  check: ({ textParts }) =>
    textParts
      .values()
      .flatMap(({ path, part }) => (part.kind === 'handle' && isMeant(part) ? hitsOf(part, path) : [])),
};

/** Whether somebody is told for certain: by a mail, or through an integration. Else it may be a word of a program. */
function isMeant({ name, glued }: Handle): boolean {
  return (
    glued ||
    /^[^@\s]+@[^@\s]+\.\w+$/.test(name) ||
    HANDLE_KINDS.some((kind) => name === kind || name.startsWith(`${kind}-`))
  );
}

function hitsOf({ name, glued, behind, span }: Handle, path: Path): Hit[] {
  const blank = (at: number) => ({
    title: 'Put a blank between',
    edits: [{ path, span: { from: at, to: at }, text: ' ' }],
  });
  if (glued)
    return [
      {
        path,
        span,
        message: `Datadog reads no handle in the middle of a word: @${name} is not told.`,
        hint: 'Put a blank before the @.',
        fix: blank(span.from),
      },
    ];
  if (behind === '(')
    return [
      {
        path,
        span,
        message: `Datadog reads no handle with parentheses: @${name} is not told.`,
        hint: 'Write the name without them, or a blank before them.',
      },
    ];
  if (behind === '') return [];
  return [
    {
      path,
      span,
      message: `Datadog may take the "${behind}" for a part of the handle, and then tells nobody.`,
      hint: `Put a blank behind @${name}.`,
      fix: blank(span.to),
    },
  ];
}
