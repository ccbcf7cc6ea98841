import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Json, JsonObject } from '../domain/json.ts';
import { assertImage, textsIn } from '../../test/assert-image.ts';
import { drawDashboard } from './draw-dashboard.ts';

const graph = (title: string, more: JsonObject = {}, layout?: Json): JsonObject => ({
  definition: { type: 'timeseries', title, ...more },
  ...(layout === undefined ? {} : { layout }),
});
const dashboard = (widgets: Json[], more: JsonObject = {}): JsonObject => ({
  title: 'Shop',
  layout_type: 'ordered',
  widgets,
  ...more,
});

/** Throws unless every rectangle is within the image. */
function assertInside(svg: string): void {
  const [, imageWidth, imageHeight] = /<svg [^>]*? width="(\d+)" height="(\d+)"/.exec(svg) ?? [];
  for (const [rect] of svg.matchAll(/<rect [^>]*>/g)) {
    const [x, y, width, height] = ['x', 'y', 'width', 'height'].map((name) =>
      Number(new RegExp(` ${name}="([^"]*)"`).exec(rect)?.[1] ?? 0),
    );
    assert.ok(x !== undefined && y !== undefined && width !== undefined && height !== undefined);
    assert.ok(x >= 0 && y >= 0 && width >= 0 && height >= 0, rect);
    assert.ok(x + width <= Number(imageWidth) + 0.2 && y + height <= Number(imageHeight) + 0.2, rect);
  }
}

describe('the image of a dashboard', () => {
  it('shows titles, variables, markers, notes and groups', () => {
    const svg = drawDashboard(
      dashboard(
        [
          graph('Queue', {
            markers: [
              { value: 'y = 1000', display_type: 'error dashed', label: 'critical 1000' },
              { value: '0 < y < 5', display_type: 'ok dashed' },
            ],
            requests: [{ queries: [{ query: 'avg:x{*} by {host}' }] }],
          }),
          { definition: { type: 'note', content: '**Team:** [payments](/t)\n- `@slack-a` \\*b\\*' } },
          {
            definition: {
              type: 'check_status',
              title: 'Up',
              check: 'http.up',
              group_by: ['host'],
              tags: ['a:b'],
            },
          },
          { definition: { type: 'slo', title: 'Budget', slo_id: 'abc', time_windows: ['30d'] } },
          { definition: { type: 'manage_status', title: 'States', query: 'tag:x' } },
          { definition: { type: 'toplist', title: 'Top', requests: [{ q: 'top(x)' }] } },
          { definition: { type: 'group', title: 'Group', widgets: [graph('Inside')] } },
        ],
        {
          template_variables: [
            { name: 'env', defaults: ['prod'] },
            { name: 'scope', default: '*' },
          ],
        },
      ),
    );
    const texts = textsIn(svg);
    for (const text of [
      'Shop',
      '$env: prod · $scope: *',
      'Queue',
      'critical 1000',
      '0 &lt; y &lt; 5',
      'Team: payments',
      '• @slack-a *b*',
      'Up',
      'http.up · by host · a:b',
      'SLO abc over 30d',
      'tag:x',
      'top(x)',
      'Group',
      'Inside',
    ])
      assert.ok(texts.includes(text), text);
    assertImage(svg);
  });

  it('escapes every text', () => {
    const hostile = '"\'><script>alert(1)</script>&amp;]]>\u0000\u0007\ud800\u202e';
    const markers = [{ value: 'y = 1', display_type: hostile, label: hostile }];
    const svg = drawDashboard({
      title: hostile,
      template_variables: [{ name: hostile, default: hostile }],
      widgets: [
        graph(hostile, { markers }),
        ...['note', 'free_text', 'slo', 'check_status', 'manage_status', 'iframe', hostile].map((type) => ({
          definition: {
            type,
            content: hostile,
            text: hostile,
            url: hostile,
            query: hostile,
            check: hostile,
            slo_id: hostile,
            tags: [hostile],
          },
        })),
        { definition: { type: 'group', title: hostile, widgets: [graph(hostile)] } },
      ],
    });
    assertImage(svg);
    assert.ok(textsIn(svg).some((text) => text.startsWith('&quot;&#39;&gt;&lt;script&gt;')));
  });

  it('is well-formed, small and the same for the same dashboard, with any content', () => {
    const definition = fc.dictionary(
      fc.constantFrom(
        'type',
        'title',
        'content',
        'markers',
        'requests',
        'query',
        'tags',
        'widgets',
        'layout',
      ),
      fc.oneof(
        fc.constantFrom<Json>(
          'timeseries',
          'group',
          'note',
          'slo',
          [{ value: 'y = 1e9' }],
          [{ value: 'y > -3' }],
        ),
        fc.json().map((text): Json => JSON.parse(text)),
        fc.string({ unit: 'binary' }),
      ),
    );
    const number = fc.oneof(fc.integer({ min: -2, max: 14 }), fc.double());
    const layout = fc.record({ x: number, y: number, width: number, height: number });
    const widget = fc.record({ definition, layout }, { requiredKeys: ['definition'] });
    fc.assert(
      fc.property(fc.array(widget, { maxLength: 8 }), fc.constantFrom('ordered', 'free'), (widgets, type) => {
        const given = dashboard(widgets, { layout_type: type });
        const svg = drawDashboard(given);
        assertImage(svg);
        assert.equal(drawDashboard(given), svg);
        assert.doesNotMatch(svg, /NaN|Infinity|undefined/);
        assertInside(svg);
      }),
      { numRuns: 40 },
    );
  });

  it('has a bounded size', () => {
    const long = 'x'.repeat(100_000);
    const markers = Array.from({ length: 1000 }, (_, at) => ({ value: `y = ${at}`, label: long }));
    const groups = Array.from({ length: 600 }, () => ({
      definition: {
        type: 'group',
        title: long,
        widgets: Array.from({ length: 600 }, () => graph(long, { markers })),
      },
    }));
    const svg = drawDashboard(dashboard(groups, { title: long }));
    assert.ok(svg.length < 2_000_000, String(svg.length));
    assert.ok(textsIn(svg).includes('100 more widgets'));
    const graphs = Array.from({ length: 500 }, () => graph(long.slice(0, 1000), { markers }));
    const full = drawDashboard(dashboard(graphs));
    assert.ok(full.length < 2_000_000, String(full.length));
  });

  it('draws only the beginning of a long text', () => {
    const note = {
      definition: { type: 'note', content: 'word '.repeat(1000) },
      layout: { x: 0, y: 0, width: 12, height: 30 },
    };
    const text = textsIn(drawDashboard(dashboard([note])))
      .slice(1)
      .join(' ');
    assert.match(text, /^(?:word )+…$/);
    assert.ok(text.length <= 310, String(text.length));
  });

  it('does not place the labels of close thresholds on each other', () => {
    const lines = [100, 99, 98, 97].map((value) => ({ value: `y = ${value}`, label: `at ${value}` }));
    const svg = drawDashboard(dashboard([graph('Close', { markers: lines })]));
    const places = [...svg.matchAll(/<text x="([\d.]+)" y="([\d.]+)"[^>]*>at \d+</g)].map(
      ([, x, y]) => [x, Number(y)] as const,
    );
    assert.equal(places.length, 4);
    for (const [at, [x, y]] of places.entries())
      for (const [otherX, otherY] of places.slice(at + 1))
        assert.ok(x !== otherX || Math.abs(y - otherY) >= 11, 'two labels overlap');
  });
});
