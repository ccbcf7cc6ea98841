/** What Datadog's integrations begin their handles with: docs, monitors/notify and the pages of the integrations. */
export const HANDLE_KINDS: readonly string[] = [
  'slack',
  'pagerduty',
  'opsgenie',
  'webhook',
  'teams',
  'team',
  'oncall',
  'jira',
  'sns',
  'case',
  'workflow',
  'servicenow',
  'victorops',
  'hangouts',
  'hipchat',
];

const NAME = /(?:[\w.+-]+(?:@[\w.-]+)?)?/y;
const ARGUMENTS = /\([^()\n]*\)/y;
const WORD = /\w/;
const KIND_ALONE = /^(?:pagerduty|opsgenie)\b/;

/** A stretch of a handle's name that begins at `from`. */
export function handleName(text: string, from: number): string {
  NAME.lastIndex = from;
  return NAME.exec(text)?.[0] ?? '';
}

/** A handle's name without the full stop behind it. */
export function withoutStop(name: string): string {
  let end = name.length;
  while (name[end - 1] === '.' || name[end - 1] === '-') end -= 1;
  return name.slice(0, end);
}

/** The arguments of a workflow, in their parentheses; empty where there are none. */
export function workflowArguments(text: string, name: string, from: number): string {
  if (!name.startsWith('workflow-')) return '';
  ARGUMENTS.lastIndex = from;
  return ARGUMENTS.exec(text)?.[0] ?? '';
}

/** How an `@` stands: as the beginning of a handle, right behind a word that keeps it from being one, or as a part of something else. */
export function handleAt(text: string, at: number): 'handle' | 'glued' | 'none' {
  const before = text[at - 1] ?? ' ';
  if (before === '@' || before === '/') return 'none';
  if (!WORD.test(before)) return 'handle';
  // A mail address in a sentence has a domain; a handle of an integration has none.
  const name = withoutStop(handleName(text, at + 1));
  return ofIntegration(name) && !name.includes('.') ? 'glued' : 'none';
}

/** Whether a name begins as the handle of an integration does. */
function ofIntegration(name: string): boolean {
  return KIND_ALONE.test(name) || HANDLE_KINDS.some((kind) => name.startsWith(`${kind}-`));
}
