import { join } from 'node:path';
import { compileAlert } from '../src/alerts/compile.ts';
import { CONDITIONS, OTHERWISE } from '../src/alerts/conditions/conditions.ts';
import type { ConditionKind, SignalKind } from '../src/alerts/kinds.ts';
import { SIGNALS } from '../src/alerts/signals/signals.ts';
import { parseAlert } from '../src/contract/alert-schema.ts';
import type { JsonObject } from '../src/domain/json.ts';
import { printYaml } from '../src/format/encode-yaml.ts';

const GOLDEN = join(import.meta.dirname, '../src/alerts/golden');

/** An example of a kind of signal or condition, as the body of a request, and its monitor. */
interface GoldenKind {
  readonly path: string;
  readonly alerts: readonly JsonObject[];
  readonly evidence: string | undefined;
}

/** The examples of every kind of signal and condition, each kind with the file that has the compiled monitors. */
export const GOLDEN_KINDS: readonly GoldenKind[] = [
  ...SIGNALS.map((kind) => goldenKind('signals', kind)),
  ...[...CONDITIONS, OTHERWISE].map((kind) => goldenKind('conditions', kind)),
];

function goldenKind(folder: string, { name, examples, evidence }: SignalKind | ConditionKind): GoldenKind {
  const alerts = examples.map((example): JsonObject => {
    const { signal, condition, ...fields } = example;
    return {
      title: 'Example',
      signal,
      ...(condition ? { condition } : {}),
      notify: [{ to: ['@slack-example'] }],
      ...fields,
    };
  });
  return { path: join(GOLDEN, folder, `${name}.yaml`), alerts, evidence };
}

/** Returns the text of the golden file of a kind. */
export function goldenFile({ alerts, evidence }: GoldenKind): string {
  const examples = alerts.map((alert) => ({ alert, monitor: compileAlert(parseAlert(alert)) }));
  return printYaml({ ...(evidence === undefined ? {} : { evidence }), examples });
}
