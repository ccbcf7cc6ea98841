import { json, type EmulatorResponse } from '../../server/emulator-server.ts';
import { DatadogError } from '../datadog-error.ts';
import { dataOf, sentAttributes } from '../json-api.ts';
import { newUuid, type Organisation } from '../organisation.ts';
import { isRawObject, type RawObject } from '../raw-json.ts';
import type { Call, Route } from '../route.ts';

const PATH = '/api/v2/team/:team_id/notification-rules';
const TYPE = 'team_notification_rules';

/** Serves the rule that says how Datadog notifies a team; a team has at most one. */
export function teamRuleRoutes(
  organisation: Organisation,
  findTeam: (call: Call) => RawObject,
): readonly Route[] {
  const rules = organisation.collection('team_notification_rules');
  const rulesOf = (id: unknown) => rules.all().filter((rule) => rule['team_id'] === id);
  const view = ({ team_id: _, ...rule }: RawObject): RawObject => rule;

  function create(call: Call): EmulatorResponse {
    const { id: team_id } = findTeam(call);
    if (rulesOf(team_id).length > 0) throw conflict('notification rule already exists for this team');
    const rule = { id: newUuid(), type: TYPE, ...withoutDisabledEmail(sentAttributes(call.body)), team_id };
    rules.put(rule.id, rule);
    return json(201, { data: view(rule) });
  }

  function update(call: Call): EmulatorResponse {
    const [before] = rulesOf(findTeam(call)['id']);
    const sentId = dataOf(call.body)['id'] ?? call.params['rule_id'];
    if (!before || before['id'] !== call.params['rule_id'] || before['id'] !== sentId)
      throw conflict("rule id does not match with team's rule id");
    const { attributes: _, ...rest } = before;
    const rule: RawObject = { ...rest, ...withoutDisabledEmail(sentAttributes(call.body)) };
    rules.put(String(before['id']), rule);
    return json(200, { data: view(rule) });
  }

  function find(call: Call): RawObject {
    const rule = rules.get(call.params['rule_id']);
    if (!rule)
      throw new DatadogError(404, {
        errors: [{ status: '404', title: 'Not Found', detail: 'rule not found' }],
      });
    return rule;
  }

  function remove(call: Call): EmulatorResponse {
    const { rule_id, team_id } = call.params;
    if (!rules.get(rule_id)) {
      const detail = `rule ID ${String(rule_id)} was not found in team ID ${String(team_id)}`;
      throw new DatadogError(404, { errors: [{ status: '404', detail }] });
    }
    rules.delete(String(rule_id));
    return { status: 204 };
  }

  function list(call: Call): EmulatorResponse {
    const data = rulesOf(findTeam(call)['id']).map(view);
    const page = { type: 'offset_limit', offset: 0, limit: 100, total: data.length };
    const offsets = { first_offset: 0, prev_offset: null, next_offset: null, last_offset: 0 };
    return json(200, { data, meta: { page: { ...page, ...offsets } } });
  }

  return [
    { method: 'GET', path: PATH, run: list },
    { method: 'POST', path: PATH, run: create },
    { method: 'GET', path: `${PATH}/:rule_id`, run: (call) => json(200, { data: view(find(call)) }) },
    { method: 'PUT', path: `${PATH}/:rule_id`, run: update },
    { method: 'DELETE', path: `${PATH}/:rule_id`, run: remove },
  ];
}

/** Omits email that is disabled, and attributes without any setting, as Datadog does. */
function withoutDisabledEmail({ email, ...others }: RawObject): RawObject {
  const isEnabled = isRawObject(email) && email['enabled'] === true;
  const attributes = isEnabled ? { email, ...others } : others;
  return Object.keys(attributes).length > 0 ? { attributes } : {};
}

function conflict(detail: string): DatadogError {
  return new DatadogError(409, { errors: [{ status: '409', title: 'Conflict', detail }] });
}
