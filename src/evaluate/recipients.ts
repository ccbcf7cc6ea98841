import type { Block } from '../language/message/message-syntax.ts';
import {
  handleText,
  matchesAny,
  type PlacedHandle,
  placedHandles,
} from '../language/message/placed-handles.ts';
import { appliesOn, type Status } from '../language/message/transitions.ts';
import { tagKeyOf } from '../lint/monitor/group-keys.ts';
import type { Messages } from './condition.ts';
import { keyAndValue, tagsOf } from './group-tags.ts';
import { ALERT, NO_DATA, WARN } from './states.ts';

/** What a message is sent about. States are indexes of STATES. */
export interface NoticeContext {
  readonly from: number;
  readonly to: number;
  readonly isRenotification: boolean;
  /** `tag:value,...`, or `*`. */
  readonly group: string;
  /** NaN without a value. */
  readonly value: number;
}

/** A handle of a message, and the blocks around it, outermost first. */
export interface ExplainedHandle {
  /** With its `@`. */
  readonly recipient: string;
  readonly source: 'message' | 'escalation_message';
  /** Such as `{{#is_alert}}`, and whether its content is sent. */
  readonly blocks: readonly { readonly text: string; readonly applies: boolean }[];
}

/** Blocks that compare a variable of the group. */
const COMPARISONS: ReadonlySet<string> = new Set(['is_match', 'is_exact_match']);

/** The handles of a monitor with their conditions. */
export class Recipients {
  readonly #message: readonly PlacedHandle[];
  readonly #escalation: readonly PlacedHandle[];
  readonly #priority: string;
  /** The recipients by kind of transition, unless they depend on the group. */
  readonly #known: Map<string, readonly string[]> | undefined;

  constructor({ message, escalation, priority }: Messages) {
    this.#message = message.flatMap(placedHandles);
    this.#escalation = placedHandles(escalation);
    this.#priority = priority;
    const dependsOnGroup = [...this.#message, ...this.#escalation].some(
      ({ handle, within }) =>
        handle.variables.length > 0 || within.some(({ block }) => COMPARISONS.has(block.name)),
    );
    this.#known = dependsOnGroup ? undefined : new Map();
  }

  /** Returns the recipients of a notification with their `@`, in the order of the message, each once. */
  of(context: NoticeContext): readonly string[] {
    const { from, to, isRenotification } = context;
    const key = `${from} ${to} ${isRenotification}`;
    const known = this.#known?.get(key) ?? this.#find(context);
    this.#known?.set(key, known);
    return known;
  }

  #find(context: NoticeContext): string[] {
    const recipients = new Set<string>();
    for (const { recipient, source, blocks } of this.explain(context))
      if ((source === 'message' || context.isRenotification) && blocks.every(({ applies }) => applies))
        recipients.add(recipient);
    return [...recipients];
  }

  /** Returns every handle with the blocks around it. Those of the escalation message count only in a renotification. */
  explain(context: NoticeContext): ExplainedHandle[] {
    const variables = new Variables(context);
    const explain = ({ handle, within }: PlacedHandle, source: ExplainedHandle['source']) => ({
      recipient: handleText(handle, (name) => variables.get(name)),
      source,
      blocks: within.map(({ block, otherwise }) => ({
        text: `${otherwise ? '{{else}} of ' : ''}${blockText(block)}`,
        applies: this.#holds(block, context, variables) === (block.negated === otherwise),
      })),
    });
    return [
      ...this.#message.map((handle) => explain(handle, 'message')),
      ...this.#escalation.map((handle) => explain(handle, 'escalation_message')),
    ];
  }

  /** Returns whether the condition of a block is true, regardless of its negation. Datadog does not send the content of unknown blocks. */
  #holds({ name, args }: Block, context: NoticeContext, variables: Variables): boolean {
    const { from, to, isRenotification } = context;
    const applies = appliesOn(name, statusOf(from), statusOf(to));
    if (applies !== undefined) return applies;
    const [first, ...rest] = args.map(({ text }) => text);
    const compared = variables.get(first ?? '');
    switch (name) {
      case 'is_renotify':
        return isRenotification;
      case 'is_priority':
        return first === this.#priority;
      case 'is_match':
      case 'is_exact_match':
        return matchesAny(compared, rest, name === 'is_exact_match');
      default:
        return false;
    }
  }
}

/** Returns the opening tag of a block. */
function blockText({ name, negated, args }: Block): string {
  const words = args.map(({ text, quote }) => ` ${quote}${text}${quote}`);
  return `{{${negated ? '^' : '#'}${name}${words.join('')}}}`;
}

/** The first evaluation counts as a transition from OK. */
export function statusOf(state: number): Status {
  if (state === ALERT) return 'alert';
  if (state === WARN) return 'warning';
  return state === NO_DATA ? 'no_data' : 'ok';
}

/** The variables of a message that depend on the group. Others are empty. */
class Variables {
  readonly #tags: ReadonlyMap<string, string>;
  readonly #value: number;

  constructor({ group, value }: NoticeContext) {
    this.#value = value;
    this.#tags = new Map(tagsOf(group).map(keyAndValue));
  }

  get(name: string): string {
    if (name === 'value') return Number.isNaN(this.#value) ? '' : String(this.#value);
    return this.#tags.get(tagKeyOf(name) ?? '') ?? '';
  }
}
