import assert from 'node:assert/strict';

/** Returns the texts of an image. */
export function textsIn(svg: string): string[] {
  return [...svg.matchAll(/<text [^>]*>([^<]*)<\/text>/g)].map(([, text = '']) => text);
}

/** The elements and attributes that an image may have: none of them runs a script or loads anything. */
const ELEMENTS = new Set(['svg', 'g', 'rect', 'path', 'polyline', 'text', 'style', 'pattern']);
const TAG = /<(\/?)([a-z]+)((?: [a-zA-Z-]+="[^"<]*")*)(\/?)>/y;
/** Text between tags: no markup, entities only, no control characters. */
const TEXT = /(?:[^<>&\p{Cc}\p{Cs}]|\n|&(?:amp|lt|gt|quot|#39);)*/uy;

/** Throws unless a text is well-formed XML of the elements of an image. */
export function assertImage(svg: string): void {
  const open: string[] = [];
  for (let at = 0; at < svg.length; ) {
    TEXT.lastIndex = at;
    at += TEXT.exec(svg)?.[0].length ?? 0;
    if (at === svg.length) break;
    TAG.lastIndex = at;
    const found = TAG.exec(svg);
    assert.ok(found, `malformed at ${svg.slice(at, at + 60)}`);
    const [tag, end, name = '', attributes = '', empty] = found;
    assert.ok(ELEMENTS.has(name), name);
    assert.doesNotMatch(attributes, /href|style=|\bon|url\((?!#)/);
    if (end) assert.equal(open.pop(), name);
    else if (!empty) open.push(name);
    at += tag.length;
  }
  assert.deepEqual(open, []);
}
