import { json, type EmulatorResponse } from '../../server/emulator-server.ts';
import { attributesOf, dataOf } from '../json-api.ts';
import { newUuid, type Organisation } from '../organisation.ts';
import { isRawObject, type RawObject } from '../raw-json.ts';
import { DatadogError } from '../datadog-error.ts';
import type { Call, Route } from '../route.ts';

const PATH = '/api/v2/team/:team_id/notification-rules';
const TYPE = 'team_notification_rules';

/** How a team is told: one rule at most for each team. */
export function teamRuleRoutes(
  organisation: Organisation,
  findTeam: (call: Call) => RawObject,
): readonly Route[] {
  const rules = organisation.collection('team_notification_rules');
  const ofTeam = (id: unknown) => rules.all().filter((rule) => rule['team_id'] === id);
  const shown = ({ team_id: _, ...rule }: RawObject): RawObject => rule;

  function create(call: Call): EmulatorResponse {
    const { id: team_id } = findTeam(call);
    if (ofTeam(team_id).length > 0) throw conflict('notification rule already exists for this team');
    const rule = { id: newUuid(), type: TYPE, ...told(attributesOf(call.body)), team_id };
    rules.put(rule.id, rule);
    return json(201, { data: shown(rule) });
  }

  function update(call: Call): EmulatorResponse {
    const [held] = ofTeam(findTeam(call)['id']);
    const sent = dataOf(call.body)['id'] ?? call.params['rule_id'];
    if (!held || held['id'] !== call.params['rule_id'] || held['id'] !== sent)
      throw conflict("rule id does not match with team's rule id");
    const { attributes: _, ...rest } = held;
    const rule: RawObject = { ...rest, ...told(attributesOf(call.body)) };
    rules.put(String(held['id']), rule);
    return json(200, { data: shown(rule) });
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
    rules.drop(String(rule_id));
    return { status: 204 };
  }

  function list(call: Call): EmulatorResponse {
    const data = ofTeam(findTeam(call)['id']).map(shown);
    const page = { type: 'offset_limit', offset: 0, limit: 100, total: data.length };
    const offsets = { first_offset: 0, prev_offset: null, next_offset: null, last_offset: 0 };
    return json(200, { data, meta: { page: { ...page, ...offsets } } });
  }

  return [
    { method: 'GET', path: PATH, run: list },
    { method: 'POST', path: PATH, run: create },
    { method: 'GET', path: `${PATH}/:rule_id`, run: (call) => json(200, { data: shown(find(call)) }) },
    { method: 'PUT', path: `${PATH}/:rule_id`, run: update },
    { method: 'DELETE', path: `${PATH}/:rule_id`, run: remove },
  ];
}

/** Mail that is switched off is not shown, and attributes without any not either. */
function told({ email, ...others }: RawObject): RawObject {
  const on = isRawObject(email) && email['enabled'] === true;
  const attributes = on ? { email, ...others } : others;
  return Object.keys(attributes).length > 0 ? { attributes } : {};
}

function conflict(detail: string): DatadogError {
  return new DatadogError(409, { errors: [{ status: '409', title: 'Conflict', detail }] });
}
