import type { How } from './differences.ts';
import type { Client, Exchange } from './recording.ts';
import { isRecord, print } from './value.ts';

interface Aside {
  /** Paths of requests. */
  readonly of: RegExp;
  /** Positions in an answer: field names joined by dots, `[]` for the elements of a list. */
  readonly places: RegExp;
  readonly how: How;
  readonly why: string;
  readonly client?: Client;
  /** The years of the recordings to which it applies, inclusive. Recordings without a date count as the first year. */
  readonly years?: readonly [from: number, to: number];
  readonly when?: (exchange: Exchange) => boolean;
}

const FIRST_YEAR = 2020;
const ANY = /^/;
const MONITOR = /^\/api\/v1\/monitor/;
const DASHBOARD = /^\/api\/v1\/dashboard/;

/** The parts that are not compared exactly, with the reason: they depend on people, the year, the client, or chance. */
const ASIDES: readonly Aside[] = [
  {
    of: ANY,
    places: /(^|\.)(total_filtered_count|total_count|total|last_offset|last_number|last)$/,
    how: 'ignored',
    why: 'the count of everything, where the recording shows only a part of it',
    when: showsAPart,
  },
  {
    of: ANY,
    places: /(^|\.)creator$|(^|\.)author(_\w+)?$|(^|\.)org_id$/,
    how: 'shape',
    why: 'people and their organisation',
  },
  {
    of: /^\/api\/v2\/users/,
    places: /^included$|(^|\.)(mfa_enabled|modified_at|last_login_time|uuid)$/,
    how: 'ignored',
    why: 'roles and permissions are not emulated; the other members came and went with the years',
  },
  {
    of: /^\/api\/v2\/users/,
    places: /relationships\.(roles|team_roles)(\.data)?$/,
    how: 'ignored',
    why: 'roles are given by endpoints that are not emulated',
  },
  {
    of: /^\/api\/v2\/users/,
    places: /max_page_size$/,
    how: 'optional',
    years: [FIRST_YEAR, 2023],
    why: 'answered since 2023',
  },
  {
    of: /^\/api\/v2\/team/,
    places: /\.(hidden|visible)_modules$/,
    how: 'ignored',
    years: [FIRST_YEAR, 2025],
    why: 'empty lists until 2025, null since',
  },
  {
    of: /^\/api\/v2\/users/,
    places: /relationships\.org\.data\.id$|(^|\.)icon$/,
    how: 'shape',
    why: 'people and their organisation',
  },
  {
    of: /^\/api\/v2\/team/,
    places: /\.banner$|provisioned_by(_id)?$/,
    how: 'ignored',
    why: 'a colour by chance; people',
  },
  {
    of: /^\/api\/v2\/team/,
    places:
      /\.(color|is_managed|avatar|banner|hidden_modules|visible_modules|mfa_enabled)$|relationships\.\w+\.data$/,
    how: 'optional',
    why: 'in some answers and not in others of the same month',
  },
  {
    of: /^\/api\/v2\/team/,
    places: /^links\.self$|^included$/,
    how: 'ignored',
    why: 'the order of the parameters was lost in the recordings; people',
  },
  {
    of: /^\/api\/(v1\/query|v2\/query\/\w+)$/,
    places: /^series$|^data\.attributes\.(series|times|values|columns\[\]\.values)$/,
    how: 'shape',
    why: 'values that a live organisation had measured',
    when: ({ response }) => response.status === 200,
  },
  {
    of: /^\/api\/v2\/query\/scalar$/,
    places: /^data\.attributes\.columns\[\]\.meta\.unit$/,
    how: 'ignored',
    why: 'the units that a live organisation gave its metrics',
  },
  {
    of: /^\/api\/v2\/query\/scalar$/,
    places: /^data\.attributes\.columns$/,
    how: 'ignored',
    why: 'the groups that a live organisation had measured, which have a column for each of their keys',
    when: ({ response: { body } }) => print(body ?? null).includes('"type":"group"'),
  },
  {
    of: /^\/api\/v2\/query\/scalar$/,
    places: /^data\.id$/,
    how: 'optional',
    years: [FIRST_YEAR, 2024],
    why: 'answered since 2024',
  },
  {
    of: /^\/api\/v1\/query/,
    places: /^(values|times)$/,
    how: 'optional',
    years: [FIRST_YEAR, 2020],
    why: 'added later',
  },
  {
    of: /^\/api\/v1\/events/,
    places: /(^|\.)id_str$/,
    how: 'optional',
    years: [FIRST_YEAR, 2020],
    why: 'added later',
  },
  {
    of: /^\/api\/v1\/events$/,
    places: /^event\.(id_str|url)$/,
    how: 'shape',
    client: 'typescript',
    why: 'JavaScript rounded `id` when it was recorded: it cannot be paired with these, which have it whole',
    when: ({ request }) => request.method === 'POST',
  },
  {
    of: /^\/api\/v2\/events/,
    places: /^meta$|^links$/,
    how: 'shape',
    why: 'cursors are opaque',
  },
  {
    of: /^\/api\/v2\/services\/definitions/,
    places: /\.(tags|contacts|links|repos|docs)$/,
    how: 'set',
    why: 'in another order in each answer',
  },
  {
    of: /^\/api\/v2\/services\/definitions/,
    places: /\.meta\.(origin|origin-detail)$/,
    how: 'ignored',
    why: 'since 2023, and dd_terraform for that client',
  },
  {
    of: /^\/api\/v2\/services\/definitions/,
    places: /\.meta\.warnings$/,
    how: 'ignored',
    why: "the places in Datadog's own JSON Schema that a contact does not fit",
  },
  {
    of: /^\/api\/v2\/catalog\/entity/,
    places: /(^|\.)(createdAt|modifiedAt)$/,
    how: 'ignored',
    years: [FIRST_YEAR, 2024],
    why: 'reads had nanoseconds until the end of 2024, microseconds since',
  },
  {
    of: /^\/api\/v2\/catalog\/entity/,
    places: /\.rawSchema$/,
    how: 'shape',
    why: 'the text as the client laid it out, in base64',
  },
  {
    of: /^\/api\/v2\/catalog\/entity/,
    places: /(^|\.)origin$/,
    how: 'optional',
    why: 'not in every answer of 2024 and 2025; nothing in the requests tells',
  },
  {
    of: /^\/api\/v1\/slo/,
    places: /(^|\.)(tags|all_tags)$/,
    how: 'set',
    why: 'normalisation.md: the order is not stable between answers',
  },
  {
    of: /^\/api\/v1\/slo/,
    places: /(^|\.)modifier$/,
    how: 'shape',
    why: 'people',
  },
  {
    of: /^\/api\/v1\/slo/,
    places: /(^|\.)sli_specification$/,
    how: 'optional',
    years: [FIRST_YEAR, 2025],
    why: 'made from the query since 2026',
  },
  {
    of: /^\/api\/v1\/slo/,
    places: /(^|\.)(timeframe|target_threshold|warning_threshold)$/,
    how: 'optional',
    years: [FIRST_YEAR, 2023],
    why: 'lifted from the first threshold since 2023',
  },
  {
    of: /^\/api\/v1\/slo$/,
    places: /\.description$/,
    how: 'ignored',
    years: [FIRST_YEAR, 2020],
    why: 'null in 2020, empty since',
  },
  {
    of: /^\/api\/v1\/slo\/search/,
    places: /^links\.self$/,
    how: 'ignored',
    why: 'the order of the parameters was lost in the recordings',
  },
  {
    of: /^\/api\/v1\/slo\/search/,
    places: /\.(overall_status|status)$/,
    how: 'optional',
    why: 'values of a live organisation',
  },
  {
    of: /^\/api\/v2\/downtime/,
    places: /notify_end_(states|types)$/,
    how: 'set',
    why: 'normalisation.md: in random order in every answer',
  },
  {
    of: /^\/api\/v1\/(downtime|monitor\/mute_all)/,
    places: /(^|\.)(creator_id|updater_id)$/,
    how: 'shape',
    why: 'people',
  },
  {
    of: /^\/api\/v1\/(downtime|monitor\/mute_all)/,
    places:
      /(^|\.)(created|modified|child_id|status|uuid|mute_first_recovery_notification|notify_end_types|notify_end_states)$/,
    how: 'optional',
    years: [FIRST_YEAR, 2023],
    why: 'members that came between 2020 and 2023',
  },
  {
    of: /^\/api\/v2\/(monitor\/notification_rule|downtime)/,
    places: /^included\[\]\.attributes$|^included\[\]\.attributes\./,
    how: 'ignored',
    why: 'people',
  },
  {
    of: /^\/api\/v2\/restriction_policy/,
    places: /principals$/,
    how: 'set',
    why: 'normalisation.md: principals may be reordered',
  },
  {
    of: MONITOR,
    places: /(^|\.)overall_state(_modified)?$/,
    how: 'ignored',
    why: 'evaluation goes on meanwhile',
  },
  {
    of: MONITOR,
    places: /(^|\.)draft_status$/,
    how: 'optional',
    years: [FIRST_YEAR, 2024],
    why: 'answered since 2025',
  },
  {
    of: MONITOR,
    places: /(^|\.)assets$/,
    how: 'optional',
    years: [FIRST_YEAR, 2024],
    why: 'answered since 2025',
  },
  {
    of: MONITOR,
    places: /(^|\.)assets$/,
    how: 'optional',
    years: [2025, 2025],
    why: 'came in the course of the year; in December even reads without with_assets had an empty one',
    when: ({ request }) => !request.query.has('with_assets'),
  },
  {
    of: MONITOR,
    places: /^restriction_policy$/,
    how: 'optional',
    years: [FIRST_YEAR, 2023],
    why: 'answered to writes since 2024',
  },
  { of: MONITOR, places: /(^|\.)priority$/, how: 'optional', years: [2020, 2020], why: 'not there yet' },
  {
    of: MONITOR,
    places: /(^|\.)options\.locked$/,
    how: 'optional',
    years: [FIRST_YEAR, 2022],
    why: 'added as false until January 2022',
  },
  {
    of: MONITOR,
    places: /(^|\.)options\.groupby_simple_monitor$/,
    how: 'optional',
    years: [2023, 2023],
    why: 'not added to a log alert with on_missing_data in May 2023',
    when: ({ response: { body } }) => print(body ?? null).includes('"on_missing_data"'),
  },
  {
    of: MONITOR,
    places: /(^|\.)(run_as|restricted|options\.avalanche_window)$/,
    how: 'optional',
    years: [2025, 2025],
    why: 'shown for some types in May 2025 alone',
  },
  {
    of: MONITOR,
    places: /(^|\.)(run_as|restricted|options\.avalanche_window)$/,
    how: 'optional',
    client: 'terraform',
    why: "a preview of data-quality monitors in the organisation of Terraform's recordings; the other one has it not",
    when: ({ response: { body } }) =>
      isRecord(body ?? null) && print(body ?? null).includes('"data-quality alert"'),
  },
  {
    of: /secure-embed$/,
    places: /credential$/,
    how: 'ignored',
    why: 'a secret made for the answer',
  },
  {
    of: /^\/api\/v1\/dashboard\/public/,
    places: /^(share_list|invitees)$/,
    how: 'ignored',
    why: 'people; who shares is invited too since 2026',
  },
  {
    of: /^\/api\/v1\/dashboard\/public/,
    places: /^embeddable_domains$/,
    how: 'optional',
    years: [FIRST_YEAR, 2025],
    why: 'answered since 2026',
  },
  {
    of: DASHBOARD,
    places: /^dashboards$/,
    how: 'set',
    why: 'the order of the list follows no member of its items; nothing recorded explains it',
  },
  {
    of: DASHBOARD,
    places: /(^|\.)restricted_roles$/,
    how: 'optional',
    client: 'typescript',
    why: 'absent becomes [] for the TypeScript client alone; nothing in the body tells',
  },
  {
    of: DASHBOARD,
    places: /^(description|url)$/,
    how: 'ignored',
    client: 'terraform',
    why: 'the recordings of secure embeds were edited by their authors: made-up ids and addresses, empty descriptions',
    when: ({ source }) => source.includes('SecureEmbedDashboard'),
  },
  {
    of: DASHBOARD,
    places: /(^|\.)is_read_only$/,
    how: 'ignored',
    years: [FIRST_YEAR, 2025],
    why: 'answered as false until May 2025, and not in 2026',
  },
];

/** Returns whether an answer counts more objects than it contains. */
function showsAPart({ response: { body } }: Exchange): boolean {
  if (body === undefined || !isRecord(body)) return false;
  const lists = [body['data'] ?? null].flat().length;
  const counts = [...print(body).matchAll(/"total(?:_filtered)?_count":(\d+)/g)].map(([, n]) => Number(n));
  return counts.some((count) => count > lists);
}

/** Returns the comparison of each position in the answer of an exchange; undefined means exact. */
export function asideFor(exchange: Exchange): (path: string) => How | undefined {
  const year = exchange.year ?? FIRST_YEAR;
  const rows = ASIDES.filter(
    ({ of, client, years = [FIRST_YEAR, 9999], when }) =>
      of.test(exchange.request.path) &&
      (client === undefined || client === exchange.client) &&
      year >= years[0] &&
      year <= years[1] &&
      (when?.(exchange) ?? true),
  );
  return (path) => rows.find(({ places }) => places.test(path))?.how;
}
