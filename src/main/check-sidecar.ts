import { failure, type Outcome } from '../health/run-parts.ts';
import { type CheckedPart, checkReportSchema } from '../contract/check-report.ts';
import { CHECK } from '../contract/operations.ts';
import { VERSION } from '../contract/version.ts';
import type { RequestContext } from '../domain/caller.ts';
import { parseTrustedJson } from '../domain/json.ts';
import type { SidecarClient } from './sidecar-client.ts';

const HINT = "Read the sidecar's log and its /healthz. Its launcher restarts it automatically.";

/** Returns a part for the sidecar itself and the parts of its check. */
export async function checkSidecar(sidecar: SidecarClient, context: RequestContext): Promise<CheckedPart[]> {
  const startedAt = performance.now();
  const part = (outcome: Outcome): CheckedPart => ({
    name: 'sidecar',
    hint: '',
    ms: Math.round(performance.now() - startedAt),
    ...outcome,
  });
  try {
    const { status, body } = await sidecar.forward(
      { operation: CHECK, pathAndQuery: CHECK.path, accept: 'json', context },
      [],
    );
    if (status !== 200)
      return [part({ state: 'failed', detail: `The sidecar answered with status ${status}.`, hint: HINT })];
    const report = checkReportSchema.parse(parseTrustedJson(String(body)));
    const parts = report.parts.map((one) => ({ ...one, name: `sidecar_${one.name}` }));
    const detail = `The sidecar answers over mutual TLS; version ${report.version}.`;
    return [part({ state: report.version === VERSION ? 'ok' : 'warning', detail }), ...parts];
  } catch (error) {
    const { detail } = failure(error);
    const cause = error instanceof Error && error.cause instanceof Error ? ` (${error.cause.message})` : '';
    return [part({ state: 'failed', detail: `${detail}${cause}`, hint: HINT })];
  }
}
