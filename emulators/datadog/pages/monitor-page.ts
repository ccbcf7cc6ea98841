import type { EmulatorResponse } from '../../server/emulator-server.ts';
import { isRawObject, type RawObject } from '../raw-json.ts';
import { descriptions, type Html, html, pageResponse, preformatted, textOf } from './html.ts';

/** Returns the page of a monitor. */
export function monitorPage(monitor: RawObject): EmulatorResponse {
  const { id, name, type, query, overall_state, message, tags, priority, options } = monitor;
  const thresholds = isRawObject(options) ? options['thresholds'] : undefined;
  const content = descriptions([
    ['State', preformatted(overall_state)],
    ['Type', preformatted(type)],
    ['Query', preformatted(query)],
    ['Thresholds', isRawObject(thresholds) ? list(Object.entries(thresholds).map(pairText)) : undefined],
    ['Priority', preformatted(priority)],
    ['Tags', Array.isArray(tags) ? list(tags.map(textOf)) : undefined],
    ['Message', preformatted(message)],
    ['Id', preformatted(id)],
  ]);
  return pageResponse(200, textOf(name) || `Monitor ${textOf(id)}`, content);
}

const pairText = ([name, value]: readonly [string, unknown]) => `${name}: ${textOf(value)}`;

function list(texts: readonly string[]): Html | undefined {
  return texts.length === 0 ? undefined : html`<ul>${texts.map((text) => html`<li>${text}</li>`)}</ul>`;
}
