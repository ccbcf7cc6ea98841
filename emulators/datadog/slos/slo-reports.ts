import { json, type EmulatorResponse } from '../../server/emulator-server.ts';
import { isUuid, sentAttributes } from '../json-api.ts';
import { newUuid, type Organisation } from '../organisation.ts';
import { toNumber, type RawObject } from '../raw-json.ts';
import { DatadogError } from '../datadog-error.ts';
import type { Call, EndpointGroup } from '../route.ts';
import { seedById } from '../collection.ts';

const PATH = '/api/v2/slo/report';
const INTERVALS = ['daily', 'weekly', 'monthly'];

/** Serves SLO reports. They complete at once and have no values, because nothing is measured. */
export function sloReports(organisation: Organisation): EndpointGroup {
  const reports = organisation.collection('slo_reports');
  const find = ({ params }: Call): RawObject => {
    const id = params['id'] ?? '';
    if (!isUuid(id)) throw new DatadogError(400, failure('Invalid Argument', `invalid report ID: ${id}`));
    const report = reports.get(id);
    if (!report) throw new DatadogError(404, failure('Not Found', `report ID not found: ${id}`));
    return report;
  };

  function create({ body }: Call): EmulatorResponse {
    const { from_ts, to_ts, interval = 'weekly' } = sentAttributes(body);
    if (!INTERVALS.includes(String(interval)))
      throw new DatadogError(400, failure('Invalid Argument', `${String(interval)} is not a valid interval`));
    const id = newUuid();
    reports.put(id, { id, from_ts: toNumber(from_ts) ?? 0, to_ts: toNumber(to_ts) ?? 0 });
    return json(200, { data: { id, type: 'report_id' } });
  }

  function status(call: Call): EmulatorResponse {
    const { id } = find(call);
    return json(200, { data: { id, type: 'report_id', attributes: { status: 'completed' } } });
  }

  function download(call: Call): EmulatorResponse {
    find(call);
    const rows = organisation
      .collection('slos')
      .all()
      .map(({ id, type, name, target_threshold }) => [id, type, name, target_threshold, ''].join(','));
    const text = ['id,slo_type,name,target,export_error', ...rows].join('\n');
    return { status: 200, headers: { 'content-type': 'text/csv' }, body: `${text}\n` };
  }

  function sloStatus({ params, query }: Call): EmulatorResponse {
    const slo = organisation.collection('slos').get(params['id']);
    if (!slo) throw new DatadogError(404, failure('Not Found', `SLO not found: ${String(params['id'])}`));
    const attributes = {
      sli: null,
      error_budget_remaining: null,
      raw_error_budget_remaining: null,
      state: 'no_data',
    };
    const window = { from_ts: Number(query.get('from_ts')), to_ts: Number(query.get('to_ts')) };
    return json(200, {
      data: { id: slo['id'], type: 'slo_status', attributes: { ...attributes, ...window } },
    });
  }

  return {
    routes: [
      { method: 'POST', path: PATH, run: create },
      { method: 'GET', path: `${PATH}/:id/status`, run: status },
      { method: 'GET', path: `${PATH}/:id/download`, run: download },
      { method: 'GET', path: '/api/v2/slo/:id/status', run: sloStatus },
    ],
    seeds: { slo_reports: seedById(reports) },
  };
}

function failure(title: string, detail: string): RawObject {
  return { errors: [{ title, detail }] };
}
