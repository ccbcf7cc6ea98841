import { alertsDashboard, type AlertOnDashboard, readShownAlert } from '../../dashboards/alerts-dashboard.ts';
import type { ShownAlert } from '../../dashboards/alert-widget.ts';
import type { JsonObject } from '../../domain/json.ts';
import { printJson } from '../../domain/json.ts';
import { tooLarge } from '../../domain/problem.ts';
import { checkTimeBudget } from '../../domain/time-budget.ts';
import { DOCUMENT_LIMITS, OBJECT_LIMITS } from '../../format/decoded.ts';
import type { Steps } from '../../domain/steps.ts';

/** Values of one widget of an alert, about. */
const VALUES_PER_ALERT = 50;
/** What is too large, in a sentence. */
const ONE = 'A dashboard that is generated from the alerts';
const ALL = 'All dashboards that are generated from the alerts together';

/** Generates the dashboards of one document. Reads its alerts once. */
export class GeneratedDashboards {
  readonly #owner: { readonly application: string; readonly team: string | undefined };
  readonly #shown = new Map<ShownAlert, AlertOnDashboard>();
  /** The size of all dashboards so far. A document may have many of them. */
  #bytes = 0;

  constructor(owner: { readonly application: string; readonly team: string | undefined }) {
    this.#owner = owner;
  }

  /**
   * Generates one dashboard from alerts of the document, with the fields that are written beside `from`. Throws `too_large`
   * if it, or all of them together, would be larger than an object or a document may be.
   */
  *dashboard(written: JsonObject, alerts: readonly ShownAlert[]): Steps<JsonObject> {
    const measured = alerts.length * VALUES_PER_ALERT;
    const { values: limit, bytes } = OBJECT_LIMITS;
    if (measured > limit) throw tooLarge({ unit: 'values', limit, measured }, ONE);
    const shown: AlertOnDashboard[] = [];
    for (const alert of alerts) {
      const known = this.#shown.get(alert);
      const read = known ?? readShownAlert(alert);
      shown.push(read);
      if (known) continue;
      this.#shown.set(alert, read);
      checkTimeBudget();
      yield;
    }
    const dashboard = alertsDashboard(this.#owner, shown, written);
    const size = Buffer.byteLength(printJson(dashboard));
    this.#bytes += size;
    if (size > bytes) throw tooLarge({ unit: 'bytes', limit: bytes, measured: size }, ONE);
    if (this.#bytes > DOCUMENT_LIMITS.bytes)
      throw tooLarge({ unit: 'bytes', limit: DOCUMENT_LIMITS.bytes, measured: this.#bytes }, ALL);
    return dashboard;
  }
}
