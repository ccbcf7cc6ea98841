import type { z } from 'zod';
import type { Finding } from '../domain/finding.ts';
import { isObject, isRawNumber, type Json, toNumber } from '../domain/json.ts';
import { type Pointer, pointerTo } from '../domain/pointer.ts';

/**
 * Holds a value against a schema. Gives a finding for each mistake, its pointer below `base`;
 * none where the value fits. A missing member is found at the object that lacks it.
 */
export function check(schema: z.ZodType, value: Json, base: Pointer): Finding[] {
  const result = schema.safeParse(withPlainNumbers(value));
  return result.success ? [] : result.error.issues.flatMap((issue) => findingsOf(issue, value, base));
}

/** A number that keeps its spelling is an object in memory; to a schema it is the number that it stands for. */
function withPlainNumbers(value: Json): Json {
  if (isRawNumber(value)) return toNumber(value) ?? null;
  if (Array.isArray(value)) {
    const items = value.map(withPlainNumbers);
    return items.some((item, at) => item !== value[at]) ? items : value;
  }
  if (!isObject(value)) return value;
  const members = Object.entries(value).map(([name, member]): [string, Json] => [
    name,
    withPlainNumbers(member),
  ]);
  return members.some(([name, member]) => member !== value[name]) ? Object.fromEntries(members) : value;
}

function findingsOf(issue: z.core.$ZodIssue, value: Json, base: Pointer): Finding[] {
  const steps = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((name) => ({
      code: 'unknown_member',
      severity: 'error',
      message: `"${name}" is not known here.`,
      pointer: pointerTo(base, ...steps, name),
      hint: 'Correct the name, or leave it out.',
    }));
  }
  const last = steps.at(-1);
  const missing = last !== undefined && !has(value, steps);
  return [
    {
      code: missing ? 'missing_member' : 'wrong_value',
      severity: 'error',
      message: missing ? `"${last}" is missing.` : sentence(issue.message),
      pointer: pointerTo(base, ...(missing ? steps.slice(0, -1) : steps)),
    },
  ];
}

function has(value: unknown, steps: readonly string[]): boolean {
  let here = value;
  for (const step of steps) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, step)) return false;
    here = Reflect.get(here, step);
  }
  return true;
}

function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}
