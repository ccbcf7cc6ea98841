import { isOn } from '../option-values.ts';
import type { MonitorRule, MonitorView, RecipientsField } from '../monitor-view.ts';
import type { Violation } from '../../rule.ts';
import {
  INTO_ALERT,
  INTO_NO_DATA,
  INTO_OK,
  INTO_WARNING,
  type Transitions,
  transitionsWithin,
} from '../../../language/message/transitions.ts';

/** A status of a monitor, and whether the monitor is set up to have it. */
interface NotifiedStatus {
  readonly noun: string;
  readonly into: Transitions;
  readonly isSet: (view: MonitorView) => boolean;
  /** The block in a message, and the transition of an alert. */
  readonly when: string;
}

const ALERTS: NotifiedStatus = { noun: 'alerts', into: INTO_ALERT, isSet: () => true, when: 'alert' };
const MISSING_DATA: NotifiedStatus = {
  noun: 'missing data',
  into: INTO_NO_DATA,
  isSet: ({ options }) =>
    isOn(options['notify_no_data']) || options['on_missing_data'] === 'show_and_notify_no_data',
  when: 'no_data',
};
const STATUSES: readonly NotifiedStatus[] = [
  ALERTS,
  {
    noun: 'warnings',
    into: INTO_WARNING,
    isSet: ({ thresholds }) => thresholds['warning'] != null,
    when: 'warning',
  },
  MISSING_DATA,
];
const RECOVERY: NotifiedStatus = { noun: 'recovery', into: INTO_OK, isSet: () => true, when: 'recovery' };

/** How the finding is worded for the field that names the recipients. */
const WORDS: Readonly<
  Record<RecipientsField, { kind: string; field: string; addTo: (when: readonly string[]) => string }>
> = {
  message: {
    kind: 'monitor',
    field: 'the message',
    addTo: (when) =>
      `Add a recipient outside all blocks, or in ${when.map((one) => `{{#is_${one}}}`).join(' and ')}.`,
  },
  notify: {
    kind: 'alert',
    field: '"notify"',
    addTo: (when) => `Add ${when.map((one) => `"${one}"`).join(' and ')} to the "when" of a recipient.`,
  },
};

/** The rule about monitors whose notifications reach nobody. It applies to monitors that should notify somebody. */
export const NOTIFICATION_RULES: readonly MonitorRule[] = [
  {
    code: 'nobody_notified',
    severity: 'warning',
    highRateReason:
      'Published monitors name no recipients, because the team that uses them adds its own. In a document of a team, a monitor without recipients is a mistake that is noticed only when something breaks.',
    summary:
      'Nobody is notified of alerts, or of warnings or missing data for which the monitor has a setting.',
    bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
message: ⟦The load is high.⟧
`,
    good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
message: The load is high. @slack-ops-team
`,
    check: (view) => {
      const { monitor, whole, recipientsIn, templates, templateParts } = view;
      const isDraft = monitor['draft_status'] === 'draft';
      // An update without a message keeps the recipients.
      if (recipientsIn === undefined || isDraft || (!whole && monitor['message'] === undefined)) return [];
      if (templates.some(({ parsed }) => parsed.faults.length > 0)) return [];
      const handles = templateParts.filter(({ part }) => part.kind === 'handle');
      if (handles.length === 0) return [nobodyAtAll(view, recipientsIn)];
      const notified = handles.reduce((all, { within }) => all | transitionsWithin(within), 0);
      return nobodyFor(view, recipientsIn, notified);
    },
  },
];

function nobodyAtAll(view: MonitorView, recipientsIn: RecipientsField): Violation {
  const { kind, field } = WORDS[recipientsIn];
  return {
    ...placeOf(view),
    message: `Nobody is notified: the ${kind} names no recipient.`,
    hint: `Add a recipient such as @slack-CHANNEL to ${field}, or ignore this if a notification rule in Datadog has one.`,
  };
}

/** Returns the violation for the statuses that the monitor can have and of which no recipient is notified, if there are any. */
function nobodyFor(view: MonitorView, recipientsIn: RecipientsField, notified: Transitions): Violation[] {
  const isReached = ({ into }: NotifiedStatus): boolean => (notified & into) !== 0;
  // A monitor that is meant to notify of missing data needs no recipient of alerts.
  const onlyMissingData = MISSING_DATA.isSet(view) && isReached(MISSING_DATA);
  const missed = STATUSES.filter(
    (status) => status.isSet(view) && !isReached(status) && !(status === ALERTS && onlyMissingData),
  );
  if (missed.length === 0) return [];
  const reached = [...STATUSES, RECOVERY].filter(isReached).map(({ noun }) => noun);
  const only = missed[0] === ALERTS && reached.length > 0 ? `, only of ${reached.join(' and ')}` : '';
  return [
    {
      ...placeOf(view),
      message: `Nobody is notified of ${missed.map(({ noun }) => noun).join(' or ')}${only}.`,
      hint: WORDS[recipientsIn].addTo(missed.map(({ when }) => when)),
    },
  ];
}

/** Returns the place of the message. Without a message, the place is the name. */
function placeOf({ monitor }: MonitorView): Pick<Violation, 'path' | 'missing'> {
  if (monitor['message'] !== undefined) return { path: ['message'] };
  return { path: monitor['name'] === undefined ? [] : ['name'], missing: [['message']] };
}
