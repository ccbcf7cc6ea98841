import type { Notice } from './notices.ts';

/** A tag of a template such as `{{#is_match "a" "b"}}`, `{{/is_match}}` and `{{else}}`, or the text between. */
const PART = /\{\{([^{}]*)\}\}|[^{]+|\{/g;
const NAME = /\w+/;
const ARGUMENT = /"([^"]*)"/g;
const HANDLE = /(?<![\w.@])@\w[\w.+@-]*/g;

/** Returns the recipients of a notice, with `@`: those outside all blocks and those in blocks that are true. */
export function recipientsOf(message: string, notice: Notice, tags: readonly string[]): string[] {
  const open: boolean[] = [];
  const found: string[] = [];
  for (const [text, tag] of message.matchAll(PART)) {
    const inner = tag?.trim() ?? '';
    const mark = inner.charAt(0);
    if (mark === '/') open.pop();
    else if (mark === '#' || mark === '^') {
      const args = [...inner.matchAll(ARGUMENT)].map(([, arg = '']) => arg);
      open.push((mark === '#') === isTrue(NAME.exec(inner)?.[0] ?? '', args, notice, tags));
    } else if (inner === 'else') open.push(open.pop() === false);
    else if (open.every(Boolean)) for (const handle of handlesIn(text)) found.push(handle);
  }
  return [...new Set(found)].toSorted();
}

function handlesIn(text: string): string[] {
  return [...text.matchAll(HANDLE)].map(([handle]) => withoutPunctuation(handle));
}

function withoutPunctuation(handle: string): string {
  let end = handle.length;
  while ('.@-'.includes(handle.charAt(end - 1))) end -= 1;
  return handle.slice(0, end);
}

function isTrue(
  name: string,
  args: readonly string[],
  { kind, from, to }: Notice,
  tags: readonly string[],
): boolean {
  const [key = '', ...wanted] = args;
  const value = tags.find((tag) => tag.startsWith(`${key.replace(/\.name$/, '')}:`));
  const tagValue = value?.slice(value.indexOf(':') + 1);
  const recovers = to === 'OK' && from !== 'OK';
  switch (name) {
    case 'is_alert':
      return to === 'Alert';
    case 'is_warning':
      return to === 'Warn';
    case 'is_no_data':
      return to === 'No Data';
    case 'is_recovery':
      return recovers;
    case 'is_alert_recovery':
      return from === 'Alert' && (recovers || to === 'Warn');
    case 'is_warning_recovery':
      return from === 'Warn' && recovers;
    case 'is_no_data_recovery':
      return from === 'No Data' && to !== 'No Data';
    case 'is_alert_to_warning':
      return from === 'Alert' && to === 'Warn';
    case 'is_renotify':
      return kind === 'renotification';
    case 'is_match':
      return wanted.some((one) => tagValue?.includes(one));
    case 'is_exact_match':
      return wanted.some((one) => tagValue === one);
    default:
      return false;
  }
}
