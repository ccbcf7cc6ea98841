import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { drawDashboard } from '../src/dashboards/draw-dashboard.ts';
import { isObject } from '../src/domain/json.ts';
import { decode } from '../src/format/decode.ts';
import { DOCUMENT_LIMITS } from '../src/format/decoded.ts';
import { readDocument } from '../src/pipeline/document/read-document.ts';

/** The document of which the picture shows the dashboard. */
export const PICTURED_DOCUMENT = join(import.meta.dirname, '../docs/everyday-alerts.yaml');

/** Returns the picture of the dashboard that is generated from the document. Throws TypeError if it has none. */
export async function dashboardPicture(): Promise<string> {
  const { value } = await decode(readFileSync(PICTURED_DOCUMENT, 'utf8'), 'yaml', DOCUMENT_LIMITS);
  const { entries } = readDocument(isObject(value) ? value : {});
  const dashboard = entries.find(({ kind }) => kind === 'dashboard');
  if (!dashboard) throw new TypeError('The document of the picture has no dashboard.');
  return drawDashboard(dashboard.object);
}
