import { createHash } from 'node:crypto';
import type { Request } from '../datadog/request.ts';
import type { RequestContext } from '../domain/caller.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Secret } from '../domain/secret.ts';
import type { Outbound } from '../runtime/outbound.ts';
import type { Notification } from './incident-states.ts';

/** A destination of notifications. */
export interface Receiver {
  readonly name: 'datadog_event' | 'webhook';
  /** Identifies the destination over all processes, without its secrets. */
  readonly id: string;
  /** Throws when the receiver does not accept the notification. */
  notify(notification: Notification, context: RequestContext): Promise<void>;
}

/** https://docs.datadoghq.com/api/latest/events/ : events of API v1 need the API key only. */
const EVENTS = '/api/v1/events';
const ALERT_TYPES = { begun: 'error', lasting: 'warning', ended: 'success' } as const;
const MAX_TEXT_CHARACTERS = 4000;
/** Datadog's limit on `aggregation_key`. */
const MAX_KEY_CHARACTERS = 100;
/** The address of a webhook is a secret, so a digest identifies it. */
const ID_CHARACTERS = 16;

/** Creates a receiver that posts Datadog events. All events of one incident share an aggregation key. */
export function datadogEvents(request: Request): Receiver {
  return {
    name: 'datadog_event',
    id: 'datadog_event',
    async notify(notification, context) {
      const { key, event, incident, scope, process, host } = notification;
      const body: JsonObject = {
        title: headline(notification),
        text: paragraphs(notification).slice(0, MAX_TEXT_CHARACTERS),
        alert_type: ALERT_TYPES[event],
        aggregation_key: `birddog:${key}`.slice(0, MAX_KEY_CHARACTERS),
        host,
        tags: ['service:birddog', `process:${process}`, `incident:${incident}`, `scope:${scope}`],
      };
      await request({ method: 'POST', path: EVENTS, route: EVENTS, body, apiKeyOnly: true }, context);
    },
  };
}

/** Creates a receiver that posts JSON to a webhook. Chat tools such as Slack and Mattermost display its `text` field. */
export function webhook(url: Secret, outbound: Outbound): Receiver {
  return {
    name: 'webhook',
    id: `webhook:${createHash('sha256').update(url.reveal()).digest('hex').slice(0, ID_CHARACTERS)}`,
    async notify(notification, { deadline }) {
      const { key, event, incident, about, detail, hint, since, at, scope, process, host } = notification;
      const body = {
        text: `${headline(notification)}\n${paragraphs(notification)}`,
        event,
        incident,
        about,
        detail,
        hint,
        since: new Date(since).toISOString(),
        at: new Date(at).toISOString(),
        process,
        host,
        scope,
        dedup_key: `birddog:${key}`,
      };
      const { status } = await outbound.send({
        method: 'POST',
        url: new URL(url.reveal()),
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
        deadline,
        maxBytes: 1024 * 1024,
      });
      if (status < 200 || status > 299) throw new Error(`the webhook answered with status ${status}`);
    },
  };
}

const WORDS = { begun: 'Incident', lasting: 'Incident continues', ended: 'Resolved' } as const;

function headline({ event, about, title, scope, process, host }: Notification): string {
  const affected = about === '' ? '' : ` (${about})`;
  const reporter = scope === 'process' ? `${process} on ${host}` : `(reported by ${process} on ${host})`;
  return `${WORDS[event]}: ${title}${affected} - birddog ${reporter}`;
}

function paragraphs({ event, detail, hint, since, at }: Notification): string {
  const start = new Date(since).toISOString();
  if (event === 'ended') return `${detail}\nIt lasted from ${start} to ${new Date(at).toISOString()}.`;
  return `${detail}\nSince ${start}. ${hint}`;
}
