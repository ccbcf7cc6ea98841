import { parseSync } from '@swc/core';
import { Buffer } from 'node:buffer';

/** A source file: its path from the top of the repository, and its text. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** A regular expression whose text is known without running the program. */
export interface Literal {
  readonly source: string;
  readonly flags: string;
  /** `path:line`. */
  readonly place: string;
}

/** Code that the scan cannot judge, or that is forbidden. */
export interface Construct {
  readonly path: string;
  /** From 1. */
  readonly line: number;
  /** The code, on one line. */
  readonly code: string;
}

export interface Scan {
  readonly literals: readonly Literal[];
  /** Regular expressions built from values that are known only at run time. */
  readonly dynamic: readonly Construct[];
  /** Code that runs text as code, or as a command line. */
  readonly forbidden: readonly Construct[];
}

interface Node {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** Functions of `node:child_process` that pass a text to a shell. */
const SHELL_FUNCTIONS = new Set(['exec', 'execSync']);

/** Finds every regular expression of a file, and every use of `eval`, `new Function` and a shell. Throws if the file does not parse. */
export function scanFile({ path, text }: SourceFile): Scan {
  const literals: Literal[] = [];
  const dynamic: Construct[] = [];
  const forbidden: Construct[] = [];
  const bytes = Buffer.from(text);
  const construct = (node: Node): Construct => {
    const { start, end } = spanOf(node);
    const line = bytes.subarray(0, start).toString().split('\n').length;
    return { path, line, code: bytes.subarray(start, end).toString().replaceAll(/\s+/g, ' ') };
  };
  const visit = (node: Node): void => {
    if (node.type === 'RegExpLiteral') {
      const { line } = construct(node);
      const [source, flags] = [String(node['pattern']), String(node['flags'])];
      literals.push({ source, flags, place: `${path}:${line}` });
    } else if (calls(node, 'RegExp')) {
      const known = constantRegExp(node);
      const found = construct(node);
      if (known) literals.push({ ...known, place: `${path}:${found.line}` });
      else dynamic.push(found);
    } else if (calls(node, 'eval') || calls(node, 'Function') || importsShell(node)) {
      forbidden.push(construct(node));
    }
    for (const child of childrenOf(node)) visit(child);
  };
  const module: unknown = parseSync(text, {
    syntax: /\.[cm]?ts$/.test(path) ? 'typescript' : 'ecmascript',
    target: 'esnext',
  });
  if (isNode(module)) visit(module);
  return { literals, dynamic, forbidden };
}

/** Returns whether a node calls or constructs the global of that name. */
function calls({ type, callee }: Node, name: string): boolean {
  if (type !== 'NewExpression' && type !== 'CallExpression') return false;
  return isNode(callee) && callee.type === 'Identifier' && callee['value'] === name;
}

/** Returns whether a node imports a function that runs a shell from `node:child_process`, or the whole module. */
function importsShell({ type, source, specifiers }: Node): boolean {
  if (type !== 'ImportDeclaration' || !isNode(source) || !Array.isArray(specifiers)) return false;
  if (!/^(?:node:)?child_process$/.test(String(source['value']))) return false;
  return specifiers.filter(isNode).some((specifier) => {
    if (specifier.type !== 'ImportSpecifier') return true;
    const name = isNode(specifier['imported']) ? specifier['imported'] : specifier['local'];
    return isNode(name) && SHELL_FUNCTIONS.has(String(name['value']));
  });
}

/** Returns the text and flags of `new RegExp(...)` if both are constant, else undefined. */
function constantRegExp({ arguments: given }: Node): { source: string; flags: string } | undefined {
  const [pattern, flags] = (Array.isArray(given) ? given : [given]).map((argument: unknown) =>
    typeof argument === 'object' && argument !== null && 'expression' in argument
      ? constantText(argument.expression)
      : undefined,
  );
  const hasFlags = Array.isArray(given) && given.length > 1;
  if (pattern === undefined || (hasFlags && flags === undefined)) return undefined;
  const { source } = new RegExp(pattern, flags);
  return { source, flags: flags ?? '' };
}

/** Returns the value of a constant text; undefined for any other expression. */
function constantText(node: unknown): string | undefined {
  if (!isNode(node)) return undefined;
  if (node.type === 'StringLiteral') return String(node['value']);
  if (node.type === 'TaggedTemplateExpression')
    return isStringRaw(node['tag']) ? templateText(node['template'], 'raw') : undefined;
  return templateText(node, 'cooked');
}

function templateText(node: unknown, form: 'raw' | 'cooked'): string | undefined {
  if (!isNode(node) || node.type !== 'TemplateLiteral' || !Array.isArray(node['quasis'])) return undefined;
  const quasis = node['quasis'].filter(isNode);
  return quasis.length === 1 ? String(quasis[0]?.[form]) : undefined;
}

function isStringRaw(tag: unknown): boolean {
  if (!isNode(tag) || tag.type !== 'MemberExpression') return false;
  const { object, property } = tag;
  return isNode(object) && object['value'] === 'String' && isNode(property) && property['value'] === 'raw';
}

/** Returns the byte range of a node. swc counts from 1. */
function spanOf({ span }: Node): { start: number; end: number } {
  const { start, end } =
    typeof span === 'object' && span !== null && 'start' in span && 'end' in span
      ? span
      : { start: 1, end: 1 };
  return { start: Number(start) - 1, end: Number(end) - 1 };
}

function childrenOf(node: Node): Node[] {
  return Object.values(node).flatMap((value) => nodesIn(value));
}

/** Returns the nodes in a field. swc wraps some of them, such as arguments and declarators, in objects without a type. */
function nodesIn(value: unknown): Node[] {
  if (typeof value !== 'object' || value === null) return [];
  if (isNode(value)) return [value];
  return Object.values(value).flatMap(nodesIn);
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}
