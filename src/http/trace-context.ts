import { randomBytes } from 'node:crypto';
import { HEADERS } from '../domain/headers.ts';
import type { RequestContext } from '../domain/caller.ts';

/** Version, trace id, span id and flags; a later version may have more behind another dash. */
const PARENT =
  /^(?<version>[0-9a-f]{2})-(?<trace>[0-9a-f]{32})-(?<span>[0-9a-f]{16})-(?<flags>[0-9a-f]{2})(?<more>-.*)?$/;
const NOTHING = /^0+$/;
/** Tracing systems pass on at least this many characters; what is longer, or no list of members, is dropped whole. */
const LONGEST_STATE = 512;
const MEMBER =
  /^[a-z0-9][a-z0-9_\-*/@]{0,255}=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/;
const MOST_MEMBERS = 32;

/**
 * The trace that a request belongs to, under a span of our own. A `traceparent` that is none begins a new trace, and
 * takes its `tracestate` with it.
 */
export function traceOf(
  header: (name: string) => string | undefined,
): Pick<RequestContext, 'traceparent' | 'tracestate'> {
  const span = randomBytes(8).toString('hex');
  const parts = PARENT.exec(header(HEADERS.traceparent) ?? '')?.groups;
  const { version = 'ff', trace = '', span: parent = '', flags = '00', more } = parts ?? {};
  const wrong = version === 'ff' || (version === '00' && more !== undefined);
  if (wrong || NOTHING.test(trace) || NOTHING.test(parent)) {
    return { traceparent: `00-${randomBytes(16).toString('hex')}-${span}-01` };
  }
  const tracestate = stateOf(header(HEADERS.tracestate));
  return {
    // Of the flags only "sampled" means something in version 00.
    traceparent: `00-${trace}-${span}-${Number.parseInt(flags, 16) & 1 ? '01' : '00'}`,
    ...(tracestate === undefined ? {} : { tracestate }),
  };
}

function stateOf(given: string | undefined): string | undefined {
  if (given === undefined || given.length > LONGEST_STATE) return undefined;
  const members = given
    .split(',')
    .map((member) => member.trim())
    .filter((member) => member !== '');
  const sound = members.length > 0 && members.length <= MOST_MEMBERS && members.every((m) => MEMBER.test(m));
  return sound ? members.join(',') : undefined;
}
