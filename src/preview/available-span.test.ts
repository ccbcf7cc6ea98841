import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { conditionOf, timeAt } from '../../test/evaluation/evaluation-series.ts';
import { evaluatedSpan, leadInOf, wantedSeries } from './available-span.ts';

const CONDITION = conditionOf('avg(last_5m):avg:a{*} > 1', { evaluation_delay: 60 });
const SPAN = { from: timeAt('+7 00:00'), to: timeAt('+8 00:00') };
const LEAD_IN = 6 * 3600;
/** The first point of the series, which is before the lead-in by a window and the delay. */
const FIRST = SPAN.from - LEAD_IN - CONDITION.historyS;
const gap = (from: number, to: number) => ({ from, to, reason: 'rate_limit' as const, detail: '' });

describe('the evaluated span', () => {
  it('is the whole span after 6 hours of lead-in, with the points of the first window', () => {
    assert.deepEqual(evaluatedSpan([CONDITION], SPAN, []), { ...SPAN, leadInS: LEAD_IN });
    const [query] = CONDITION.queries;
    assert.deepEqual(wantedSeries(CONDITION, SPAN), [{ query, from: FIRST, to: SPAN.to }]);
  });

  it('has a shorter lead-in if the first points are missing', () => {
    assert.deepEqual(evaluatedSpan([CONDITION], SPAN, [gap(FIRST, FIRST + 3600)]), {
      ...SPAN,
      leadInS: LEAD_IN - 3600,
    });
  });

  it('is the longest part whose windows are complete', () => {
    const [early, late] = [timeAt('+7 06:00'), timeAt('+7 07:00')];
    assert.deepEqual(evaluatedSpan([CONDITION], SPAN, [gap(early, late)]), {
      from: late + CONDITION.historyS,
      to: SPAN.to,
      leadInS: 0,
    });
    const end = timeAt('+7 20:00');
    assert.deepEqual(evaluatedSpan([CONDITION], SPAN, [gap(end, SPAN.to)]), {
      from: SPAN.from,
      to: end,
      leadInS: LEAD_IN,
    });
  });

  it('does not exist without points', () => {
    assert.equal(evaluatedSpan([CONDITION], SPAN, [gap(FIRST, SPAN.to)]), undefined);
  });

  it('has a lead-in of the window, at most a week', () => {
    assert.equal(leadInOf(conditionOf('avg(last_2d):avg:a{*} > 1')), 2 * 86_400);
    assert.equal(leadInOf(conditionOf('avg(last_1mo):avg:a{*} > 1')), 7 * 86_400);
  });
});
