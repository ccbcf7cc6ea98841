import { type Outbound, OutboundError } from './outbound.ts';

/** One attempt of a request to an upstream, and its outcome. */
export interface Exchange {
  /** The path without ids, so that there are few values. */
  readonly endpoint: string;
  readonly method: string;
  /** The HTTP status, or the reason why there was no response. */
  readonly status: string;
  readonly seconds: number;
}

/** Wraps an outbound and reports every exchange to `report`. `endpoint` is the default for requests without one. */
export function observed(
  outbound: Outbound,
  endpoint: string,
  report: (exchange: Exchange) => void,
): Outbound {
  return {
    async send(request) {
      const begun = performance.now();
      const end = (status: string) =>
        report({
          endpoint: request.endpoint ?? endpoint,
          method: request.method,
          status,
          seconds: (performance.now() - begun) / 1000,
        });
      try {
        const answer = await outbound.send(request);
        end(String(answer.status));
        return answer;
      } catch (error) {
        end(error instanceof OutboundError ? error.reason : 'failed');
        throw error;
      }
    },
    close: () => outbound.close(),
  };
}
