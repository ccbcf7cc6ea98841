import { createTestClient, jsonBody } from '../emulators/datadog/test-client.ts';
import { createDatadog } from '../src/datadog/datadog.ts';
import { deadlineAfter } from '../src/domain/deadline.ts';
import type { Json, JsonObject } from '../src/domain/json.ts';
import { Secret } from '../src/domain/secret.ts';
import { manualClock } from './manual-clock.ts';

/** Birddog's Datadog over an emulated one, without a socket, at a time that the test sets. */
export function emulatedDatadog(options: { readonly audit?: boolean } = {}) {
  const emulator = createTestClient(options);
  const clock = manualClock(emulator.clock.now);
  const calls: { readonly call: string; readonly query: string; readonly sent: string }[] = [];
  const failures: { readonly path: string; readonly status: number; readonly text: string }[] = [];
  let cut: { after: number; readonly reached: () => void } | undefined;
  const connect = () =>
    createDatadog({
      baseUrl: new URL('https://api.example.test'),
      uiUrl: new URL('https://app.example.test'),
      clock,
      random: () => 0.5,
      keys: { current: () => ({ api: new Secret('a'), app: new Secret('b') }), reread: () => false },
      outbound: {
        async send({ method, url, headers = {}, body: sent }) {
          calls.push({
            call: `${method} ${url.pathname}`,
            query: url.searchParams.toString(),
            sent: String(sent ?? ''),
          });
          const at = failures.findIndex(({ path }) => path === url.pathname);
          const [failure] = at < 0 ? [] : failures.splice(at, 1);
          if (failure) return { status: failure.status, headers: {}, body: Buffer.from(failure.text) };
          emulator.clock.now = clock.now();
          const answer = emulator.send(method, `${url.pathname}${url.search}`, sent?.toString(), headers);
          if (cut && method !== 'GET' && !url.pathname.endsWith('/search')) {
            cut.after -= 1;
            // Nobody is there any more to take this answer.
            if (cut.after < 0) return new Promise<never>(() => {});
            if (cut.after === 0) {
              cut.reached();
              return new Promise<never>(() => {});
            }
          }
          return { status: answer.status, headers: {}, body: Buffer.from(answer.body ?? '') };
        },
        close: () => {},
      },
    });
  return {
    datadog: connect(),
    /** Another process's Datadog: the same one, with nothing learned of it. */
    connect,
    /** From the nth write on (from 1) each is carried out, and none is answered. Resolves at the first of them. */
    cutAtWrite: (nth: number) =>
      new Promise<void>((reached) => {
        cut = { after: nth, reached };
      }),
    /** Writes are answered again. Whether the write was reached. */
    restart(): boolean {
      const reached = cut !== undefined && cut.after <= 0;
      cut = undefined;
      return reached;
    },
    clock,
    context: (ms = 25_000) => ({
      caller: { name: 'c' },
      requestId: 'r',
      traceparent: '',
      deadline: deadlineAfter(ms, clock),
    }),
    /** The calls since they were last taken. */
    taken: () => calls.splice(0),
    /** The next call of a path is answered so. */
    fail: (path: string, status: number, answer: Json = { errors: ['no'] }) =>
      void failures.push({ path, status, text: JSON.stringify(answer) }),
    /** What somebody else does, past Birddog. */
    person(method: string, path: string, sent?: JsonObject): JsonObject {
      emulator.clock.now = clock.now();
      return jsonBody(emulator.send(method, path, sent));
    },
  };
}
