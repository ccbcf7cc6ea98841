import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertLinear } from '../../../test/assert-linear.ts';
import { lintDashboard } from '../dashboard/lint-dashboard.ts';
import { lintMonitor } from '../monitor/lint-monitor.ts';
import { checkMeantBy, knownCheckGroups, knownMetric, metricMeantBy } from './known-metrics.ts';

/** Metrics of the Agent itself, which the table does not have: Datadog docs, integrations/system. */
const AGENT_METRICS = [
  'system.cpu.{user,system,idle,iowait,stolen,guest,interrupt,context_switches,num_cores}',
  'system.load.{1,5,15,norm.1,norm.5,norm.15}',
  'system.mem.{free,used,usable,pct_usable,total,cached,buffered,shared,slab,page_tables,commit_limit,committed_as}',
  'system.mem.{nonpaged,paged,pagefile.free,pagefile.pct_free,pagefile.total,pagefile.used}',
  'system.swap.{free,used,total,pct_free,cached,swap_in,swap_out}',
  'system.disk.{free,used,total,in_use,utilized,read_time,write_time,read_time_pct,write_time_pct}',
  'system.fs.{file_handles.allocated,file_handles.in_use,file_handles.max,inodes.free,inodes.in_use,inodes.total,inodes.used}',
  'system.io.{await,avg_q_sz,avg_rq_sz,r_await,r_s,rkb_s,rrqm_s,svctm,util,w_await,w_s,wkb_s,wrqm_s,block_in,block_out}',
  'system.net.{bytes_rcvd,bytes_sent,packets_in.count,packets_in.error,packets_out.count,packets_out.error}',
  'system.proc.{count,queue_length}',
  'system.uptime{}',
].flatMap((line) => {
  const [prefix = '', names = ''] = line.replace('}', '').split('{');
  return names.split(',').map((name) => prefix + name);
});

describe('the table of known metrics', () => {
  it('has the type and the unit of a metric', () => {
    assert.deepEqual(knownMetric('docker.mem.cache'), { type: 'gauge', unit: 'byte' });
    assert.deepEqual(knownMetric('redis.net.instantaneous_input'), {
      type: 'gauge',
      unit: 'kibibyte/second',
    });
    assert.deepEqual(knownMetric('consul.serf.member.left'), { type: 'count', unit: '' });
    assert.equal(knownMetric('docker.mem.cach'), undefined);
    assert.equal(knownMetric('constructor'), undefined);
  });

  it('has the tags of a service check', () => {
    assert.deepEqual(knownCheckGroups('postgres.can_connect'), ['host', 'server', 'port', 'db']);
    assert.deepEqual(knownCheckGroups('redis.sentinel.master_is_down'), []);
    assert.equal(knownCheckGroups('custom.check'), undefined);
  });

  for (const [typo, meant] of [
    ['docker.mem.caceh', 'docker.mem.cache'],
    ['hasura_cloud.active_subscription', 'hasura_cloud.active_subscriptions'],
    ['postgresql.conections', 'postgresql.connections'],
    ['postgresql.Connections', 'postgresql.connections'],
    ['neo4j.store_size_total', 'neo4j.store.size.total'],
    ['mongodb.atlas.latencyStats.reads.p95', 'mongodb.atlas.latencyStats.read.p95'],
  ] as const)
    it(`takes ${typo} for a typo of ${meant}`, () => assert.equal(metricMeantBy(typo), meant));

  for (const [name, reason] of [
    ['postgresql.connections', 'it is known'],
    ['postgresq.connections', 'no integration has metrics of its first word'],
    ['cpm_metric.dashboard_state.protected_fsx_num', 'a short word differs (efs)'],
    ['kyototycoon.ops.del.total_per_s', 'other names have its group, kyototycoon.ops'],
    ['consul.serf.msgs.sent.99percentile', 'a number differs (95percentile)'],
    ['postgresql.connection_pool_size', 'it differs by more than two edits'],
    [`postgresql.${'a'.repeat(100_000)}`, 'it is longer than any metric'],
  ] as const)
    it(`takes ${name.slice(0, 60)} for no typo, because ${reason}`, () =>
      assert.equal(metricMeantBy(name), undefined));

  it('takes no metric of the Agent for a typo', () => {
    assert.ok(AGENT_METRICS.length > 70);
    assert.deepEqual(
      AGENT_METRICS.filter((name) => metricMeantBy(name) !== undefined),
      [],
    );
  });

  it('finds the service check that is meant', () => {
    assert.equal(checkMeantBy('postgres.can_conect'), 'postgres.can_connect');
    assert.equal(checkMeantBy('postgres.is_up'), undefined);
  });
});

describe('the rules about known metrics', () => {
  const codes = (query: string, more = {}) =>
    lintMonitor({ type: 'query alert', query, name: 'n', ...more }, '')
      .map(({ code }) => code)
      .filter((code) => /^(?:unknown_metric|as_count_on_gauge|unit_contradiction)$/.test(code));
  const load = 'avg(last_5m):avg:docker.mem.cache{*}';

  it('find each typo in a calculation', () =>
    assert.deepEqual(codes('avg(last_5m):avg:docker.mem.cahce{*} / avg:docker.mem.limti{*} > 1'), [
      'unknown_metric',
      'unknown_metric',
    ]));

  it('find a typo in a variable of a formula', () => {
    const variables = [{ name: 'a', data_source: 'metrics', query: 'avg:docker.mem.cahce{*}' }];
    assert.deepEqual(codes('formula("a").last("5m") > 1', { options: { variables } }), ['unknown_metric']);
  });

  it('allow as_count() for counts, counters of Prometheus, numbers of points, and distributions', () => {
    for (const series of [
      'sum:consul.serf.member.left{*}',
      'sum:jfrog.xray.jfxr_data_artifacts_total{*}',
      'count:docker.mem.cache{*}',
      'sum:openai.tokens.prompt{*}',
    ])
      assert.deepEqual(codes(`sum(last_5m):${series}.as_count() > 1`), [], series);
    assert.deepEqual(codes('sum(last_5m):sum:docker.mem.cache{*}.as_rate() > 1'), ['as_count_on_gauge']);
  });

  const contradicts = (query: string, message: string, critical = 1000) =>
    codes(query, { message, options: { thresholds: { critical } } }).length > 0;

  it('compare the unit after a value or a threshold with that of the metric', () => {
    const bytes = `${load} > 1000`;
    assert.ok(contradicts(bytes, 'At {{value}} MB.'));
    assert.ok(contradicts(bytes, 'At {{value}}%.'));
    assert.ok(contradicts(bytes, 'More than 1000 MB.'));
    assert.ok(contradicts('avg(last_5m):avg:docker.mem.in_use{*} > 0.9', 'At {{value}}%.', 0.9));
  });

  it('do not compare a unit that may belong to something else, or after a conversion', () => {
    const bytes = `${load} > 1000`;
    for (const message of ['At {{value}} bytes.', 'At {{value}}.', 'At {{value}} machines.', 'Of 2000 MB.'])
      assert.ok(!contradicts(bytes, message), message);
    assert.ok(!contradicts(bytes, 'For the last 1000 seconds.'), 'a time may be the window');
    assert.ok(!contradicts('avg(last_5m):avg:docker.mem.in_use{*} > 90', 'At {{value}}%.', 90));
    for (const query of [
      'avg(last_5m):avg:docker.mem.cache{*} / 1000000 > 1000',
      'avg(last_5m):abs(avg:docker.mem.cache{*}) > 1000',
      'pct_change(avg(last_5m),last_1h):avg:docker.mem.cache{*} > 1000',
      'avg(last_5m):count:docker.mem.cache{*} > 1000',
      'avg(last_5m):avg:custom.cache{*} > 1000',
    ])
      assert.ok(!contradicts(query, 'At {{value}} MB.'), query);
  });

  it('do not judge the tags that a configuration or the Agent adds, or template variables', () => {
    const tags = ['$port', 'env', 'host', 'kube_namespace', 'datacenter', 'sport*'];
    const definition = { type: 'check_status', check: 'postgres.can_connect', grouping: 'cluster', tags };
    const found = lintDashboard({ title: 't', layout_type: 'ordered', widgets: [{ definition }] }, '');
    assert.deepEqual(
      found.filter(({ code }) => code === 'unknown_check_tag'),
      [],
    );
  });

  it('do not judge metrics of cloud costs', () => {
    const queries = [{ data_source: 'cloud_cost', name: 'a', query: 'sum:docker.mem.cahce{*}' }];
    const definition = { type: 'timeseries', requests: [{ queries }] };
    const found = lintDashboard({ title: 't', layout_type: 'ordered', widgets: [{ definition }] }, '');
    assert.ok(!found.some(({ code }) => code === 'unknown_metric'));
  });

  // Each name is a typo of one that has hundreds of neighbours.
  for (const prefix of ['snmp.cieIfInterfaceDiscontinuityTime', 'aerospike.namespace.batch_sub_read_succes'])
    it(`take time proportional to the number of typos: ${prefix}`, () =>
      assertLinear((length) => {
        const terms: string[] = [];
        for (let at = 0, size = 0; size < length; at += 1) {
          terms.push(`avg:${prefix}${String.fromCharCode(97 + (at % 26), 97 + ((at * 7) % 26))}{*}`);
          size += prefix.length + 10;
        }
        lintMonitor({ type: 'query alert', query: `avg(last_5m):${terms.join(' + ')} > 1` }, '');
      }));
});
