import { isObject } from '../src/domain/json.ts';
import { decode } from '../src/format/decode.ts';
import { OBJECT_LIMITS } from '../src/format/decoded.ts';
import { RULE_GROUPS, type RuleGroup, type ShownRule } from '../src/lint/rule-groups.ts';

const INTRODUCTION = `# Lint

Birddog reads monitors, alerts and dashboards before Datadog does, by one set of rules everywhere:

- \`birddog lint FILE...\` reads files, and all of a folder, without asking anybody. \`--format text|json|sarif|github\` chooses
  what is printed; \`--fix\` writes the fixes into the files, comments and order kept; \`--strict\` fails for warnings too.
- \`POST /lint\` answers the findings in a document, or in the body of a create.
- Every create and update is read first. An error refuses it, and nothing is sent; a warning travels with the answer.

A finding is an **error** where Datadog is known to refuse the object, or where it would mean something else than what is
written; anything else is a **warning**. Each has the line and column in the text that was sent, be it JSON, YAML or TOML,
at the very sign within a query or message, and a fix where only one thing can be meant. An alert is read as the monitor
that it becomes, and its findings stand at the place in the alert.

\`test/conformance/lint.test.ts\` holds the rules against what Datadog's integrations ship and against recorded writes: no
error where Datadog took it, and one where Datadog refused it for what stands in it.
\`test/conformance/lint-mutations.test.ts\` makes single mistakes of forty kinds in those queries: each is found at its own place.

What is said of a message holds for the name and the escalation message too: all three are read into variables, blocks,
helpers and handles. What only the whole monitor can tell, such as a block that never fires, is not said of an update that
leaves the rest out. Secrets are looked for in every text, by forms that nothing else has.

## Suppressing

What a rule says can be ignored, object by object, with the reason:

\`\`\`yaml
type: query alert
query: avg(last_5m):sum:web.errors{*}.as_count() > 1
lint:
  ignore:
    - code: as_count_without_sum
      because: The average of one window is its sum here.
\`\`\`

The same member stands in a monitor, an alert or a dashboard, in a document and in the body of a write. It is Birddog's: it
is never sent to Datadog. An error can be ignored too; then Datadog decides. What no rule says cannot be ignored, such as a
member that is missing or Birddog's own marker, nor can what is said about suppressions.

`;

const FOOT = '\n<!-- Written by `npm run docs` from the rules in src/lint. -->\n';

/** The page about lint: what it is, every rule in a table, and each with its examples and what Birddog says of them. */
export async function lintPage(): Promise<string> {
  const tables = RULE_GROUPS.map(({ title, rules }) => `**${title}**\n\n${tableOf(rules)}`).join('\n');
  const sections = await Promise.all(RULE_GROUPS.map(sectionOf));
  return `${INTRODUCTION}## All rules\n\n${tables}\n${sections.join('\n')}${FOOT}`;
}

function tableOf(rules: readonly ShownRule[]): string {
  const lines = rules.map(
    ({ code, severity, summary }) => `| [\`${code}\`](#${code}) | ${severity} | ${plain(summary)} |\n`,
  );
  return `| code | severity | what is found |\n|---|---|---|\n${lines.join('')}`;
}

async function sectionOf({ title, rules, lint }: RuleGroup): Promise<string> {
  const parts = await Promise.all(rules.map((rule) => ruleSection(rule, lint)));
  return `## ${title}\n\n${parts.join('\n')}`;
}

async function ruleSection(rule: ShownRule, lint: RuleGroup['lint']): Promise<string> {
  return [
    `### \`${rule.code}\`\n\n${plain(rule.summary)}\n`,
    fenced('yaml', pointedOut(rule.bad)),
    fenced('text', await said(rule, lint)),
    'Better:\n',
    fenced('yaml', rule.good),
  ].join('\n');
}

/** An example with signs below its marked place, in a comment so that it stays YAML. */
export function pointedOut(bad: string): string {
  const from = bad.indexOf('⟦');
  const marked = bad.slice(from + 1, bad.indexOf('⟧')).split('\n')[0] ?? '';
  const column = from - (bad.lastIndexOf('\n', from) + 1);
  const conditions = `${' '.repeat(column)}${'^'.repeat(Math.max(1, marked.length))}`;
  const lines = bad.replace(/[⟦⟧]/g, '').split('\n');
  const line = bad.slice(0, from).split('\n').length;
  return lines.toSpliced(line, 0, conditions.length > 1 ? `#${conditions.slice(1)}` : conditions).join('\n');
}

/** What Birddog says of the bad example. */
async function said({ code, bad }: ShownRule, lint: RuleGroup['lint']): Promise<string> {
  const { value } = await decode(bad.replace(/[⟦⟧]/g, ''), 'yaml', OBJECT_LIMITS);
  const found = isObject(value) ? lint(value, '').find((finding) => finding.code === code) : undefined;
  if (!found) throw new Error(`The bad example of ${code} has no such finding.`);
  const { severity, message, hint, fix } = found;
  return [
    `${severity}: ${message}`,
    ...(hint === undefined ? [] : [`hint: ${hint}`]),
    ...(fix === undefined ? [] : [`fix: ${fix.title}.`]),
    '',
  ].join('\n');
}

function fenced(language: string, text: string): string {
  return `\`\`\`${language}\n${text}\`\`\`\n`;
}

/** Words in which no sign is Markdown's. */
function plain(words: string): string {
  return words.replace(/[\\`*<|]/g, '\\$&');
}
