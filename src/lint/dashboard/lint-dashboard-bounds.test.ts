import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { JsonObject } from '../../domain/json.ts';
import { lintDashboard } from './lint-dashboard.ts';

const ordered = (widgets: JsonObject[]): JsonObject => ({ title: 'a', layout_type: 'ordered', widgets });
const series = (q: string): JsonObject => ({ definition: { type: 'timeseries', requests: [{ q }] } });

function found(dashboard: JsonObject): string[] {
  return lintDashboard(dashboard, '').map(({ code, pointer }) => `${code} ${pointer}`);
}

describe('the work of linting a dashboard', () => {
  it('reports each widget once if thousands overlap', () => {
    const widgets = Array.from({ length: 5000 }, () => ({
      layout: { x: 0, y: 0, width: 12, height: 1_000_000 },
      definition: { type: 'note', content: 'a' },
    }));
    const overlaps = lintDashboard(ordered(widgets), '');
    assert.equal(overlaps.length, 101);
    assert.equal(overlaps.at(-2)?.pointer, '/widgets/100/layout');
    assert.match(overlaps.at(-1)?.message ?? '', /^4899 more findings .* 0 errors and 4899 warnings\.$/);
  });

  it('parses a sum of the maximum length', () => {
    assert.deepEqual(found(ordered([series(`avg:a{*}${' + avg:a{*}'.repeat(50_000)}`)])), []);
  });

  it('limits the number of findings for one query', () => {
    assert.equal(found(ordered([series(','.repeat(10_000))])).length, 50);
  });

  it('never throws, for any dashboard', () => {
    const names = fc.constantFrom(
      'widgets',
      'definition',
      'type',
      'requests',
      'queries',
      'formulas',
      'formula',
      'name',
      'q',
      'layout',
      'x',
      'width',
      'tabs',
      'widget_ids',
      'template_variables',
      'template_variable_presets',
      'defaults',
      'values',
      'markers',
      'value',
      'url',
    );
    const words = fc.constantFrom(
      'group',
      'timeseries',
      'image',
      'slo',
      'hostmap',
      'ordered',
      '$a',
      'avg:a{$b',
      '@1',
      '',
    );
    const { anything } = fc.letrec((tie) => ({
      anything: fc.oneof(
        { maxDepth: 6 },
        words,
        fc.integer(),
        fc.constant(null),
        fc.boolean(),
        fc.array(tie('anything'), { maxLength: 3 }),
        tie('object'),
      ),
      object: fc.dictionary(names, tie('anything'), { maxKeys: 5 }),
    }));
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 3 }), anything, (widgets, tabs) => {
        const dashboard: unknown = JSON.parse(
          JSON.stringify({ title: 'a', layout_type: 'ordered', widgets, tabs }),
        );
        assert.ok(isDashboard(dashboard));
        lintDashboard(dashboard, '');
      }),
    );
  });
});

function isDashboard(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null;
}
