import type * as JsYamlModule from 'js-yaml';
import type { AliasEvent, Event, MappingEvent, ScalarEvent, SequenceEvent } from 'js-yaml';
import { smallest } from '../domain/append.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import { type Pointer, pointerTo } from '../domain/pointer.ts';
import { afterBlanks, afterText, beforeLineEnd, lineStart } from './blanks.ts';
import type { DecodeLimits } from './decoded.ts';
import { TextFault, type FaultCode } from './fault.ts';
import { addPlace, placeAt, type Place, type Reading } from './place.ts';
import { BRACES_HINT, STAR_HINT, yamlFault } from './yaml-complaint.ts';
import { ValueCount } from './value-count.ts';
import { requireCountedYaml } from './yaml-count.ts';
import { refusedTag, resolveScalar, type Resolved } from './yaml-scalar.ts';

type JsYaml = typeof JsYamlModule;
type NodeEvent = SequenceEvent | MappingEvent | ScalarEvent;

/** A node with its aliases expanded: `weight` in characters, `height` in levels, and the number of values in it. */
interface YamlNode {
  readonly value: Json;
  readonly weight: number;
  readonly height: number;
  readonly values: number;
}

interface Collection {
  readonly value: Json[] | JsonObject;
  weight: number;
  height: number;
  values: number;
  readonly place: Place | undefined;
  readonly anchor: string | undefined;
  /** In a mapping, the name of the next value. */
  name: string | undefined;
  nameAt: number;
  /** The offset after the name. */
  nameEnd: number;
  readonly flow: boolean;
}

/**
 * Parses one YAML 1.2 document under the core schema; an empty document is null. Aliases of one anchor share its value.
 * Accepts at most `limits.aliases` aliases, which expand to at most `limits.bytes` characters. Throws TextFault.
 * js-yaml lists the events of the whole text, so the values are counted first.
 */
export async function readYaml(text: string, limits: DecodeLimits): Promise<Reading> {
  // Loaded with the first YAML text, to keep the start of the process fast.
  const yaml = await import('js-yaml');
  return {
    value: new YamlReader(yaml, text, limits).read(),
    places: () => {
      const top = placeAt(0);
      new YamlReader(yaml, text, limits, top).read();
      return top.children?.get('') ?? top;
    },
  };
}

class YamlReader {
  readonly #yaml: JsYaml;
  readonly #text: string;
  readonly #limits: DecodeLimits;
  readonly #top: Place | undefined;
  readonly #open: Collection[] = [];
  /** Undefined while the anchored node is parsed. */
  readonly #anchors = new Map<string, YamlNode | undefined>();
  readonly #count: ValueCount;
  #aliases = 0;
  #expanded = 0;
  #value: Json = null;
  /** The largest offset in the events so far. */
  #last = 0;

  constructor(yaml: JsYaml, text: string, limits: DecodeLimits, top?: Place) {
    this.#yaml = yaml;
    this.#text = text;
    this.#limits = limits;
    this.#count = new ValueCount(limits.values);
    this.#top = top;
  }

  read(): Json {
    const { DOCUMENT, SEQUENCE, MAPPING, SCALAR, ALIAS } = this.#yaml.EVENT_ID;
    let documents = 0;
    // Each event is removed from the list, so that its memory is freed after parsing.
    const events = this.#events().toReversed();
    for (let event = events.pop(); event; event = events.pop()) {
      if (event.type === SCALAR) this.#scalar(event);
      else if (event.type === SEQUENCE || event.type === MAPPING) this.#collection(event);
      else if (event.type === ALIAS) this.#alias(event);
      else if (event.type !== DOCUMENT) this.#close();
      else if (++documents > 1) this.#secondDocument();
      else if (event.directives.some((d) => d.kind === 'tag')) {
        this.#fail('unknown_tag', 'Custom tags (%TAG) are not supported', this.#text.indexOf('%TAG'));
      }
    }
    return this.#value;
  }

  #events(): Event[] {
    requireCountedYaml(this.#text, this.#limits);
    try {
      // js-yaml counts scalars, and a list or object that might be a name twice; the exact check is #requireDepth.
      return this.#yaml.parseEvents(this.#text, { maxDepth: this.#limits.depth + 2 });
    } catch (error) {
      if (!(error instanceof this.#yaml.YAMLException)) throw error;
      throw yamlFault(error.reason, error.mark?.position ?? 0, this.#text, this.#limits.depth);
    }
  }

  #collection(event: SequenceEvent | MappingEvent): void {
    const isList = event.type === this.#yaml.EVENT_ID.SEQUENCE;
    if (this.#namingObject()) {
      this.#fail(
        'malformed_yaml',
        'A field name must be a string, not a list or an object',
        event.start,
        BRACES_HINT,
      );
    }
    this.#requireDepth(1, event.start);
    this.#countAt(event.start);
    const refused = refusedTag(this.#tag(event), isList ? 'seq' : 'map');
    if (refused) this.#unwrap(refused, event.tagStart);
    const place = this.#place(event.start, event);
    this.#last = event.start;
    this.#open.push({
      value: isList ? [] : {},
      weight: 2,
      height: 1,
      values: 1,
      place,
      anchor: this.#anchor(event),
      name: undefined,
      nameAt: event.start,
      nameEnd: event.start,
      flow: event.style === this.#yaml.COLLECTION_STYLE.FLOW,
    });
  }

  #scalar(event: ScalarEvent): void {
    const offset = this.#scalarOffset(event);
    const from = this.#last;
    this.#last = Math.max(this.#scalarEnd(event), offset + 1);
    const text = this.#yaml.getScalarValue(this.#text, event);
    const plain = event.style === this.#yaml.SCALAR_STYLE.PLAIN;
    if (!event.fast && event.style === this.#yaml.SCALAR_STYLE.DOUBLE_QUOTED) this.#requireCharacters(event);
    const object = this.#namingObject();
    if (object) {
      this.#name(object, text, event, offset);
      object.nameEnd = this.#last;
      return;
    }
    this.#countAt(offset);
    const resolved = resolveScalar(text, plain, this.#tag(event));
    const isTag = 'refused' in resolved && resolved.refused === 'unknown_tag';
    const value = this.#unwrap(resolved, isTag ? event.tagStart : offset);
    this.#scalarPlace(event, offset, from);
    const node: YamlNode = { value, weight: text.length + 1, height: 0, values: 1 };
    const anchor = this.#anchor(event);
    if (anchor !== undefined) this.#anchors.set(anchor, node);
    this.#add(node);
  }

  /** A field name is the text of the scalar, even if it would be a number or null as a value. */
  #name(
    object: Collection & { readonly value: JsonObject },
    name: string,
    event: ScalarEvent,
    offset: number,
  ) {
    const tag = this.#tag(event);
    const plain = event.style === this.#yaml.SCALAR_STYLE.PLAIN;
    this.#unwrap(resolveScalar(name, false, tag), event.tagStart);
    if (plain && event.valueStart < 0) this.#fail('malformed_yaml', 'A field name is missing', offset);
    object.name = name;
    object.nameAt = offset;
    if (plain && name === '<<' && tag === undefined) {
      this.#fail('merge_key', 'Merge keys (<<) are not supported', offset);
    }
    if (name === '__proto__') this.#fail('prototype_key', 'The field "__proto__" is not allowed', offset);
    if (Object.hasOwn(object.value, name)) {
      this.#fail('duplicate_key', `Duplicate field ${JSON.stringify(name)}`, offset);
    }
    object.weight += name.length + 1;
    const anchor = this.#anchor(event);
    if (anchor !== undefined) {
      this.#anchors.set(anchor, { value: name, weight: name.length + 1, height: 0, values: 1 });
    }
  }

  #alias(event: AliasEvent): void {
    const offset = event.anchorStart - 1;
    const from = this.#last;
    const name = this.#text.slice(event.anchorStart, event.anchorEnd);
    const { aliases, bytes } = this.#limits;
    this.#last = event.anchorEnd;
    if (this.#namingObject()) {
      this.#fail('malformed_yaml', 'A field name cannot be an alias', offset, 'Write the name out.');
    }
    const node = this.#anchors.get(name);
    if (!node && this.#anchors.has(name)) {
      this.#fail('no_json_form', `The alias *${name} refers to a value that contains it`, offset);
    }
    if (!node) {
      return this.#fail(
        'malformed_yaml',
        `Unknown alias *${name}: there is no anchor &${name} before it`,
        offset,
        STAR_HINT,
      );
    }
    if (++this.#aliases > aliases) this.#fail('too_many_aliases', `More than ${aliases} aliases`, offset);
    this.#expanded += node.weight;
    if (this.#expanded > bytes) {
      this.#fail('too_many_aliases', `The aliases expand to more than ${bytes} characters`, offset);
    }
    if (!this.#count.addAliased(node.values)) {
      this.#fail('too_many_aliases', `The aliases expand to more than ${this.#limits.values} values`, offset);
    }
    this.#requireDepth(node.height, offset);
    const place = this.#place(offset, undefined, from);
    if (place) place.end = event.anchorEnd;
    this.#add(node);
  }

  #close(): void {
    const done = this.#open.pop();
    if (!done) return;
    if (done.place) this.#closePlace(done, done.place);
    if (done.anchor !== undefined) {
      const { value, weight, height, values } = done;
      this.#anchors.set(done.anchor, { value, weight, height, values });
    }
    this.#add(done);
  }

  #add(node: YamlNode): void {
    const parent = this.#open.at(-1);
    // When only places are needed, the value is not stored again.
    const value = this.#top ? null : node.value;
    if (!parent) {
      this.#value = value;
      return;
    }
    if (Array.isArray(parent.value)) parent.value.push(value);
    else if (parent.name !== undefined) parent.value[parent.name] = value;
    parent.name = undefined;
    parent.weight += node.weight;
    parent.values += node.values;
    parent.height = Math.max(parent.height, node.height + 1);
  }

  /** Returns the innermost mapping if the next event is a field name. */
  #namingObject(): (Collection & { readonly value: JsonObject }) | undefined {
    const parent = this.#open.at(-1);
    return parent && parent.name === undefined && isMapping(parent) ? parent : undefined;
  }

  #scalarOffset(event: ScalarEvent): number {
    const { PLAIN, SINGLE_QUOTED, DOUBLE_QUOTED } = this.#yaml.SCALAR_STYLE;
    const { style, valueStart } = event;
    if (valueStart >= 0) {
      if (style === PLAIN) return valueStart;
      if (style === SINGLE_QUOTED || style === DOUBLE_QUOTED) return valueStart - 1;
      return this.#blockSign(event);
    }
    if (event.tagStart >= 0) return event.tagStart;
    if (event.anchorStart >= 0) return event.anchorStart - 1;
    const parent = this.#open.at(-1);
    if (!parent) return 0;
    if (isMapping(parent)) return parent.nameAt;
    const dash = this.#text.indexOf('-', this.#last);
    return dash < 0 ? this.#last : dash;
  }

  /** Returns the offset of the `|` or `>` of a block scalar: the first on the line before its text, after its tag and anchor. */
  #blockSign({ valueStart, tagEnd, anchorEnd }: ScalarEvent): number {
    const end = beforeLineEnd(this.#text, valueStart);
    let at = Math.max(lineStart(this.#text, end), this.#last, tagEnd, anchorEnd);
    while (at < end && this.#text.charAt(at) !== '|' && this.#text.charAt(at) !== '>') at++;
    return at;
  }

  /** Adds the place of a node. `from` is the end of the previous node. */
  #place(offset: number, event: NodeEvent | undefined, from = this.#last): Place | undefined {
    const parent = this.#open.at(-1);
    if (!parent) return this.#top && addPlace(this.#top, '', offset);
    if (!parent.place) return undefined;
    const place = addPlace(parent.place, stepIn(parent) ?? '', offset);
    const dashed = !parent.flow && !isMapping(parent);
    if (dashed) place.name = afterBlanks(this.#text, from);
    else if (isMapping(parent)) place.name = parent.nameAt;
    else
      place.name = smallest(
        [offset, event?.tagStart ?? -1, (event?.anchorStart ?? 0) - 1].filter((at) => at >= 0),
      );
    place.valueFrom = dashed
      ? place.name + 1
      : isMapping(parent)
        ? this.#behindColon(parent.nameEnd)
        : place.name;
    return place;
  }

  #behindColon(nameEnd: number): number {
    const colon = afterBlanks(this.#text, nameEnd);
    return this.#text.charAt(colon) === ':' ? colon + 1 : nameEnd;
  }

  #scalarPlace(event: ScalarEvent, offset: number, from: number): void {
    const place = this.#place(offset, event, from);
    if (!place) return;
    place.end = Math.max(this.#scalarEnd(event), event.tagEnd, event.anchorEnd, place.valueFrom);
    this.#last = Math.max(this.#last, place.end);
    const { LITERAL_BLOCK, FOLDED_BLOCK } = this.#yaml.SCALAR_STYLE;
    if (event.valueStart < 0 || (event.style !== LITERAL_BLOCK && event.style !== FOLDED_BLOCK)) return;
    const keeps = /^[|>][-\d]*\+/.test(this.#text.slice(offset, offset + 4));
    place.end = keeps ? beforeLineEnd(this.#text, place.end) : afterText(this.#text, place.end);
  }

  #scalarEnd({ style, valueStart, valueEnd }: ScalarEvent): number {
    const { SINGLE_QUOTED, DOUBLE_QUOTED } = this.#yaml.SCALAR_STYLE;
    return valueStart >= 0 && (style === SINGLE_QUOTED || style === DOUBLE_QUOTED) ? valueEnd + 1 : valueEnd;
  }

  #closePlace(done: Collection, place: Place): void {
    if (done.flow) {
      const bracket = isMapping(done) ? '}' : ']';
      let at = this.#last;
      while (at < this.#text.length && this.#text.charAt(at) !== bracket) {
        at = Math.max(afterBlanks(this.#text, at), at + 1);
      }
      this.#last = at + 1;
      place.end = this.#last;
      return;
    }
    for (const child of place.children?.values() ?? []) place.end = Math.max(place.end, child.end);
  }

  #tag(event: NodeEvent): string | undefined {
    return event.tagStart < 0 ? undefined : this.#text.slice(event.tagStart, event.tagEnd);
  }

  #anchor(event: NodeEvent): string | undefined {
    if (event.anchorStart < 0) return undefined;
    const name = this.#text.slice(event.anchorStart, event.anchorEnd);
    this.#anchors.set(name, undefined);
    return name;
  }

  #countAt(offset: number): void {
    this.#count.add(offset, () => this.#pointer());
  }

  #requireDepth(levels: number, offset: number): void {
    if (this.#open.length + levels <= this.#limits.depth) return;
    this.#fail('too_deep', `Lists and objects are nested deeper than ${this.#limits.depth} levels`, offset);
  }

  /** Rejects `\U` escapes beyond Unicode, which js-yaml accepts. */
  #requireCharacters(event: ScalarEvent): void {
    const text = this.#text;
    let at = text.indexOf('\\', event.valueStart);
    while (at >= 0 && at < event.valueEnd) {
      const isLong = text.charAt(at + 1) === 'U';
      if (isLong && Number.parseInt(text.slice(at + 2, at + 10), 16) > 0x10ffff)
        this.#fail('malformed_yaml', 'Invalid Unicode escape', at);
      at = text.indexOf('\\', at + 2);
    }
  }

  #secondDocument(): never {
    const end = /^(?:---|\.\.\.)(?=\s|$)/gm;
    end.lastIndex = this.#last;
    const offset = end.exec(this.#text)?.index ?? this.#last;
    return this.#fail('several_documents', 'There is more than one document', offset);
  }

  #unwrap(resolved: Resolved, offset: number): Json {
    if ('value' in resolved) return resolved.value;
    return this.#fail(resolved.refused, resolved.message, offset, resolved.hint);
  }

  #fail(code: FaultCode, message: string, offset: number, hint?: string): never {
    throw new TextFault(code, message, offset, this.#pointer(), { hint });
  }

  #pointer(): Pointer {
    return pointerTo('', ...this.#open.map(stepIn).filter((step) => step !== undefined));
  }
}

function isMapping(node: Collection): node is Collection & { readonly value: JsonObject } {
  return !Array.isArray(node.value);
}

function stepIn(parent: Collection): string | number | undefined {
  return Array.isArray(parent.value) ? parent.value.length : parent.name;
}
