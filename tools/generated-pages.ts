import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dashboardPicture } from './dashboard-picture.ts';
import { documentJsonSchema } from '../src/contract/document-json-schema.ts';
import { cliPage } from './cli-page.ts';
import { configurationPage } from './configuration-page.ts';
import { withEverydayAlerts } from './everyday-alerts.ts';
import { withFields } from './field-tables.ts';
import { GOLDEN_KINDS, goldenFile } from './golden-kinds.ts';
import { withLimits } from './limits-section.ts';
import { packsPage } from './packs-page.ts';
import { PREVIEW_PICTURES, withPreviewExamples } from './preview-page.ts';
import { LINT_SLUGS, lintIndex, lintPage } from './lint-page.ts';

const DOCS = join(import.meta.dirname, '../docs');

/** Every file that `npm run docs` generates from the code. */
export const GENERATED_PAGES: readonly { readonly path: string; readonly text: () => Promise<string> }[] = [
  { path: join(DOCS, 'lint.md'), text: lintIndex },
  ...LINT_SLUGS.map((slug) => ({ path: join(DOCS, 'lint', `${slug}.md`), text: () => lintPage(slug) })),
  { path: join(DOCS, 'configuration.md'), text: async () => configurationPage() },
  { path: join(DOCS, 'cli.md'), text: async () => cliPage() },
  { path: join(DOCS, 'packs.md'), text: packsPage },
  {
    path: join(DOCS, 'security.md'),
    text: async () => withLimits(readFileSync(join(DOCS, 'security.md'), 'utf8')),
  },
  {
    path: join(DOCS, 'alerts.md'),
    text: async () => withEverydayAlerts(withFields(readFileSync(join(DOCS, 'alerts.md'), 'utf8'))),
  },
  ...['documents.md', 'monitors.md'].map((name) => {
    const path = join(DOCS, name);
    return { path, text: async () => withFields(readFileSync(path, 'utf8')) };
  }),
  { path: join(DOCS, 'schema.json'), text: async () => documentJsonSchema() },
  { path: join(DOCS, 'everyday-alerts.svg'), text: dashboardPicture },
  {
    path: join(DOCS, 'preview.md'),
    text: async () => withPreviewExamples(readFileSync(join(DOCS, 'preview.md'), 'utf8')),
  },
  ...PREVIEW_PICTURES.map(({ name, text }) => ({ path: join(DOCS, name), text: async () => text() })),
  ...GOLDEN_KINDS.map((kind) => ({ path: kind.path, text: async () => goldenFile(kind) })),
];

if (import.meta.main) {
  for (const { path, text } of GENERATED_PAGES) writeFileSync(path, await text());
}
