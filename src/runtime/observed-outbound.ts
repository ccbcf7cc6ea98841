import { type Outbound, OutboundError } from './outbound.ts';

/** One try of one request to another party, and what became of it. */
export interface Exchange {
  /** What was asked for, with every id left out, so that there are few of them. */
  readonly endpoint: string;
  readonly method: string;
  /** The HTTP status, or why no answer came. */
  readonly status: string;
  readonly seconds: number;
}

/** An outbound of which every exchange is told. `endpoint` names what a request that does not say so is about. */
export function observed(outbound: Outbound, endpoint: string, tell: (exchange: Exchange) => void): Outbound {
  return {
    async send(request) {
      const begun = performance.now();
      const end = (status: string) =>
        tell({
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
