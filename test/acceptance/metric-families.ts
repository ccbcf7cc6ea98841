/** A metric as /metrics reports it. */
export interface MetricFamily {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  /** The sorted labels of its samples, without `process` and the labels of buckets; empty without samples. */
  readonly labels: readonly string[];
}

const UNSAID = ['process', 'le'];

/** Parses the text format of Prometheus, https://prometheus.io/docs/instrumenting/exposition_formats/ */
export function metricFamilies(text: string): ReadonlyMap<string, MetricFamily> {
  const families = new Map<string, MetricFamily>();
  let name = '';
  for (const line of text.split('\n')) {
    const [, kind, about = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    const before = families.get(name);
    if (kind === 'HELP') {
      name = about;
      families.set(name, { name, type: '', help: rest, labels: [] });
    } else if (kind === 'TYPE' && before) families.set(name, { ...before, type: rest });
    else if (before)
      families.set(name, { ...before, labels: [...new Set([...before.labels, ...labelsOf(line)])].sort() });
  }
  return families;
}

function labelsOf(sample: string): string[] {
  const inside = /^\w+\{(.*)\} \S+$/.exec(sample)?.[1] ?? '';
  return [...inside.matchAll(/(\w+)="(?:[^"\\]|\\.)*"/g)]
    .map(([, label = '']) => label)
    .filter((label) => !UNSAID.includes(label));
}
