import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { createTestClient, jsonBody } from '../test-client.ts';

const HOSTILE = `<script>alert(1)</script>"'&<img src=x onerror=a>`;
const ESCAPED = '&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;&lt;img src=x onerror=a&gt;';

let datadog: ReturnType<typeof createTestClient>;
beforeEach(() => {
  datadog = createTestClient();
});

/** Opens a page as a browser does, without keys. */
function open(path: string) {
  const { status, headers = {}, body = '' } = datadog.send('GET', path, undefined, {});
  return { status, headers, body };
}
const monitorWith = (fields: object) =>
  jsonBody(
    datadog.send('POST', '/api/v1/monitor', {
      type: 'query alert',
      query: 'avg(last_5m):avg:a{*} > 2',
      ...fields,
    }),
  ).id;
const dashboardWith = (widgets: object[], fields: object = {}) =>
  jsonBody(
    datadog.send('POST', '/api/v1/dashboard', { title: 'A', layout_type: 'ordered', widgets, ...fields }),
  );

/** Asserts that a page contains no tag that the emulator does not write, and may load nothing. */
function assertPlain({ headers, body }: ReturnType<typeof open>): void {
  assert.equal(headers['content-type'], 'text/html; charset=utf-8');
  assert.match(headers['content-security-policy'] ?? '', /^default-src 'none'; style-src 'unsafe-inline';/);
  const tags = new Set(body.matchAll(/<([a-z]\w*)/gi).map(([, tag]) => tag));
  const known = 'html head meta title style body h1 h2 dl dt dd pre ul li div section p small'.split(' ');
  assert.deepEqual(
    [...tags].filter((tag) => !known.includes(tag ?? '')),
    [],
  );
  assert.doesNotMatch(body, /<[a-z][^>]*\s(?:src|href|on\w+)=/i);
}

describe('the page of a monitor', () => {
  it('shows name, state, type, query, thresholds, tags and message', () => {
    const id = monitorWith({
      name: 'Load is high',
      message: 'Look at {{host.name}}\n@slack-ops',
      tags: ['env:prod'],
      options: { thresholds: { critical: 2, warning: 1.5 } },
    });
    const page = open(`/monitors/${id}`);
    assert.equal(page.status, 200);
    for (const shown of [
      '<h1>Load is high</h1>',
      '<dt>State</dt><dd><pre>No Data</pre>',
      '<pre>query alert</pre>',
      '<pre>avg(last_5m):avg:a{*} &gt; 2</pre>',
      '<li>critical: 2</li><li>warning: 1.5</li>',
      '<li>env:prod</li>',
      '<pre>Look at {{host.name}}\n@slack-ops</pre>',
    ])
      assert.ok(page.body.includes(shown), shown);
    assertPlain(page);
  });

  it('shows hostile texts as texts', () => {
    const page = open(`/monitors/${monitorWith({ name: HOSTILE, message: HOSTILE, tags: [HOSTILE] })}`);
    assert.ok(page.body.split(ESCAPED).length > 4);
    assertPlain(page);
  });

  it('is missing for a monitor that does not exist', () => {
    const page = open('/monitors/1');
    assert.equal(page.status, 404);
    assertPlain(page);
    assert.equal(datadog.unclaimed('GET', '/monitors/manage/1'), true);
  });
});

describe('the page of a dashboard', () => {
  it('shows the widgets on the grid of their layouts, and those of groups inside them', () => {
    const inner = {
      layout: { x: 2, y: 1, width: 3, height: 2 },
      definition: { type: 'timeseries', title: 'Load', requests: [{ q: 'avg:system.load.1{*}' }] },
    };
    const group = { type: 'group', layout_type: 'ordered', title: 'Hosts', widgets: [inner] };
    const { id, url } = dashboardWith(
      [
        { layout: { x: 0, y: 0, width: 12, height: 4 }, definition: group },
        { definition: { type: 'note', content: 'All is well' } },
      ],
      { description: 'About hosts' },
    );
    for (const path of [`/dashboard/${id}`, url]) {
      const page = open(path);
      assert.equal(page.status, 200);
      for (const shown of [
        '<h1>A</h1>',
        '<pre>About hosts</pre>',
        'style="grid-template-columns: repeat(12, minmax(0, 1fr))"',
        'style="grid-column: 1 / span 12; grid-row: 1 / span 4"><h2>Hosts</h2><small>group</small>',
        'style="grid-column: 3 / span 3; grid-row: 2 / span 2"><h2>Load</h2><small>timeseries</small>',
        '<pre>avg:system.load.1{*}</pre>',
        'style="grid-column: span 4"><h2></h2><small>note</small><pre>All is well</pre>',
      ])
        assert.ok(page.body.includes(shown), `${shown} in ${page.body}`);
      assert.equal(page.body.split('avg:system.load.1').length, 2, 'the group does not repeat inner queries');
      assertPlain(page);
    }
  });

  it('has as many columns as a free layout, and no place for one outside the grid', () => {
    const note = { type: 'note', content: 'a' };
    const at = (x: number, width: number) => ({ definition: note, layout: { x, y: 0, width, height: 1 } });
    const { id } = dashboardWith([at(40, 20), at(0, 5000), at(0, 1.5), at(-1, 1)], { layout_type: 'free' });
    const { body } = open(`/dashboard/${id}`);
    assert.ok(body.includes('repeat(60, '));
    assert.equal(body.split('style="grid-column: span 4"').length, 4);
  });

  it('shows hostile texts as texts', () => {
    const definition = { type: 'timeseries', title: HOSTILE, requests: [{ q: HOSTILE }] };
    const { id } = dashboardWith([{ definition }], { title: HOSTILE, description: HOSTILE });
    const page = open(`/dashboard/${id}`);
    assert.ok(page.body.split(ESCAPED).length > 5);
    assertPlain(page);
  });

  it('is missing for a dashboard that does not exist', () => {
    assert.equal(open('/dashboard/abc-def-ghi/a').status, 404);
  });
});
