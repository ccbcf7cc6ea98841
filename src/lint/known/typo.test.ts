import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../../domain/json.ts';
import { lintDashboard } from '../dashboard/lint-dashboard.ts';
import { WIDGET_TYPES } from '../dashboard/widget-schema.ts';
import { lintMonitor } from '../monitor/lint-monitor.ts';
import { OPTION_TYPES } from '../monitor/monitor-options.ts';
import { MONITOR_TYPES } from '../monitor/monitor-types.ts';

const MONITOR = { type: 'query alert', query: 'avg(last_5m):avg:system.load.1{*} > 2', name: 'n' };

/** Returns the severity, code and hint of the finding about a name or value that is not known. */
function unknownIn(object: JsonObject): string[] {
  const found = 'widgets' in object ? lintDashboard(object, '') : lintMonitor(object, '');
  return found
    .filter(({ code }) => /^(?:unknown_|misspelt_|widget_field_value)/.test(code))
    .map(({ severity, code, hint = '' }) => `${severity} ${code} ${hint}`.trim());
}

const monitor = (more: JsonObject) => unknownIn({ ...MONITOR, ...more });
const widget = (definition: JsonObject) =>
  unknownIn({ title: 't', layout_type: 'ordered', widgets: [{ definition }] });
const schedule = (scheduling_options: JsonObject) => monitor({ options: { scheduling_options } });
const NOTE = { type: 'note', content: 'All is well.' };

describe('an unknown name or value within two edits of a known one', () => {
  for (const [found, expected] of [
    [monitor({ type: 'qurey alert' }), 'error unknown_type Did you mean query alert?'],
    [monitor({ type: 'Query-Alert' }), 'error unknown_type Did you mean query alert?'],
    [monitor({ mesage: 'm' }), 'error unknown_field Did you mean message?'],
    [
      monitor({ options: { notfy_nodata: true } }),
      'error unknown_option Did you mean options.notify_no_data?',
    ],
    [monitor({ options: { thresholds: { critcal: 2 } } }), 'error unknown_threshold Did you mean critical?'],
    [
      monitor({ options: { threshold_windows: { triger_window: 'last_5m' } } }),
      'error unknown_option Did you mean options.threshold_windows.trigger_window?',
    ],
    [
      schedule({ evaluation_windw: {} }),
      'error unknown_option Did you mean options.scheduling_options.evaluation_window?',
    ],
    [
      schedule({ evaluation_window: { hours_starts: 5 } }),
      'error unknown_option Did you mean options.scheduling_options.evaluation_window.hour_starts?',
    ],
    [
      schedule({ custom_schedule: { recurrences: [{ rrule: 'FREQ=DAILY', timzone: 'UTC' }] } }),
      'error unknown_option Did you mean options.scheduling_options.custom_schedule.recurrences.0.timezone?',
    ],
    [widget({ ...NOTE, type: 'noet' }), 'error unknown_widget_type Did you mean note?'],
    [widget({ ...NOTE, backgrond_color: 'red' }), 'error misspelt_member Did you mean background_color?'],
    [widget({ ...NOTE, text_align: 'centre' }), 'error unknown_choice Did you mean center?'],
  ] as const)
    it(`is an error with a suggestion: ${expected}`, () => assert.deepEqual(found, [expected]));
});

describe('any other unknown name or value', () => {
  for (const [why, found, expected] of [
    ['it is like no known type', monitor({ type: 'a future alert' }), 'warning unknown_type'],
    ['a number differs', monitor({ type: 'event-v3 alert' }), /^warning unknown_type/],
    ['the word that differs has three letters', monitor({ type: 'foo alert' }), /^warning unknown_type/],
    ['it is like no known option', monitor({ options: { colour: 1 } }), 'warning unknown_option'],
    [
      'a threshold among the options is another mistake',
      monitor({ options: { critical: 2 } }),
      'warning unknown_option Did you mean options.thresholds.critical?',
    ],
    ['it is like no known widget type', widget({ type: 'wheel' }), 'warning unknown_widget_type'],
    ['three letters are like too many words', widget({ type: 'sol' }), /^warning unknown_widget_type/],
    [
      'it is like no known field of a schedule',
      schedule({ evaluation_window: { quarter_starts: 1 } }),
      'warning unknown_option',
    ],
  ] as const)
    it(`is a warning, because Datadog may know it: ${why}`, () => {
      assert.equal(found.length, 1);
      if (typeof expected === 'string') assert.deepEqual(found, [expected]);
      else assert.match(found[0] ?? '', expected);
    });

  it('is no finding if it is known', () => {
    assert.deepEqual(monitor({ options: { silenced: {}, device_ids: [] } }), []);
    assert.deepEqual(
      schedule({ custom_schedule: { recurrences: [{ rrule: 'FREQ=DAILY', start: '', timezone: 'UTC' }] } }),
      [],
    );
  });
});

it('each known name without one of the letters of a long word is an error', () => {
  const without = (name: string) => name.replace(/[a-z]{5,}/, (word) => word.slice(0, 2) + word.slice(3));
  const tables: [known: Iterable<string>, lint: (name: string) => string[]][] = [
    [MONITOR_TYPES, (type) => monitor({ type })],
    [WIDGET_TYPES, (type) => widget({ type })],
    [OPTION_TYPES.keys(), (name) => monitor({ options: { [name]: null } })],
  ];
  for (const [known, lint] of tables)
    for (const name of new Set([...known].map((one) => [one, without(one)] as const)))
      if (name[0] !== name[1]) assert.match(lint(name[1])[0] ?? '', /^error .* Did you mean /, name[1]);
});
