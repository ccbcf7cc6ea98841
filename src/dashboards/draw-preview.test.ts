import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { assertImage, textsIn } from '../../test/assert-image.ts';
import type { Drawing } from '../preview/drawing.ts';
import { drawPreview, MAX_PICTURE_BYTES, type PictureTexts } from './draw-preview.ts';

const FROM = Date.UTC(2026, 10, 23) / 1000;
const DAY = 86_400;
const TEXTS: PictureTexts = { key: 'deep', title: 'Queue is deep', definition: 'after', timeZone: 'UTC' };
const DRAWING: Drawing = {
  from: FROM,
  to: FROM + 7 * DAY,
  comparator: '>',
  thresholds: [{ kind: 'critical', value: 1000 }],
  series: [],
  hiddenGroups: 0,
  spans: [],
  notifications: [],
  missing: [],
};

function series(group: string, lows: readonly number[], highs = lows): Drawing['series'][number] {
  const times = Float64Array.from(lows, (_, at) => FROM + ((at + 0.5) * 7 * DAY) / lows.length);
  return { group, times, lows: Float64Array.from(lows), highs: Float64Array.from(highs) };
}

function draw(more: Partial<Drawing>, texts: Partial<PictureTexts> = {}): string {
  return drawPreview({ ...DRAWING, ...more }, { ...TEXTS, ...texts });
}

/** Returns the path of the first series. */
function lineIn(svg: string): string {
  return /<path d="([^"]*)" fill="none"/.exec(svg)?.[1] ?? '';
}

describe('the picture of a preview', () => {
  it('names thresholds, groups, states, notifications, dates and what is missing', () => {
    const svg = draw({
      thresholds: [
        { kind: 'critical', value: 1000 },
        { kind: 'warning', value: 800 },
        { kind: 'critical_recovery', value: 600 },
      ],
      series: [series('queue:orders', [1, 2]), series('queue:<b>&', [3, 1500])],
      hiddenGroups: 48,
      spans: [
        { state: 'alert', from: FROM + DAY, to: FROM + DAY + 60 },
        { state: 'no_data', from: FROM + 2 * DAY, to: FROM + 3 * DAY },
      ],
      notifications: [
        { at: FROM + DAY, to: 'alert', count: 2 },
        { at: FROM + DAY + 600, to: 'ok', count: 3 },
        { at: FROM + 3 * DAY, to: 'ok', count: 1 },
      ],
      missing: [{ from: FROM + 6 * DAY, to: FROM + 7 * DAY }],
    });
    assertImage(svg);
    assert.deepEqual(textsIn(svg), [
      'deep: Queue is deep',
      'Mon 23 Nov 00:00 to Mon 30 Nov 00:00, UTC · 50 groups · 6 notifications',
      '0',
      '500',
      '1k',
      '1.5k',
      'notified',
      'Mon 23 Nov',
      'Tue 24 Nov',
      'Wed 25 Nov',
      'Thu 26 Nov',
      'Fri 27 Nov',
      'Sat 28 Nov',
      'Sun 29 Nov',
      'critical &gt; 1000',
      'warning &gt; 800',
      'recovery 600',
      '5',
      'queue:orders',
      'queue:&lt;b&gt;&amp;',
      'and 48 groups with less time in Alert',
      'Alert',
      'No Data',
      'not fetched',
      'notified of Alert',
      'notified of recovery',
    ]);
    assert.match(svg, /<rect x="814.9" [^>]*width="125.1" [^>]*fill="url\(#not-fetched\)"/);
  });

  it('says why there are no values', () => {
    const { comparator: _, ...composite } = DRAWING;
    const whys = [
      draw({}),
      draw({ missing: [{ from: FROM, to: FROM + DAY }] }),
      drawPreview({ ...composite, thresholds: [] }, TEXTS),
    ].map((svg) => textsIn(svg).find((text) => text.endsWith('.')));
    assert.deepEqual(whys, [
      'The query has no data in this time.',
      'No data was fetched.',
      'A combination of alerts has no values.',
    ]);
  });

  it('draws a gap where values are missing, and a dot for a value between gaps', () => {
    const line = lineIn(draw({ series: [series('*', [1, 1, NaN, 1, NaN, 1, 1])] }));
    assert.equal(line.match(/M/g)?.length, 3);
    assert.match(line, /l0 0M/);
  });

  it('keeps a peak of one minute in seven days', () => {
    const lows = Array.from({ length: 10_080 }, () => 5);
    const highs = lows.with(5000, 2000);
    const line = lineIn(draw({ series: [series('*', lows, highs)] }));
    assert.match(line, / 0 \d-1\d\d \d 1\d\d /, line);
  });

  it('has times of day in the time zone, also where the clock changes', () => {
    const from = Date.UTC(2026, 9, 24, 20) / 1000;
    const texts = textsIn(draw({ from, to: from + 12 * 3600 }, { timeZone: 'Europe/Berlin' }));
    assert.equal(texts[1], 'Sat 24 Oct 22:00 to Sun 25 Oct 09:00, Europe/Berlin · 0 notifications');
    const labels = texts.slice(texts.indexOf('notified') + 1, -2);
    assert.deepEqual(labels, ['22:00', 'Sun 25 Oct', '02:00', '04:00', '06:00', '08:00']);
  });

  it('replaces every color in dark mode', () => {
    const svg = draw({
      series: ['a', 'b', 'c', 'd', 'e'].map((group) => series(group, [1, 2])),
      thresholds: [
        { kind: 'warning', value: 1 },
        { kind: 'warning_recovery', value: 0.5 },
      ],
      spans: [{ state: 'no_data', from: FROM, to: FROM + DAY }],
    });
    const [, style = ''] = /<style>@media \(prefers-color-scheme:dark\)\{(.*)\}<\/style>/.exec(svg) ?? [];
    const used = new Set([...svg.replace(style, '').matchAll(/#[0-9a-f]{6}/g)].map(([color]) => color));
    assert.ok(used.size > 8);
    for (const color of used) assert.ok(style.includes(`"${color}"`), color);
  });

  it('is well-formed, at most 40 KiB and the same each time, for any drawing', () => {
    const state = fc.constantFrom('alert', 'warn', 'no_data');
    const time = fc.double({ min: FROM - DAY, max: FROM + 8 * DAY, noNaN: true });
    const value = fc.oneof(fc.double(), fc.double({ min: 0, max: 1e4 }));
    const text = fc.string({ unit: 'binary', maxLength: 400 });
    const drawn = fc.record({
      thresholds: fc.array(fc.record({ kind: fc.constantFrom('critical', 'warning'), value }), {
        maxLength: 4,
      }),
      // A short list of values is repeated, which makes many points cheap.
      series: fc.array(
        fc
          .tuple(text, fc.array(value, { minLength: 1, maxLength: 8 }), fc.integer({ min: 1, max: 300 }))
          .map(([group, values, times]) =>
            series(
              group,
              Array.from({ length: times }, () => values.map((one) => one - 1)).flat(),
              Array.from({ length: times }, () => values).flat(),
            ),
          ),
        { maxLength: 7 },
      ),
      hiddenGroups: fc.nat(),
      spans: fc.array(
        fc
          .record({ state, from: time, to: time })
          .map((span) => ({ ...span, to: Math.max(span.from, span.to) })),
        { maxLength: 60 },
      ),
      notifications: fc.array(fc.record({ at: time, to: state, count: fc.nat() }), { maxLength: 60 }),
      missing: fc.array(fc.record({ from: time, to: time }), { maxLength: 20 }),
    });
    fc.assert(
      fc.property(drawn, text, (more, title) => {
        const svg = draw(more, { title, key: title });
        assertImage(svg);
        assert.doesNotMatch(svg, / (?:d|x|y|width)="[^"]*(?:NaN|Infinity)/);
        assert.ok(Buffer.byteLength(svg) <= MAX_PICTURE_BYTES);
        assert.equal(draw(more, { title, key: title }), svg);
      }),
      { numRuns: 15 },
    );
  });

  it('draws the largest numbers', () => {
    const svg = draw({ series: [series('*', [-Number.MAX_VALUE, 0, Number.MAX_VALUE])] });
    assert.doesNotMatch(svg, / (?:d|x|y|width)="[^"]*(?:NaN|Infinity)/);
    assert.match(lineIn(svg), /^M\d+ 278l0 0 \d+-105 \d+-105$/);
  });

  it('is at most 40 KiB with the noisiest series, spans and notifications', () => {
    const noise = Array.from({ length: 10_080 }, (_, at) => (at * 7919) % 1000);
    const groups = Array.from({ length: 50 }, (_, at) =>
      series(
        `"`.repeat(300 + at),
        noise,
        noise.map((low) => 1000 - low),
      ),
    );
    const each = Array.from({ length: 5000 }, (_, at) => FROM + (at * 7 * DAY) / 5000);
    const svg = draw({
      series: groups,
      spans: each.map((from, at) => ({ state: at % 2 ? 'alert' : 'warn', from, to: from + 60 })),
      notifications: each.map((at, n) => ({ at, to: n % 2 ? 'alert' : 'ok', count: 123_456 })),
      missing: each.map((from) => ({ from, to: from + 60 })),
    });
    assertImage(svg);
    assert.ok(Buffer.byteLength(svg) <= MAX_PICTURE_BYTES, String(svg.length));
    assert.match(lineIn(svg), /l/);
    const legend = textsIn(svg).filter((text) => /^(?:&quot;){2}/.test(text));
    assert.equal(legend.length, 5);
    for (const label of legend) assert.ok(label.length < 45 * '&quot;'.length, label);
  });
});
