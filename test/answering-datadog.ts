import { createDatadog } from '../src/datadog/datadog.ts';
import { deadlineAfter } from '../src/domain/deadline.ts';
import { Secret } from '../src/domain/secret.ts';
import type { OutboundAnswer, OutboundRequest } from '../src/runtime/outbound.ts';
import { manualClock } from './manual-clock.ts';

/** The parts of an answer that differ from 200 with `[]`. The body is sent as JSON unless it is a Buffer. */
export interface ScriptedAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** Creates a Datadog client whose every request is answered by `answer`, without a socket and at a manual time. */
export function answeringDatadog(answer: (request: OutboundRequest, nth: number) => ScriptedAnswer) {
  const clock = manualClock();
  const sent: OutboundRequest[] = [];
  const datadog = createDatadog({
    baseUrl: new URL('https://api.example.test'),
    uiUrl: new URL('https://app.example.test'),
    clock,
    random: () => 0.5,
    keys: { current: () => ({ api: new Secret('a'), app: new Secret('b') }), reread: () => false },
    outbound: {
      async send(request): Promise<OutboundAnswer> {
        sent.push(request);
        const { status = 200, headers = {}, body = [] } = answer(request, sent.length);
        return { status, headers, body: Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body)) };
      },
      close: () => {},
    },
  });
  const context = (ms = 25_000) => ({
    caller: { name: 'c' },
    requestId: 'r',
    traceparent: '',
    deadline: deadlineAfter(ms, clock),
  });
  return { datadog, clock, sent, context };
}
