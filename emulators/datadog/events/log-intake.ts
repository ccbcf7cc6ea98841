import type { EmulatorResponse } from '../../server/emulator-server.ts';
import { json } from '../../server/emulator-server.ts';
import { seedById } from '../collection.ts';
import { DatadogError } from '../datadog-error.ts';
import { newUuid, type Organisation } from '../organisation.ts';
import { isRawObject, parseRaw, type RawObject, toNumber } from '../raw-json.ts';
import type { Call, EndpointGroup } from '../route.ts';

/** Datadog's limit on the logs of one request. */
const MAX_BATCH = 1000;
/** Beyond this number, the oldest logs are deleted. */
const MAX_LOGS = 10_000;
/** Datadog rejects older logs. */
const MAX_AGE_MS = 18 * 3_600_000;

/** Serves the log intake, which has a separate host at Datadog. v2 queries of the source `logs` count what it stores. */
export function logIntake(organisation: Organisation): EndpointGroup {
  const logs = organisation.collection('logs');

  function submit({ text }: Call): EmulatorResponse {
    const sent = [readBody(text)].flat();
    if (sent.length > MAX_BATCH) throw new DatadogError(413, 'Request Entity Too Large');
    const now = organisation.now();
    for (const log of sent) {
      const stored = storedLog(isRawObject(log) ? log : { message: String(log) }, now);
      if (now - stored.ms < MAX_AGE_MS) logs.put(stored.log.id, stored.log);
    }
    for (const id of logs.ids().slice(0, Math.max(0, logs.size - MAX_LOGS))) logs.delete(id);
    return json(202, {});
  }

  return {
    routes: [{ method: 'POST', path: '/api/v2/logs', apiKeyOnly: true, anyBody: true, run: submit }],
    seeds: { logs: seedById(logs) },
  };
}

/** Parses JSON; any other body is the message of one log. */
function readBody(text: string): unknown {
  try {
    return parseRaw(text);
  } catch {
    return text;
  }
}

/** Creates a log in the form of an event. Fields without a meaning of their own are its attributes. */
function storedLog(sent: RawObject, now: number) {
  const { message, ddsource, ddtags, hostname, service, status = 'info', timestamp, ...attributes } = sent;
  const ms = toNumber(timestamp) ?? (timestamp === undefined ? now : Date.parse(String(timestamp)));
  const time = Number.isNaN(ms) ? now : ms;
  const tags = [
    ...String(ddtags ?? '').split(','),
    ...(ddsource === undefined ? [] : [`source:${String(ddsource)}`]),
  ];
  const log = {
    id: newUuid(),
    type: 'log',
    attributes: {
      message: String(message ?? ''),
      service,
      status,
      host: hostname,
      tags: tags.map((tag) => tag.trim()).filter((tag) => tag !== ''),
      timestamp: new Date(time).toISOString(),
      attributes: { ...attributes, hostname },
    },
  };
  return { ms: time, log };
}
