import type { Request } from '../datadog/request.ts';
import type { RequestContext } from '../domain/caller.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Secret } from '../domain/secret.ts';
import type { Outbound } from '../runtime/outbound.ts';
import type { News } from './incident-states.ts';
import { INCIDENTS } from './incidents.ts';

/** Somebody who is told. */
export interface Receiver {
  readonly name: 'datadog_event' | 'webhook';
  /** Throws where it did not arrive. */
  tell(news: News, context: RequestContext): Promise<void>;
}

/** Which process speaks, and where it runs. */
export interface Speaker {
  readonly process: string;
  readonly host: string;
}

/** https://docs.datadoghq.com/api/latest/events/ : the first API's events need the API key alone. */
const EVENTS = '/api/v1/events';
const ALERT_TYPES = { begun: 'error', lasting: 'warning', ended: 'success' } as const;
const MOST_TEXT = 4000;
/** What Datadog allows of a key by which events are held together, in characters. */
const MOST_KEY = 100;

/** An event in Datadog; those of one trouble of one process are held together. */
export function datadogEvents(request: Request, speaker: Speaker): Receiver {
  return {
    name: 'datadog_event',
    async tell(news, context) {
      const body: JsonObject = {
        title: headline(news, speaker),
        text: paragraphs(news).slice(0, MOST_TEXT),
        alert_type: ALERT_TYPES[news.event],
        aggregation_key: `birddog:${speaker.process}:${speaker.host}:${news.key}`.slice(0, MOST_KEY),
        host: speaker.host,
        tags: ['service:birddog', `process:${speaker.process}`, `incident:${news.incident}`],
      };
      await request({ method: 'POST', path: EVENTS, route: EVENTS, body, apiKeyAlone: true }, context);
    },
  };
}

/** A webhook that takes JSON. Receivers that show a `text` (Slack, Mattermost, ...) need nothing else. */
export function webhook(url: Secret, outbound: Outbound, speaker: Speaker): Receiver {
  return {
    name: 'webhook',
    async tell(news, { deadline }) {
      const { key, event, incident, about, detail, since, at } = news;
      const body = {
        text: `${headline(news, speaker)}\n${paragraphs(news)}`,
        event,
        incident: incident,
        about,
        detail,
        hint: INCIDENTS[incident].hint,
        since: new Date(since).toISOString(),
        at: new Date(at).toISOString(),
        ...speaker,
        dedup_key: `birddog:${speaker.process}:${speaker.host}:${key}`,
      };
      const { status } = await outbound.send({
        method: 'POST',
        url: new URL(url.reveal()),
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
        deadline,
        maxBytes: 1024 * 1024,
      });
      if (status < 200 || status > 299) throw new Error(`the webhook answers ${status}`);
    },
  };
}

const WORDS = { begun: 'Trouble', lasting: 'Still in trouble', ended: 'Well again' } as const;

function headline({ event, incident, about }: News, { process, host }: Speaker): string {
  const which = about === '' ? '' : ` (${about})`;
  return `${WORDS[event]}: ${INCIDENTS[incident].title}${which} - birddog ${process} on ${host}`;
}

function paragraphs({ event, incident, detail, since, at }: News): string {
  const time = `from ${new Date(since).toISOString()}`;
  if (event === 'ended') return `${detail}\nIt lasted ${time} to ${new Date(at).toISOString()}.`;
  return `${detail}\nIt lasts ${time} on. ${INCIDENTS[incident].hint}`;
}
