import { isObject, type Json, type JsonObject, own, textOf, textsOf } from '../domain/json.ts';
import { appliesOn, type Status } from '../language/message/transitions.ts';
import { parseMetricQuery } from '../language/query/parse-query.ts';
import type { FilterTerm } from '../language/query/syntax.ts';
import { keyAndValue } from './group-tags.ts';

/** A notification that rules may add recipients to. */
export interface RuledNotice {
  readonly from: Status;
  readonly to: Status;
  /** The tags of the monitor and of the group. */
  readonly tags: ReadonlySet<string>;
}

/** Whether a notification matches. */
type Matches = (notice: RuledNotice) => boolean;

interface ConditionalRecipients {
  /** As written. */
  readonly scope: string;
  readonly matches: Matches;
  readonly recipients: readonly string[];
}

interface Rule {
  readonly name: string;
  readonly matches: Matches;
  readonly conditions: readonly ConditionalRecipients[];
  /** The recipients if no condition matches. */
  readonly otherwise: readonly string[];
}

/** A recipient of a rule that matches the notified group. */
export interface RuledRecipient {
  /** With its `@`. */
  readonly recipient: string;
  /** The name of the rule. */
  readonly rule: string;
  /** The condition that the recipient belongs to, or undefined for the recipients of the rule or its fallback. */
  readonly scope?: string;
  readonly isNotified: boolean;
}

/** The notification rules of an organization: Datadog API v2, monitor/notification_rule. */
export class NotificationRules {
  readonly #rules: readonly Rule[];
  /** Whether a rule bundles notifications, so that there are fewer messages than notifications. */
  readonly areBundled: boolean;

  /** Takes the attributes of each rule. */
  constructor(rules: readonly JsonObject[]) {
    this.#rules = rules.map(readRule);
    this.areBundled = rules.some((rule) => isObject(own(rule, 'bundle_config')));
  }

  /** Returns the recipients of a notification, with their `@`. */
  of(notice: RuledNotice): string[] {
    return this.explain(notice).flatMap(({ recipient, isNotified }) => (isNotified ? [recipient] : []));
  }

  /** Returns every recipient of the rules that match the notified group. */
  explain(notice: RuledNotice): RuledRecipient[] {
    return this.#rules.flatMap(({ name: rule, matches, conditions, otherwise }) => {
      if (!matches(notice)) return [];
      let isMet = false;
      const conditional = conditions.flatMap(({ scope, recipients, ...condition }) => {
        const isNotified = condition.matches(notice);
        isMet ||= isNotified;
        return recipients.map((recipient) => ({ recipient, rule, scope, isNotified }));
      });
      return [...conditional, ...otherwise.map((recipient) => ({ recipient, rule, isNotified: !isMet }))];
    });
  }
}

function readRule(rule: JsonObject): Rule {
  const conditional = own(rule, 'conditional_recipients');
  const conditions = isObject(conditional) ? own(conditional, 'conditions') : undefined;
  return {
    name: textOf(own(rule, 'name')),
    matches: readFilter(own(rule, 'filter')),
    conditions: (Array.isArray(conditions) ? conditions : []).filter(isObject).map((condition) => {
      const scope = textOf(own(condition, 'scope'));
      return { scope, matches: readCondition(scope), recipients: handles(own(condition, 'recipients')) };
    }),
    otherwise: isObject(conditional)
      ? handles(own(conditional, 'fallback_recipients'))
      : handles(own(rule, 'recipients')),
  };
}

function handles(value: Json | undefined): string[] {
  return textsOf(value).map((name) => `@${name}`);
}

/** All of `tags` must match, or `scope` must. A scope that cannot be parsed matches nothing. */
function readFilter(filter: Json | undefined): Matches {
  if (!isObject(filter)) return () => true;
  const scope = own(filter, 'scope');
  if (typeof scope !== 'string') {
    const wanted = textsOf(own(filter, 'tags'));
    return ({ tags }) => wanted.every((tag) => tags.has(tag));
  }
  const matches = scopeMatcher(scope);
  return ({ tags }) => matches(tags);
}

/** Returns a function that matches tags with a scope such as `env:prod AND NOT team:x`. One that cannot be parsed matches nothing. */
export function scopeMatcher(scope: string): (tags: ReadonlySet<string>) => boolean {
  const { expression, faults } = parseMetricQuery(`m{${scope}}`);
  const term = expression.kind === 'series' && faults.length === 0 ? expression.filter?.terms : undefined;
  return (tags) => term !== undefined && matchesTerm(term, tags);
}

/** `transition_type:is_alert`, or one tag. */
function readCondition(scope: string): Matches {
  const [key, value] = keyAndValue(scope);
  return key === 'transition_type'
    ? ({ from, to }) => appliesOn(value, from, to) === true
    : ({ tags }) => hasTag(tags, scope);
}

function matchesTerm(term: FilterTerm, tags: ReadonlySet<string>): boolean {
  switch (term.kind) {
    case 'tag':
      return hasTag(tags, term.text);
    case 'in': {
      const has = term.values.some(({ text }) => hasTag(tags, `${term.key.text}:${text}`));
      return has !== /^not/i.test(term.operator.text);
    }
    case 'not':
      return !matchesTerm(term.term, tags);
    case 'both': {
      const left = matchesTerm(term.left, tags);
      const right = matchesTerm(term.right, tags);
      return /^or$/i.test(term.operator.text) ? left || right : left && right;
    }
    case 'filter-group':
      return matchesTerm(term.inner, tags);
    case 'unread':
      return false;
  }
}

/** `key:*` matches any value of the key. */
function hasTag(tags: ReadonlySet<string>, tag: string): boolean {
  const [key, value] = keyAndValue(tag);
  return value === '*' ? [...tags].some((other) => keyAndValue(other)[0] === key) : tags.has(tag);
}
