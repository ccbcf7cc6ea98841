import { createHash } from 'node:crypto';
import { PROBLEMS } from '../domain/problem.ts';
import { printYaml } from '../format/encode-yaml.ts';
import { type Body, bodyOf } from './bodies.ts';
import { type Endpoint, ENDPOINTS } from './operations.ts';
import { QUERY_PARAMETERS, queryParameter } from './query-parameters.ts';

const EXAMPLE = `curl -X POST http://127.0.0.1:8080/create_monitor \\
  -H 'Content-Type: application/yaml' --data-binary @- <<'END'
application: payments-batch
team: payments
monitor:
  type: query alert
  name: Payment queue is deep
  query: avg(last_5m):avg:payments.queue.depth{*} > 1000
END`;

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222}
code,pre{font:14px/1.5 ui-monospace,monospace;background:#f3f3f6;border-radius:4px}code{padding:.1em .3em}
pre{padding:1rem;overflow:auto}table{border-collapse:collapse;width:100%}
td,th{text-align:left;vertical-align:top;padding:.35rem .75rem .35rem 0;border-bottom:1px solid #ddd}`;

/** The hash of the page's inline style, for the Content-Security-Policy. */
export const DOCS_STYLE_HASH = `sha256-${createHash('sha256').update(STYLE).digest('base64')}`;

/** Returns the HTML page of the API, generated from the same tables as /openapi.json. `bearer`: callers send a token. */
export function docsPage(bearer = false): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Birddog</title><meta name="viewport" content="width=device-width">
<style>${STYLE}</style></head>
<body>
<h1>Birddog</h1>
<p>Datadog monitors, alerts and dashboards for any application. The OpenAPI description is
<a href="/openapi.json">/openapi.json</a>. Bodies are JSON, YAML or TOML by <code>Content-Type</code>;
responses are JSON, or YAML if <code>Accept</code> requests it.</p>
${bearer ? '<p>Every request needs <code>Authorization: Bearer TOKEN</code>.</p>' : ''}
<pre>${escaped(EXAMPLE)}</pre>
<h2>Paths</h2>
<table><tr><th>Path</th><th>Description</th><th>Query parameters</th></tr>
${rows(ENDPOINTS, (o) => [`<code>${o.method} ${o.path}</code>`, escaped(o.summary), parameters(o)])}</table>
<h2>Bodies</h2>
<p>The schema of each body is in <a href="/openapi.json">/openapi.json</a> under the name that is given here.</p>
${bodies()}
<h2>Parameters</h2>
<table>${rows(Object.entries(QUERY_PARAMETERS), ([name, { description }]) => [`<code>${name}</code>`, escaped(description)])}</table>
<h2>Problems</h2>
<p>Every failure is <code>application/problem+json</code> (RFC 9457), or <code>application/problem+yaml</code> if <code>Accept</code> prefers it, with a code from this table.</p>
<table><tr><th>Status</th><th>Code</th><th>Meaning</th><th>What to do</th></tr>
${rows(Object.entries(PROBLEMS), ([code, { status, title, hint }]) => [
  String(status),
  `<code>${code}</code>`,
  escaped(title),
  escaped(hint),
])}</table>
</body></html>`;
}

/** Returns an example of each body, with the paths that take it. */
function bodies(): string {
  const paths = new Map<Body, string[]>();
  for (const operation of ENDPOINTS) {
    const body = bodyOf(operation);
    if (body) paths.set(body, [...(paths.get(body) ?? []), `${operation.method} ${operation.path}`]);
  }
  return [...paths]
    .map(([{ schema, example }, users]) => {
      const { id = '', description = '' } = schema.meta() ?? {};
      const names = users.map((name) => `<code>${name}</code>`).join(', ');
      return `<h3>${id}</h3>\n<p>${names}: ${escaped(description)}</p>\n<pre>${escaped(printYaml(example))}</pre>`;
    })
    .join('\n');
}

function rows<T>(of: readonly T[], cells: (one: T) => readonly string[]): string {
  const row = (one: T) => `<tr><td>${cells(one).join('</td><td>')}</td></tr>`;
  return of.map(row).join('\n');
}

function parameters(operation: Endpoint): string {
  return operation.query
    .map((name) => `<code title="${escaped(queryParameter(name, operation).description)}">${name}</code>`)
    .join(' ');
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
