import type { JsonObject } from '../domain/json.ts';
import type { Alert } from './alert.ts';
import { compileQuery } from './compile-query.ts';
import { optionsOf } from './fields/field.ts';
import { FIELDS } from './fields/fields.ts';

/** Compiles an alert without error findings to a monitor that contains exactly what the alert defines. */
export function compileAlert(alert: Alert): JsonObject {
  const { title } = alert;
  const { type, query, options } = compileQuery(alert);
  const fields = FIELDS.map((field) => field.compile(alert, type));
  return {
    type,
    ...(title === undefined ? {} : { name: title }),
    query,
    ...Object.assign({}, ...fields),
    options: Object.assign({}, options, ...fields.map(optionsOf)),
  };
}
