import { type JsonObject, own } from '../../domain/json.ts';
import type { Pointer } from '../../domain/pointer.ts';
import type { Alert } from '../alert.ts';
import { type Field, hasQuery, optionsOf } from './field.ts';
import { withoutIneffective } from './ineffective.ts';

/** The options that the signal and the condition compile to. */
const MEASURED: ReadonlyMap<string, string> = new Map([
  ['thresholds', 'condition'],
  ['threshold_windows', 'condition.anomaly'],
  ['require_full_window', 'condition.full_window'],
  ['variables', 'signal'],
]);

/** Returns the row of the options that no other field covers. */
export function optionsField(fields: readonly Field[], covered: ReadonlyMap<string, Pointer>): Field {
  /** Returns the field that covers an option of an alert, or undefined if none does. */
  function fieldOf(name: string, alert: Alert): string | undefined {
    const pointer = covered.get(name);
    if (pointer !== undefined) return pointer.slice(1).replaceAll('/', '.');
    return hasQuery(alert) ? undefined : MEASURED.get(name);
  }

  function uncovered(options: JsonObject, alert: Alert): { options?: JsonObject } {
    const left = Object.entries(options).filter(([name]) => fieldOf(name, alert) === undefined);
    return left.length === 0 ? {} : { options: Object.fromEntries(left) };
  }

  return {
    name: 'options',
    options: {},
    compile: ({ options }) => (options === undefined ? {} : { options }),
    read: (monitor, alert) => uncovered(optionsOf(monitor), alert),
    canonical(alert, type) {
      const { options = {}, new_groups: newGroups, signal } = alert;
      const delays: JsonObject = newGroups === undefined ? {} : { new_group_delay: newGroups };
      // The limit of a whole query needs no threshold.
      const query = hasQuery(alert) ? { query: own(signal, 'query') ?? '' } : {};
      const monitor = { type, ...query, options: { ...options, ...delays } };
      return uncovered(optionsOf(withoutIneffective(monitor)), alert);
    },
    check(alert, report, { type }) {
      const { options = {} } = alert;
      for (const name of Object.keys(options)) {
        const field = fieldOf(name, alert);
        if (field === undefined) continue;
        const row = fields.find((one) => Object.hasOwn(one.options, name));
        const read = row?.read(withoutIneffective({ type, options }), alert);
        const written = Object.entries(read ?? {}).map(([of, value]) => `${of}: ${JSON.stringify(value)}`);
        report(
          ['options', name],
          `The field "${field}" of the alert covers the option "${name}".`,
          written.length > 0 ? `Write ${written.join(', ')} instead.` : `Use "${field}" instead.`,
        );
      }
    },
  };
}
