import type { DashboardRule } from '../dashboard-view.ts';

const TYPES: ReadonlySet<string> = new Set(['iframe', 'image']);
/** What a browser loads: an address, a path on Datadog's own site, an image in the text, or one that a variable begins. */
const LOADED = /^(?:https?:\/\/[^\s/]|\/[^/]|data:image\/|\$|\{\{)/i;

export const widgetUrl: DashboardRule = {
  code: 'widget_url',
  severity: 'warning',
  summary: 'The address of an image or frame is none that a browser loads.',
  bad: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: image
      url: ⟦example.com/logo.png⟧
`,
  good: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: image
      url: https://example.com/logo.png
`,
  check: ({ definitions }) =>
    definitions.values().flatMap(({ path, definition: { url }, type }) =>
      !TYPES.has(type) || typeof url !== 'string' || LOADED.test(url)
        ? []
        : [
            {
              path: [...path, 'url'],
              message: 'The widget stays empty: a browser loads nothing from this address.',
              hint: 'Give a whole address, beginning with https://.',
            },
          ],
    ),
};
