import { isObject } from '../src/domain/json.ts';
import { decode } from '../src/format/decode.ts';
import { OBJECT_LIMITS } from '../src/format/decoded.ts';
import { RULE_GROUPS, type RuleGroup, type ShownRule } from '../src/lint/rule-groups.ts';
import { lintEvidence, shownEvidence } from './lint-evidence.ts';

const INTRODUCTION = `# Lint

Birddog checks monitors, alerts and dashboards before they reach Datadog. The same rules apply everywhere:

- \`birddog lint PATH...\` checks files and folders offline. \`--format text|json|sarif|github\` chooses the output,
  \`--fix\` applies the available fixes and keeps comments and order, and \`--strict\` makes warnings fail the command.
  \`--all-findings\` shows and fixes infos too.
- \`POST /lint\` returns the findings for a document or for the body of a create.
- For a document, both find everything that its plan finds without Datadog, at the same place: duplicate keys (\`duplicate_key\`),
  references in a cycle (\`reference_cycle\`), former keys and adopted objects that two entries name, and more. A reference to an object
  that only Datadog may have is a warning (\`dangling_reference\`); a plan rejects it if Datadog does not have the object. The command
  also rejects a second document of an application in the same call (\`second_document\`), as \`birddog plan\` does.
- Birddog checks every create and update. If there is an error, it rejects the request before it sends anything to Datadog.
  Warnings are part of the response.

A finding is an **error** if Datadog is known to reject the object, or if the object would not do what it says. Every other
likely mistake is a **warning**. An unknown option, field, type or value is an error if it is within two edits of a known one
(\`renotify_intervl\`); any other is a warning and is sent to Datadog, which may know it. A word of three letters is never taken
for a typo. An **info** is about something that is usually intended. A rule that fires on more than 10%
of the published definitions that Birddog is tested with is an info, or its page gives the reason for its severity
(\`npm run conformance -- --rules\` prints the share of each rule).

\`birddog lint\`, \`plan\` and \`apply\` hide infos about objects; \`plan\` and \`apply\` also hide the warnings about objects that do not
change. Their text says how many are hidden, as does \`hidden_findings\` in the JSON of \`plan\` and \`apply\`; \`--all-findings\`
shows all. The answers of the API contain every finding. SARIF calls an info a \`note\`, GitHub a \`notice\`.

One mistake has one finding. Birddog does not report its consequences, such as a missing field whose name is misspelt
(\`src/lint/one-cause.ts\` lists the cases). If a consequence is more severe, the finding gets its severity and message.

Each finding gives the line and column in the JSON, YAML or TOML that was sent, even for a single character inside a query or
message. It has a fix if there is only one plausible correction. An alert is checked as the monitor that it compiles to; its
findings point at the alert.

The rules about messages also apply to the name and the escalation message. Rules that need the whole monitor, such as
\`block_never_fires\`, are skipped for an update that omits fields. Birddog searches every string for secrets.

The section of a rule lists its evidence: recorded responses of Datadog, with file and line in the corpus that
\`test/corpus.ts\` reads, and public issues and documentation. Every error has
evidence: a claim without evidence is a warning.

\`test/conformance/lint.test.ts\` runs the rules on the monitors that Datadog's integrations ship and on recorded writes. It
expects no error for what Datadog accepted, and an error for what Datadog rejected.
\`test/conformance/lint-mutations.test.ts\` puts forty kinds of mistakes into those queries and checks that lint finds each one.

## Nobody is notified

[\`nobody_notified\`](lint/recipient.md#nobody_notified) warns about a monitor or an alert that names no recipient, whose recipients are
not notified of alerts, or whose setting for warnings or missing data notifies nobody. A handle counts if it is outside all blocks of
the message, or in blocks that apply to the transition; blocks that compare tags or priorities may apply. Nobody needs to be notified of:

- a monitor or an alert that a composite of the same document refers to: people are paged for the composite, and would be paged twice
  if its conditions had recipients. The composite itself needs some. Birddog does not know the composites of other documents;
- a draft (\`draft_status: draft\`), which Datadog never sends;
- an entry with \`/message\` or \`/notify\` in \`unmanaged\`, because its recipients are in Datadog;
- a file with a type and a query only, such as to try a query;
- alerts of a monitor that is meant to notify of missing data only.

Birddog does not read Datadog's notification rules. If one of them names the recipients, ignore the finding with that reason.

## Known recipients

Datadog accepts a message that mentions a recipient which does not exist, and notifies nobody. With a list of recipients,
\`handle_unknown\` also warns about a handle that is not in it, and suggests the closest one.

- \`birddog lint --handles FILE\`, or \`BIRDDOG_HANDLES=FILE\`: the file has one handle on each line, or is a YAML list. It lists
  every recipient; \`@slack-*\` stands for all Slack channels.
- \`BIRDDOG_HANDLES\` of the server: the same file, or \`datadog\` to read the lists that Datadog's API offers
  ([configuration](configuration.md)). Plans have the findings; \`/lint\` has them only
  with a file, because it needs no network. Nothing is said about a kind of recipient whose list is unknown.

The messages of monitors, and the recipients and messages of alerts are checked. A handle with a variable
(\`@slack-{{service.name}}\`) is skipped. Datadog sends mail to any address, so an address has a finding only if it is within two edits of
a listed one. A word after an \`@\` without the prefix of an integration may be code: within a message, it has a finding only if it is
within two edits of a listed handle.

## Suppressing findings

To ignore a finding, add its code and your reason to the object:

\`\`\`yaml
type: query alert
query: avg(last_5m):sum:web.errors{*}.as_count() > 1
lint:
  ignore:
    - code: as_count_without_sum
      because: The average of each window equals its sum.
\`\`\`

The field \`lint\` is allowed in monitors, alerts and dashboards, both in documents and in the body of a write. Birddog
removes it before it sends the object to Datadog. If you ignore an error, Datadog decides whether to accept the object.
Only findings of the rules below can be ignored. Contract errors, such as a missing required field or a forbidden
\`birddog_key\` tag, cannot be ignored. The same applies to findings about [suppressions](lint/suppression.md).

`;

const KINDS: readonly (readonly [kind: RuleGroup['kind'], heading: string])[] = [
  ['monitor', 'Monitors and alerts'],
  ['dashboard', 'Dashboards'],
  ['any', 'Suppressions'],
];

const EVIDENCE = lintEvidence();

const FOOT = '\n<!-- Written by `npm run docs` from the rules in src/lint. -->\n';

/** The slug of every page about a subject, each once. */
export const LINT_SLUGS: readonly string[] = [...new Set(RULE_GROUPS.map(({ slug }) => slug))];

/** Returns the index, docs/lint.md: the introduction and a table of all rules with links to their sections. */
export async function lintIndex(): Promise<string> {
  const tables = KINDS.map(([kind, heading]) => {
    const groups = RULE_GROUPS.filter((group) => group.kind === kind);
    const lines = groups.flatMap(({ slug, rules }) => rules.map((rule) => indexLine(rule, slug)));
    return `### ${heading}\n\n| Code | Severity | Subject | Finding |\n|---|---|---|---|\n${lines.join('')}`;
  });
  return `${INTRODUCTION}## All rules\n\n${tables.join('\n')}${FOOT}`;
}

/** Returns the page docs/lint/<slug>.md: every rule of a subject with its examples and findings. */
export async function lintPage(slug: string): Promise<string> {
  const groups = RULE_GROUPS.filter((group) => group.slug === slug);
  const sections = await Promise.all(
    groups.map(async ({ rules, lint }) => {
      const parts = await Promise.all(rules.map((rule) => ruleSection(rule, lint)));
      return parts.join('\n');
    }),
  );
  return `# Lint: ${titleOf(slug)}\n\nAll rules: [lint.md](../lint.md).\n\n${sections.join('\n')}${FOOT}`;
}

function titleOf(slug: string): string {
  return RULE_GROUPS.find((group) => group.slug === slug)?.title ?? slug;
}

function indexLine({ code, severity, summary }: ShownRule, slug: string): string {
  const page = `lint/${slug}.md`;
  return `| [\`${code}\`](${page}#${code}) | ${severity} | [${titleOf(slug)}](${page}) | ${escapeMarkdown(summary)} |\n`;
}

async function ruleSection(rule: ShownRule, lint: RuleGroup['lint']): Promise<string> {
  return [
    `## \`${rule.code}\`\n\n${escapeMarkdown(rule.summary)}\n`,
    ...(rule.highRateReason === undefined ? [] : [highRateLine(rule.highRateReason)]),
    fenced('yaml', withCarets(rule.bad)),
    fenced('text', await findingText(rule, lint)),
    'Correct:\n',
    fenced('yaml', rule.good),
    ...evidenceList(rule.code),
  ].join('\n');
}

/** Explains a rule that fires on many published objects. */
function highRateLine(reason: string): string {
  return `More than 10% of the published definitions that Birddog is tested with have this finding. ${escapeMarkdown(reason)}\n`;
}

/** Returns the sources of a rule as a list, or nothing if it has none. */
function evidenceList(code: string): string[] {
  const items = EVIDENCE.filter((evidence) => evidence.code === code).map(shownEvidence);
  return items.length === 0 ? [] : [`Evidence:\n\n${items.join('\n')}\n`];
}

/** Adds carets below the marked range of an example, in a comment so that it stays YAML. */
export function withCarets(bad: string): string {
  const from = bad.indexOf('⟦');
  const marked = bad.slice(from + 1, bad.indexOf('⟧')).split('\n')[0] ?? '';
  const column = from - (bad.lastIndexOf('\n', from) + 1);
  const carets = `${' '.repeat(column)}${'^'.repeat(Math.max(1, marked.length))}`;
  const lines = bad.replace(/[⟦⟧]/g, '').split('\n');
  const line = bad.slice(0, from).split('\n').length;
  return lines.toSpliced(line, 0, carets.length > 1 ? `#${carets.slice(1)}` : carets).join('\n');
}

/** Returns the finding for the bad example, as the command prints it. */
async function findingText({ code, bad }: ShownRule, lint: RuleGroup['lint']): Promise<string> {
  const { value } = await decode(bad.replace(/[⟦⟧]/g, ''), 'yaml', OBJECT_LIMITS);
  const found = isObject(value) ? lint(value, '').find((finding) => finding.code === code) : undefined;
  if (!found) throw new Error(`The bad example of ${code} does not have this finding.`);
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

/** Escapes characters that Markdown would interpret, except in code spans. */
function escapeMarkdown(text: string): string {
  return text
    .split('`')
    .map((part, at) => (at % 2 === 0 ? part.replace(/[\\*<|]/g, '\\$&') : part))
    .join('`');
}
