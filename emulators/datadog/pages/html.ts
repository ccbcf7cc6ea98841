import type { EmulatorResponse } from '../../server/emulator-server.ts';
import { toNumber } from '../raw-json.ts';

/** Text that is HTML already: its values are escaped. */
export interface Html {
  readonly html: string;
}

const ESCAPES = new Map(
  Object.entries({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }),
);
const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};
const STYLE = `
body { font: 15px/1.4 sans-serif; margin: 1.5rem; color: #222; }
h1 { font-size: 1.4rem; } h2 { font-size: 1rem; margin: 0; }
dt { font-weight: bold; margin-top: .8rem; } dd { margin: 0; }
pre { margin: .2rem 0; white-space: pre-wrap; overflow-wrap: anywhere; }
.grid { display: grid; grid-auto-rows: minmax(1.5rem, auto); gap: .4rem; }
.widget { border: 1px solid #bbb; border-radius: 4px; padding: .4rem; overflow: auto; min-width: 0; }
small { color: #666; }
`;

/** Fills a template; escapes every value that is not HTML, and joins lists. */
export function html(
  parts: TemplateStringsArray,
  ...values: readonly (string | number | Html | readonly Html[])[]
): Html {
  const texts = values.map((value) => {
    if (typeof value === 'string')
      return value.replace(/[&<>"']/g, (character) => ESCAPES.get(character) ?? '');
    if (typeof value === 'number') return String(value);
    return 'html' in value ? value.html : value.map((one) => one.html).join('');
  });
  return { html: String.raw({ raw: parts }, ...texts) };
}

/** Returns a page without scripts that loads nothing from other addresses. */
export function pageResponse(status: number, title: string, content: Html): EmulatorResponse {
  const page = html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><style>${{ html: STYLE }}</style></head>
<body><h1>${title}</h1>
${content}
<p><small>A page of the emulated Datadog.</small></p></body>
</html>
`;
  return { status, headers: HEADERS, body: page.html };
}

/** Returns the rows of a description list, without those that have no content. */
export function descriptions(rows: readonly (readonly [name: string, content: Html | undefined])[]): Html {
  const shown = rows.flatMap(([name, content]) =>
    content === undefined ? [] : [html`<dt>${name}</dt><dd>${content}</dd>\n`],
  );
  return html`<dl>\n${shown}</dl>`;
}

/** Returns a value as preformatted text; undefined if it has no text. */
export function preformatted(value: unknown): Html | undefined {
  const text = textOf(value);
  return text === '' ? undefined : html`<pre>${text}</pre>`;
}

/** Returns the text of a string or a number; an empty text for any other value. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : String(toNumber(value) ?? '');
}
