import { own } from '../../domain/json.ts';
import type { Alert } from '../alert.ts';
import { namesInHint } from '../kinds.ts';
import { readMessage, recipientsOf, transitionsOf, writeMessage } from '../notification.ts';
import { type Field, hasQuery, isWhole, type Report } from './field.ts';
import { notifiesNoData } from './no-data.ts';
import type { Notify } from './schemas.ts';

const HANDLE = /^@[^\s{},]+$/;
/** A tag key. */
const TAG_KEY = /^[A-Za-z@][\w.\-/:@]{0,199}$/;
/** A tag value. Quotes and braces would end it. */
const TAG_VALUE = /^[^"{}\n\r]*$/;
const RUNBOOK = /^https?:\/\/\S+$/;

/** The message, the runbook and the recipients. They are one text in Datadog. */
export const MESSAGE: Field = {
  name: 'message',
  options: {},
  compile: (alert) => ({ message: writeMessage(alert) }),
  read: (monitor, alert) => readMessage(textIn(own(monitor, 'message')), alert),
  canonical: (alert) => readMessage(writeMessage(alert), alert),
  check(alert, report, { by }) {
    if (alert.runbook !== undefined && !RUNBOOK.test(alert.runbook))
      report(['runbook'], 'A runbook is a URL that begins with http:// or https://.');
    const groups = by && { keys: new Set(by), hint: `The groups are ${namesInHint(by)}.` };
    for (const [at, entry] of (alert.notify ?? []).entries()) {
      checkRecipients(entry, at, report);
      if (typeof entry !== 'string') checkGroups(entry.if ?? {}, ['notify', at, 'if'], report, groups);
      checkTransitions(entry, at, alert, report);
    }
  },
};

function textIn(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function checkRecipients(entry: string | Notify, at: number, report: Report): void {
  const path = typeof entry === 'string' ? ['notify', at] : ['notify', at, 'to'];
  const isListed = typeof entry !== 'string' && typeof entry.to !== 'string';
  for (const [n, handle] of recipientsOf(entry).entries()) {
    if (!HANDLE.test(handle)) {
      report(
        isListed ? [...path, n] : path,
        `"${handle}" is not a valid recipient.`,
        'A recipient begins with @ and contains no spaces: @slack-payments.',
      );
    }
  }
}

function checkGroups(
  conditions: NonNullable<Notify['if']>,
  path: readonly (string | number)[],
  report: Report,
  groups: { readonly keys: ReadonlySet<string>; readonly hint: string } | undefined,
): void {
  for (const [tag, values] of Object.entries(conditions)) {
    if (!TAG_KEY.test(tag)) report([...path, tag], `"${tag}" is not a valid tag key.`);
    else if (groups && !groups.keys.has(tag)) {
      report(
        [...path, tag],
        `The alert has no groups by "${tag}", so these recipients are never notified.`,
        groups.keys.size === 0 ? `Add by: [${tag}] to the signal.` : groups.hint,
      );
    }
    for (const value of [values].flat()) {
      if (!TAG_VALUE.test(value))
        report([...path, tag], 'A tag value cannot contain quotes, braces or line breaks.');
    }
  }
}

function checkTransitions(entry: string | Notify, at: number, alert: Alert, report: Report): void {
  const { condition } = alert;
  const isDefault = typeof entry === 'string' || entry.when === undefined;
  const transitions = transitionsOf(entry, alert);
  if (Object.hasOwn(condition, 'warn') && isDefault) {
    report(
      ['notify', at],
      'These recipients are notified of warnings too. Before this release, only of alert and recovery.',
      'To notify them of alert and recovery only, add when: [alert, recovery].',
      'info',
      'default_changed',
    );
  }
  if (transitions.includes('warning') && isMissing(alert, 'warn')) {
    report(
      ['notify', at, 'when'],
      'This warning notification is never sent: the condition has no "warn".',
      'Add "warn" to the condition, or remove "warning" here.',
      'warning',
    );
  }
  if (transitions.includes('unknown') && isMissing(alert, 'unknown')) {
    report(
      ['notify', at, 'when'],
      'This notification is never sent: the condition has no "unknown".',
      'Add "unknown" to the condition of a check, or remove "unknown" here.',
      'warning',
    );
  }
  if (transitions.includes('no_data') && !notifiesNoData(alert) && !hasQuery(alert)) {
    report(
      ['notify', at, 'when'],
      'This notification of missing data is never sent. Before this release, "no_data" here turned it on.',
      'Add no_data: {then: notify}, or remove "no_data" here.',
      'warning',
      'default_changed',
    );
  }
}

/** Returns whether the condition lacks a threshold. A combination or a query has the states of Datadog's monitors. */
function isMissing({ signal, condition }: Alert, name: string): boolean {
  return !Object.hasOwn(condition, name) && !isWhole(signal);
}
