import { compileAlert } from '../../alerts/compile.ts';
import { addAlertFindings } from '../../alerts/lint-alert.ts';
import { mergedAlert, withoutNulls } from '../../alerts/merge-alert.ts';
import { readAlert } from '../../alerts/read-back.ts';
import { alertSchema, parseAlert } from '../../contract/alert-schema.ts';
import { addCheck } from '../../contract/check.ts';
import type { Finding } from '../../domain/finding.ts';
import { Findings } from '../../domain/findings.ts';
import type { JsonObject } from '../../domain/json.ts';

/** A monitor after an update of its alert, with the findings about the alert, or only the findings if one is an error. */
export interface UpdatedAlert {
  readonly monitor: JsonObject | undefined;
  /** With pointers within the alert. */
  readonly findings: readonly Finding[];
}

/** What an update of an alert resets in the monitor: without the field, the alert has Datadog's default. */
const RESET: JsonObject = { priority: null, tags: [], draft_status: 'published' };

/**
 * Merges an update with the alert that a live monitor without markers reads back as. If the monitor cannot be expressed as an
 * alert, the update must be a whole alert, and what no alert expresses stays.
 */
export function updatedAlert(update: JsonObject, live: JsonObject): UpdatedAlert {
  const current = readAlert(live);
  const { lint = null, ...fields } = update;
  const merged = current ? mergedAlert(current, fields) : withoutNulls(fields);
  const findings = new Findings();
  addCheck(findings, alertSchema, merged, '');
  if (findings.size > 0) return { monitor: undefined, findings: current ? findings.list() : [notWhole()] };
  const alert = parseAlert(merged);
  addAlertFindings(findings, alert, lint ?? undefined, '');
  if (findings.errors > 0) return { monitor: undefined, findings: findings.list() };
  const monitor = compileAlert(alert);
  return { monitor: current ? { ...RESET, ...monitor } : monitor, findings: findings.list() };
}

function notWhole(): Finding {
  return {
    code: 'alert',
    severity: 'error',
    message: 'No alert expresses the monitor in Datadog, so the update must be a whole alert.',
    pointer: '',
    hint: 'Add the fields that are missing, such as "title", "signal" and "condition", or use /update_monitor.',
  };
}
