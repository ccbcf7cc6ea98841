import { textOf } from '../../../domain/json.ts';
import type { Block } from '../../../language/message/message-syntax.ts';
import { suggestWord } from '../../nearest.ts';
import { PLAIN_VARIABLES } from '../message-variables.ts';
import type { TemplatePart } from '../monitor-templates.ts';
import { EVENT_TYPES, METRIC_TYPES } from '../monitor-types.ts';
import type { MonitorRule, MonitorView } from '../monitor-view.ts';
import { isOn } from '../option-values.ts';
import { transitionsWithin } from '../../../language/message/transitions.ts';
import { hasKey, tagKeyOf, variableKeysOf } from '../group-keys.ts';
import type { Path, RuleFix } from '../../rule.ts';

/** Blocks that Datadog evaluates: Datadog docs, monitors/notify/variables and synthetics/notifications. */
const BLOCKS: readonly string[] = [
  'is_alert',
  'is_warning',
  'is_no_data',
  'is_unknown',
  'is_recovery',
  'is_alert_recovery',
  'is_warning_recovery',
  'is_no_data_recovery',
  'is_alert_to_warning',
  'is_renotify',
  'is_priority',
  'is_match',
  'is_exact_match',
  'if',
  'unless',
  'each',
  'with',
];

/** Blocks that compare a variable with strings. */
const COMPARISONS: readonly string[] = ['is_match', 'is_exact_match'];

const IN_BRACES = /^\{{2,3}([^{}]+)\}{2,3}$/;

interface Condition {
  readonly blocks: readonly string[];
  readonly isMet: (view: MonitorView) => boolean;
  readonly requirement: string;
  readonly options: readonly string[];
}

const NO_DATA_OPTIONS: readonly string[] = ['notify_no_data', 'on_missing_data'];

/** The settings that a block requires to be sent. A composite can have every state of its members. */
const CONDITIONS: readonly Condition[] = [
  {
    blocks: ['is_warning', 'is_warning_recovery', 'is_alert_to_warning'],
    isMet: ({ type, thresholds }) => thresholds['warning'] != null || type === 'composite',
    requirement: 'a warning threshold',
    options: ['thresholds'],
  },
  {
    blocks: ['is_no_data', 'is_no_data_recovery'],
    isMet: ({ type, options }) =>
      isOn(options['notify_no_data']) ||
      textOf(options['on_missing_data']).startsWith('show') ||
      type === 'composite',
    requirement: 'notify_no_data, or on_missing_data: show_and_notify_no_data',
    options: NO_DATA_OPTIONS,
  },
  {
    blocks: ['is_no_data'],
    isMet: ({ options }) => options['on_missing_data'] !== 'show_no_data',
    requirement: 'on_missing_data: show_and_notify_no_data (show_no_data notifies nobody)',
    options: NO_DATA_OPTIONS,
  },
  {
    blocks: ['is_renotify'],
    isMet: ({ options }) => isOn(options['renotify_interval']),
    requirement: 'a renotify_interval',
    options: ['renotify_interval'],
  },
];

/** Rules about conditional blocks in messages, such as {{#is_alert}}. */
export const MESSAGE_BLOCK_RULES: readonly MonitorRule[] = [
  {
    code: 'unknown_block',
    severity: 'warning',
    summary: 'The message has an unknown block.',
    bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
message: The load is high. ⟦{{#is_alrt}}⟧ Look at once. {{/is_alrt}}
`,
    good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
message: The load is high. {{#is_alert}} Look at once. {{/is_alert}}
`,
    check: ({ templateParts }) =>
      templateParts.values().flatMap(({ path, part }) => {
        if (part.kind !== 'block' || BLOCKS.includes(part.name)) return [];
        const meant = suggestWord(part.name, BLOCKS);
        return [
          {
            path,
            span: part.span,
            message: `"${part.name}" is not a known block: Datadog never sends its content.`,
            ...(meant === undefined
              ? {}
              : { hint: `Did you mean ${meant}?`, fix: renameBlock(part, path, meant) }),
          },
        ];
      }),
  },
  {
    code: 'match_without_values',
    severity: 'error',
    summary: 'A comparison in the message lacks the variable or the string to compare with.',
    bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} by {host} > 2
message: The load is high. ⟦{{#is_match "host.name"}}⟧ Look at once. {{/is_match}}
`,
    good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} by {host} > 2
message: The load is high. {{#is_match "host.name" "web"}} Look at once. {{/is_match}}
`,
    check: ({ templateParts }) =>
      templateParts.values().flatMap(({ path, part }) => {
        if (part.kind !== 'block' || !COMPARISONS.includes(part.name) || part.args.length > 1) return [];
        return [
          {
            path,
            span: part.span,
            message: `{{#${part.name}}} requires a variable and a string to compare with.`,
            hint: `Use, for example, {{#${part.name} "host.name" "web"}}.`,
          },
        ];
      }),
  },
  {
    code: 'match_variable',
    severity: 'warning',
    summary: 'The variable of a comparison in the message is not a quoted name.',
    bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} by {host} > 2
message: The load is high. {{#is_match "⟦{{host.name}}⟧" "web"}} Look at once. {{/is_match}}
`,
    good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} by {host} > 2
message: The load is high. {{#is_match "host.name" "web"}} Look at once. {{/is_match}}
`,
    check: ({ templateParts }) =>
      templateParts.values().flatMap(({ path, part }) => {
        if (part.kind !== 'block' || !COMPARISONS.includes(part.name)) return [];
        const [variable, ...values] = part.args;
        if (!variable || values.length === 0) return [];
        const { span, quote, text } = variable;
        const nameInBraces = IN_BRACES.exec(text)?.[1]?.trim();
        if (nameInBraces === '' || (quote !== '' && nameInBraces === undefined)) return [];
        const name = nameInBraces ?? text;
        const replacement = quote === '' ? `"${name}"` : name;
        return [
          {
            path,
            span,
            message: `{{#${part.name}}} never matches: the variable must be a name in quotes.`,
            hint: `Use "${name}".`,
            fix: { title: `Change to "${name}"`, edits: [{ path, span, text: replacement }] },
          },
        ];
      }),
  },
  {
    code: 'is_match_key',
    severity: 'warning',
    summary: 'The variable of a comparison in the message is a tag key without `.name`.',
    bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} by {host} > 2
message: The load is high. {{#is_match "⟦host⟧" "web"}} Look at once. {{/is_match}}
`,
    good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} by {host} > 2
message: The load is high. {{#is_match "host.name" "web"}} Look at once. {{/is_match}}
`,
    check: (view) => {
      const compared = view.templateParts.filter(
        ({ part }) => part.kind === 'block' && COMPARISONS.includes(part.name) && part.args.length > 1,
      );
      const keys = compared.length > 0 ? variableKeysOf(view) : undefined;
      return compared.values().flatMap(({ path, part }) => {
        const [variable] = part.kind === 'block' ? part.args : [];
        if (!variable?.quote || !isBareKey(variable.text, keys)) return [];
        const { text, span } = variable;
        const name = text.includes('.') ? `[${text}].name` : `${text}.name`;
        return [
          {
            path,
            span,
            message: `The comparison never matches: "${text}" is a tag key, and its value is "${name}".`,
            hint: `Use "${name}".`,
            fix: { title: `Change to "${name}"`, edits: [{ path, span, text: name }] },
          },
        ];
      });
    },
  },
  {
    code: 'match_ungrouped',
    severity: 'warning',
    summary: 'A comparison in the message uses a tag that the monitor is not grouped by.',
    bad: `type: query alert
query: avg(last_5m):avg:container.cpu.usage{*} by {env} > 2
message: The load is high. {{#is_match "⟦pod_name.name⟧" "web"}} Look at once. {{/is_match}}
`,
    good: `type: query alert
query: avg(last_5m):avg:container.cpu.usage{*} by {env} > 2
message: The load is high. {{#is_match "env.name" "prod"}} Look at once. {{/is_match}}
`,
    check: (view) => {
      const compared = view.templateParts.flatMap(({ path, part }) => {
        if (part.kind !== 'block' || !COMPARISONS.includes(part.name) || part.args.length < 2) return [];
        const [variable] = part.args;
        const key = variable?.quote ? comparedKey(variable.text) : undefined;
        return variable && key !== undefined ? [{ path, span: variable.span, key }] : [];
      });
      const keys = compared.length > 0 ? variableKeysOf(view) : undefined;
      // Every tag of the alerting host can be compared.
      if (keys === undefined || keys.has('host')) return [];
      return compared
        .values()
        .filter(({ key }) => !hasKey(keys, key))
        .map(({ path, span, key }) => ({
          path,
          span,
          message: `The comparison never matches: the monitor is not grouped by ${key}.`,
          hint:
            keys.size === 0
              ? `Add by {${key}} to the query.`
              : `The monitor is grouped by ${[...keys].join(', ')}.`,
        }));
    },
  },
  {
    code: 'block_never_fires',
    severity: 'warning',
    summary: 'A block of the message is never sent.',
    bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
message: The load is high. ⟦{{#is_warning}}⟧ Have a look. {{/is_warning}}
options:
  thresholds: {critical: 2}
`,
    good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
message: The load is high. {{#is_warning}} Have a look. {{/is_warning}}
options:
  thresholds: {critical: 2, warning: 1}
`,
    check: (view) =>
      view.templateParts.values().flatMap((placed) => {
        const { part, path } = placed;
        const reason = part.kind === 'block' && !part.negated ? reasonNeverSent(placed, view) : undefined;
        if (part.kind !== 'block' || reason === undefined) return [];
        return [
          {
            path,
            span: part.span,
            message: `The content of {{#${part.name}}} is never sent: ${reason.message}`,
            hint: reason.hint,
            ...(reason.options && { reads: reason.options.map((option) => ['options', option]) }),
          },
        ];
      }),
  },
];

function renameBlock({ nameSpan, closing }: Block, path: Path, name: string): RuleFix {
  const spans = closing ? [nameSpan, closing] : [nameSpan];
  return { title: `Change to ${name}`, edits: spans.map((span) => ({ path, span, text: name })) };
}

/** Returns whether a variable is a group key, or `host`, without `.name`. */
function isBareKey(text: string, keys: ReadonlySet<string> | undefined): boolean {
  if (PLAIN_VARIABLES.has(text) || text.startsWith('@')) return false;
  return text === 'host' || keys?.has(text) === true;
}

/** Returns the tag key that a block compares. One documentation page writes the key without `.name`. */
function comparedKey(text: string): string | undefined {
  return tagKeyOf(text) ?? (/^[a-z][\w-]*$/i.test(text) && !PLAIN_VARIABLES.has(text) ? text : undefined);
}

function reasonNeverSent(
  { part, within }: TemplatePart,
  view: MonitorView,
): { message: string; hint: string; options?: readonly string[] } | undefined {
  if (part.kind !== 'block') return undefined;
  const inner = [...within, { block: part, otherwise: false }];
  const outer = within.at(-1);
  if (outer && transitionsWithin(inner) === 0 && transitionsWithin(within) !== 0) {
    const relation = outer.otherwise ? 'in the {{else}} branch of' : 'inside';
    return {
      message: `it is ${relation} {{${outer.block.negated ? '^' : '#'}${outer.block.name}}}, and both conditions are never true together.`,
      hint: 'Move the inner block outside.',
    };
  }
  if (part.name === 'is_unknown' && (METRIC_TYPES.has(view.type) || EVENT_TYPES.has(view.type)))
    return { message: 'only service checks have the state unknown.', hint: 'Remove the block.' };
  if (part.name === 'is_priority') return priorityMismatch(part.args[0]?.text ?? '', view);
  if (!view.wholeOptions) return undefined;
  const condition = CONDITIONS.find(({ blocks, isMet }) => blocks.includes(part.name) && !isMet(view));
  return condition
    ? {
        message: `the monitor does not have ${condition.requirement}.`,
        hint: `Set ${condition.requirement.split(',')[0]}, or remove the block.`,
        options: condition.options,
      }
    : undefined;
}

function priorityMismatch(compared: string, { monitor, whole, templateParts }: MonitorView) {
  const { priority } = monitor;
  if (priority === undefined && !whole) return undefined;
  const overridden = templateParts.some(
    ({ part }) => part.kind === 'call' && part.name === 'override_priority',
  );
  if (overridden || !/^P[1-5]$/.test(compared) || `P${Number(priority ?? 0)}` === compared) return undefined;
  return {
    message: isOn(priority)
      ? `the priority of the monitor is ${Number(priority)}.`
      : 'the monitor has no priority.',
    hint: `Set priority: ${compared.slice(1)}, or remove the block.`,
  };
}
