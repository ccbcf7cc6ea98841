import { newUuid, type Organisation } from '../organisation.ts';
import { CREATOR, KEY_OWNER } from '../people/key-owner.ts';
import type { RawObject } from '../raw-json.ts';

/** A change of an object of the organisation. */
export interface Change {
  readonly action: 'created' | 'modified' | 'deleted';
  readonly asset: { readonly type: string; readonly id: string; readonly name: string };
  readonly before?: RawObject;
  readonly after?: RawObject;
}

/** Beyond this number, the oldest events are deleted. */
const MAX_EVENTS = 10_000;
/** The names of events by type of asset; other events have the name of their asset type. */
const EVENT_NAMES = new Map(Object.entries({ monitor: 'Monitor', dashboard: 'Dashboard' }));

/** Adds a change to the audit trail, if the organisation has one. */
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
        evt: { name: EVENT_NAMES.get(asset.type) ?? asset.type, actor: { type: 'USER' } },
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
  const [oldest] = trail.size > MAX_EVENTS ? trail.ids() : [];
  if (oldest !== undefined) trail.delete(oldest);
}
