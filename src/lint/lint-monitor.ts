import type { Finding } from '../domain/finding.ts';
import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import { type Pointer, pointerTo } from '../domain/pointer.ts';
import { parseMessage } from '../language/message/parse-message.ts';
import { parseQuery } from '../language/query/parse-query.ts';
import type { MonitorView } from './monitor-rule.ts';
import { MONITOR_RULES } from './monitor-rules.ts';

/** Everything that the rules say of a monitor. `pointer` is where it stands in the body. */
export function lintMonitor(monitor: JsonObject, pointer: Pointer): Finding[] {
  const view = viewOf(monitor);
  if (!view) return [];
  return MONITOR_RULES.flatMap(({ code, severity, check }) =>
    check(view).map(({ path, span, message, hint }) => ({
      code,
      severity,
      message,
      pointer: pointerTo(pointer, ...path),
      ...(span === undefined ? {} : { at: span.from }),
      ...(hint === undefined ? {} : { hint }),
    })),
  );
}

/** A monitor without a type or query, as in an update of other members, is none of the rules' concern. */
function viewOf(monitor: JsonObject): MonitorView | undefined {
  const { type, query } = monitor;
  if (typeof type !== 'string' || typeof query !== 'string') return undefined;
  const options = objectAt(monitor['options']);
  const thresholds = objectAt(options['thresholds']);
  const text = monitor['message'];
  const message = typeof text === 'string' ? parseMessage(text) : undefined;
  return { monitor, type, query, parsed: parseQuery(type, query), message, options, thresholds };
}

function objectAt(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}
