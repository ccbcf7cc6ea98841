import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { OPTION_TYPES } from '../lint/monitor/monitor-options.ts';
import { MONITOR_TYPES } from '../lint/monitor/monitor-types.ts';
import { WIDGET_TYPES } from '../lint/dashboard/widget-schema.ts';
import { documentJsonSchema } from './document-json-schema.ts';

interface Described {
  readonly description?: string;
  readonly $ref?: string;
}

const { $defs, $ref } = JSON.parse(documentJsonSchema({ withReferences: false }));

describe('the JSON Schema of a document', () => {
  it('requires the fields at the top of a document', () => {
    assert.equal($ref, '#/$defs/Document');
    assert.deepEqual($defs.Document.required, ['application', 'team']);
  });

  it('knows the monitor types, the options and the widget types that lint knows', () => {
    assert.deepEqual(new Set($defs.Monitor.properties.type.enum), MONITOR_TYPES);
    assert.deepEqual(Object.keys($defs.MonitorOptions.properties), [...OPTION_TYPES.keys()]);
    assert.deepEqual(new Set($defs.WidgetDefinition.properties.type.enum), WIDGET_TYPES);
  });

  it('says the limits, the values, the defaults and examples of options', () => {
    const { timeout_h, on_missing_data, include_tags, notify_by } = $defs.MonitorOptions.properties;
    assert.deepEqual([timeout_h.minimum, timeout_h.maximum, timeout_h.examples], [0, 24, [24]]);
    assert.deepEqual([on_missing_data.default, on_missing_data.enum.at(-1)], ['default', null]);
    assert.equal(include_tags.default, true);
    assert.match(notify_by.description, /granularity/);
  });

  it('describes every field of documents, entries, options and widgets', () => {
    const bare: string[] = [];
    const walk = (node: unknown, path: string): void => {
      if (typeof node !== 'object' || node === null) return;
      for (const [name, value] of Object.entries(node)) walk(value, `${path}.${name}`);
      if (!('properties' in node) || /\.(?:if|then|examples|default)\b/.test(path)) return;
      for (const [name, field] of Object.entries<Described>({ ...Object(node.properties) })) {
        const target = /^#\/\$defs\/(\w+)$/.exec(field.$ref ?? '')?.[1];
        if ((field.description ?? $defs[target ?? '']?.description) === undefined)
          bare.push(`${path}.${name}`);
      }
    };
    walk($defs, '');
    // Datadog's client does not describe these.
    assert.deepEqual(
      bare,
      ['accounts', 'segments', 'users'].map((name) => `.ProductAnalyticsAudienceFilters.${name}`),
    );
  });

  it('leaves out the fields that Datadog sets', () => {
    for (const name of ['id', 'creator', 'overall_state']) {
      assert.ok(!Object.hasOwn($defs.Monitor.properties, name), name);
      assert.ok($defs.Monitor.propertyNames.anyOf[0].enum.includes(name), name);
    }
  });
});
