import fc from 'fast-check';
import type { LostWrite } from '../emulated-datadog.ts';
import {
  Apply,
  ChangeListing,
  Clone,
  type Command,
  type Conditions,
  type Contents,
  type Name,
  NAMES,
  RepeatOnOtherRoute,
  Replace,
  Single,
  Wait,
} from './commands.ts';
import { Rename, type Rival, WriteDuringRename } from './rename.ts';

const late = fc
  .integer({ min: 100, max: 24_000 })
  .map((afterMs): LostWrite => ({ carriedOut: 'late', afterMs }));
const loss = fc.oneof(
  fc.constant<LostWrite>({ carriedOut: 'now' }),
  fc.constant<LostWrite>({ carriedOut: 'never' }),
  late,
);
/** What becomes of the further attempts of an update. */
const UNSENT: readonly LostWrite[] = Array.from({ length: 9 }, () => ({ carriedOut: 'never' }));
const conditions: fc.Arbitrary<Conditions> = fc.record({
  losses: fc.oneof(fc.constant([]), fc.array(loss, { minLength: 1, maxLength: 5 })),
  deadlineMs: fc.constantFrom(3_000, 25_000),
});
const name = fc.constantFrom(...NAMES);
/** Mostly new, sometimes equal to an earlier one. */
const content = fc
  .oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 4, max: 1e9 }))
  .map((n) => `q${n}`);
const contents: fc.Arbitrary<Contents> = fc
  .uniqueArray(fc.tuple(name, content), { minLength: 1, maxLength: 4, selector: ([one]) => one })
  .map((pairs) => new Map(pairs));

export const COMMANDS: fc.Arbitrary<Command>[] = [
  fc
    .tuple(fc.constantFrom('create', 'update', 'delete'), name, content, conditions)
    .map(([verb, ...rest]) => new Single(verb, ...rest)),
  fc.tuple(contents, conditions).map(([one, under]) => new Apply([one], under)),
  fc.tuple(contents, conditions).map(([one, under]) => new Apply([one, one], under)),
  fc
    .tuple(contents, content, conditions)
    .map(
      ([one, other, under]) => new Apply([one, new Map([...one].map(([key]) => [key, `${other}x`]))], under),
    ),
  fc
    .tuple(fc.constantFrom<Name[]>('monitor:a', 'monitor:b'), content, fc.boolean(), conditions)
    .map(([one, other, ...rest]) => new Replace(one, `log${other}`, ...rest)),
  fc
    .tuple(name, content, fc.constantFrom<Rival[]>('none', 'same', 'older'), conditions)
    .map((parts) => new Rename(...parts)),
  fc
    .tuple(name, fc.constantFrom('create', 'update', 'delete'), name, content, late)
    .map(([from, verb, written, other, lost]) => {
      const answered = { losses: [], deadlineMs: 25_000 };
      return new WriteDuringRename(
        new Single('create', from, other, answered),
        new Rename(from, `${other}r`, 'none', { losses: [lost, ...UNSENT], deadlineMs: 3_000 }),
        new Single(verb, written, `${other}w`, answered),
      );
    }),
  name.map((one) => new Clone(one)),
  fc.integer({ min: 1, max: 40_000 }).map((ms) => new Wait(ms)),
  fc.constant(new ChangeListing()),
  fc.tuple(fc.constantFrom('create', 'update'), name, content, late).map(([verb, one, other, lost]) => {
    const single = new Single(verb, one, other, { losses: [lost], deadlineMs: 3_000 });
    return new RepeatOnOtherRoute(single);
  }),
];
