import { json, type EmulatorResponse } from '../../server/emulator-server.ts';
import type { Organisation } from '../organisation.ts';
import { CREATOR } from '../people/key-owner.ts';
import { isRawObject, toNumber, type RawObject } from '../raw-json.ts';
import type { Call, Route } from '../route.ts';

const PATH = '/api/v1/slo/search';
const ADDRESS = `https://api.datadoghq.com${PATH}`;
const PAGE_SIZE = 10;

/** Serves the search for SLOs by words of the name and by tags, newest first. */
export function sloSearch(organisation: Organisation): readonly Route[] {
  return [{ method: 'GET', path: PATH, limit: 'slo_search', run: (call) => search(organisation, call) }];
}

function search(organisation: Organisation, { query }: Call): EmulatorResponse {
  const text = query.get('query') ?? '';
  const size = Number(query.get('page[size]') ?? PAGE_SIZE);
  const number = Number(query.get('page[number]') ?? 0);
  const found = organisation
    .collection('slos')
    .all()
    .filter((slo) => matches(slo, text))
    .toReversed();
  const last = Math.max(0, Math.ceil(found.length / size) - 1);
  const page = (at: number) =>
    `${ADDRESS}?query=${encodeURIComponent(text)}&page[number]=${at}&page[size]=${size}`;
  return json(200, {
    data: {
      type: 'service_level_objective_search_results',
      attributes: { slos: found.slice(number * size, (number + 1) * size).map(row) },
    },
    meta: {
      pagination: {
        number,
        first_number: 0,
        prev_number: Math.max(0, number - 1),
        next_number: number + 1,
        last_number: last,
        size,
        type: 'number_size',
        total: found.length,
      },
    },
    links: {
      self: `${ADDRESS}?${query.toString()}`,
      last: null,
      next: page(number + 1),
      prev: number > 0 ? page(number - 1) : null,
      first: page(0),
    },
  });
}

function matches({ name, tags }: RawObject, text: string): boolean {
  const sloTags = tagsOf(tags);
  const words = text.split(/\s+(?:AND\s+)?/).filter((word) => word !== '');
  return words.every(
    (word) => sloTags.includes(word) || String(name).toLowerCase().includes(word.toLowerCase()),
  );
}

function row(slo: RawObject): RawObject {
  const tags = tagsOf(slo['tags']);
  const keyed = (key: string) => tags.filter((tag) => tag.startsWith(`${key}:`));
  const query = isRawObject(slo['query']) ? slo['query'] : undefined;
  const thresholds = Array.isArray(slo['thresholds']) ? slo['thresholds'].filter(isRawObject) : [];
  return {
    data: {
      type: 'slo',
      id: slo['id'],
      attributes: {
        name: slo['name'],
        description: slo['description'] === '' ? null : (slo['description'] ?? null),
        slo_type: slo['type'],
        timeframe: slo['timeframe'] ?? null,
        target_threshold: slo['target_threshold'] ?? null,
        warning_threshold: slo['warning_threshold'] ?? null,
        thresholds: thresholds.map(({ timeframe, target, warning }) => ({
          timeframe,
          target,
          // Recorded responses show the target in both fields.
          target_display: String(toNumber(target) ?? target),
          warning: warning ?? null,
          warning_display: warning === undefined ? null : String(toNumber(target) ?? target),
        })),
        query: query
          ? { numerator: query['numerator'], denominator: query['denominator'], metrics: null }
          : null,
        monitor_ids: slo['monitor_ids'] ?? null,
        groups: slo['groups'] ?? null,
        all_tags: tags,
        env_tags: keyed('env'),
        service_tags: keyed('service'),
        team_tags: keyed('team'),
        creator: { name: CREATOR.name, email: CREATOR.email, id: CREATOR.id },
        created_at: slo['created_at'],
        modified_at: slo['modified_at'],
      },
    },
  };
}

function tagsOf(tags: unknown): string[] {
  return Array.isArray(tags) ? tags.map(String) : [];
}
