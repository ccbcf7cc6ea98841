/** A monitor that Datadog accepts. */
export const monitor = { type: 'query alert', name: 'x', query: 'avg(last_5m):avg:a{*} > 1' };
const alert = {
  title: 'x',
  signal: { metric: 'a' },
  condition: { over: '5m', above: 1 },
  notify: [{ to: ['@slack-x'] }],
};
const dashboard = { title: 'x', layout_type: 'ordered', widgets: [] };
const OBJECTS = { monitor, alert, dashboard };

type Needs = 'read' | 'apply_reviewed' | 'write';

/** Every operation on an application, with the permission that it requires. */
export function operations(
  application: string,
): readonly [needs: Needs, method: string, path: string, body?: object][] {
  const document = { apiVersion: 'birddog/v1', application, team: 't', monitors: [] };
  return [
    ...Object.entries(OBJECTS).flatMap(([kind, object]): readonly [Needs, string, string, object?][] => {
      const body = { application, team: 't', key: `table-${kind}`, [kind]: object };
      const found = `application=${application}&key=table-${kind}`;
      return [
        ['read', 'POST', `/create_${kind}?dry_run=true`, body],
        ['write', 'POST', `/create_${kind}`, body],
        ['write', 'PUT', `/update_${kind}`, body],
        ['read', 'PUT', `/update_${kind}?dry_run=true`, body],
        ['read', 'GET', `/get_${kind}s?application=${application}`],
        ['read', 'DELETE', `/delete_${kind}?dry_run=true&${found}`],
        ['write', 'DELETE', `/delete_${kind}?${found}`],
      ];
    }),
    ['read', 'POST', '/plan', document],
    ['write', 'POST', '/apply', document],
    ['apply_reviewed', 'POST', '/apply?basis=b', document],
    ['read', 'POST', '/preview', document],
    ['read', 'POST', '/explain', { application, key: 'table-monitor', at: '2026-01-02T03:04:05Z' }],
    ['read', 'POST', '/drift', document],
    ['read', 'POST', `/import?application=${application}&team=t`],
    ['read', 'GET', `/history?application=${application}`],
    [
      'apply_reviewed',
      'POST',
      '/restore',
      { application, kind: 'monitor', key: 'table-monitor', revision: 1 },
    ],
  ];
}
