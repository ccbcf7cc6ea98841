import { newUuid, type Organisation } from '../organisation.ts';
import { CREATOR, KEY_OWNER } from '../people/key-owner.ts';
import type { RawObject } from '../raw-json.ts';

/** What was done to an object of the organisation. */
export interface Change {
  readonly action: 'created' | 'modified' | 'deleted';
  readonly asset: { readonly type: string; readonly id: string; readonly name: string };
  readonly before?: RawObject;
  readonly after?: RawObject;
}

/** The oldest events are forgotten beyond so many. */
const MOST = 10_000;
/** What events about an asset are named; others are named as their asset. */
const EVENT_NAMES: Readonly<Record<string, string>> = { monitor: 'Monitor', dashboard: 'Dashboard' };

/** Writes a change into the audit trail, where the organisation has one. */
export function recordAudit(organisation: Organisation, change: Change): void {
  if (!organisation.audit) return;
  const trail = organisation.collection('audit_events');
  const { action, asset, before, after } = change;
  const { name, email } = CREATOR;
  const id = newUuid();
  trail.put(id, {
    id,
    type: 'audit',
    attributes: {
      attributes: {
        action,
        evt: { name: EVENT_NAMES[asset.type] ?? asset.type, actor: { type: 'USER' } },
        asset: {
          ...asset,
          ...(before === undefined ? {} : { prev_value: before }),
          ...(after === undefined ? {} : { new_value: after }),
        },
        auth_method: 'API_AND_APP_KEY',
        usr: { id: email, uuid: KEY_OWNER.id, name, email },
      },
      message: `${email} ${action} the ${asset.type} ${asset.name}`,
      service: 'datadog',
      tags: ['source:datadog'],
      timestamp: new Date(organisation.now()).toISOString(),
    },
  });
  const [oldest] = trail.size > MOST ? trail.ids() : [];
  if (oldest !== undefined) trail.delete(oldest);
}
