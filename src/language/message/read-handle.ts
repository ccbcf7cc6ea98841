/** Prefixes of integration handles: docs, monitors/notify and the pages of the integrations. */
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

/** Returns the kind of integration that a handle has as its prefix, or as its whole name; otherwise an empty text. */
export function handleKind(name: string): string {
  return HANDLE_KINDS.find((kind) => name === kind || name.startsWith(`${kind}-`)) ?? '';
}

const NAME = /(?:[\w.+-]+(?:@[\w.-]+)?)?/y;
const ARGUMENTS = /\([^()\n]*\)/y;
const WORD = /\w/;
const KIND_ALONE = /^(?:pagerduty|opsgenie)\b/;

/** Returns the part of a handle's name that starts at `from`. */
export function handleName(text: string, from: number): string {
  NAME.lastIndex = from;
  return NAME.exec(text)?.[0] ?? '';
}

/** Returns the name of a handle without a trailing full stop. */
export function withoutStop(name: string): string {
  let end = name.length;
  while (name[end - 1] === '.' || name[end - 1] === '-') end -= 1;
  return name.slice(0, end);
}

/** Returns the arguments of a workflow with their parentheses; empty if there are none. */
export function workflowArguments(text: string, name: string, from: number): string {
  if (!name.startsWith('workflow-')) return '';
  ARGUMENTS.lastIndex = from;
  return ARGUMENTS.exec(text)?.[0] ?? '';
}

/** Classifies an `@`: the start of a handle, directly after a word that prevents a handle, or part of something else. */
export function handleAt(text: string, at: number): 'handle' | 'glued' | 'none' {
  const before = text[at - 1] ?? ' ';
  if (before === '@' || before === '/') return 'none';
  if (!WORD.test(before)) return 'handle';
  // An email address has a domain, and an integration handle has none.
  const name = withoutStop(handleName(text, at + 1));
  return ofIntegration(name) && !name.includes('.') ? 'glued' : 'none';
}

/** Returns whether a name starts with the prefix of an integration. */
function ofIntegration(name: string): boolean {
  return KIND_ALONE.test(name) || HANDLE_KINDS.some((kind) => name.startsWith(`${kind}-`));
}
