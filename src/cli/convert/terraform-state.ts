import { isObject, type Json, type JsonObject, own } from '../../domain/json.ts';
import type { DecodeLimits } from '../../format/decoded.ts';
import { hyphenated } from './keys.ts';

/** The output of `terraform show -json` cannot be converted. */
export class StateError extends Error {}

/** A managed resource of the Datadog provider in Terraform's state. */
export interface Resource {
  /** Its unique name, such as `module.shop.datadog_monitor.cpu["db"]`. */
  readonly address: string;
  readonly type: string;
  readonly values: JsonObject;
}

/** What a state contains. */
export interface State {
  readonly resources: readonly Resource[];
  /** Number of managed resources of other providers. */
  readonly others: number;
}

/** Limits on the output of `terraform show -json`. A time series widget takes about 2 KB of it. */
export const STATE_LIMITS: DecodeLimits = {
  bytes: 64 * 1024 * 1024,
  values: 4_000_000,
  depth: 200,
  aliases: 0,
};
/** Maximum resources of Datadog in a state. */
const MAX_RESOURCES = 20_000;

/**
 * Returns the resources of the Datadog provider in the output of `terraform show -json`, for a state or for a plan. Throws
 * StateError if it is neither, or has too many resources.
 */
export function readState(state: Json): State {
  const values = isObject(state) ? (own(state, 'values') ?? own(state, 'planned_values')) : undefined;
  const root = isObject(values) ? own(values, 'root_module') : undefined;
  if (!isObject(root))
    throw new StateError(
      'the file is not the output of "terraform show -json": it has no values.root_module. A terraform.tfstate has another format; run "terraform show -json > state.json".',
    );
  const resources: Resource[] = [];
  let others = 0;
  // A list of modules to read instead of a recursion, which deep modules could exhaust.
  const modules: JsonObject[] = [root];
  for (const module of modules) {
    for (const one of objectsIn(module['resources'])) {
      if (one['mode'] !== 'managed') continue;
      const { address, type, values: attributes } = one;
      if (typeof address !== 'string' || typeof type !== 'string' || !isObject(attributes))
        throw new StateError('a resource of the file has no address, type or values');
      if (type.startsWith('datadog_')) resources.push({ address, type, values: attributes });
      else others += 1;
      if (resources.length > MAX_RESOURCES)
        throw new StateError(`the file has more than ${MAX_RESOURCES} resources of Datadog`);
    }
    for (const child of objectsIn(module['child_modules'])) modules.push(child);
  }
  return { resources, others };
}

/** Returns the objects in a list; none if the value is no list. */
export function objectsIn(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** One step of an address: a name, with the index that `count` or `for_each` gives it. */
interface Step {
  readonly name: string;
  readonly index: string | undefined;
}

const STEP = /([^.[\]]+)(?:\[(\d+|"(?:[^"\\]|\\.)*")\])?(?:\.|$)/y;

/** Splits an address into its steps. An index may contain any character, dots too. */
function stepsOf(address: string): Step[] {
  const steps: Step[] = [];
  STEP.lastIndex = 0;
  for (let found = STEP.exec(address); found; found = STEP.exec(address)) {
    const [, name = '', index] = found;
    steps.push({ name, index: index?.startsWith('"') ? index.slice(1, -1) : index });
    if (STEP.lastIndex >= address.length) break;
  }
  return steps;
}

/** The parts of an address from which keys and applications are derived. */
export interface AddressNames {
  /** The names of its modules with their indexes, from the root: `shop`, `shop-eu`. */
  readonly modules: readonly string[];
  /** The name of the resource with its index: `cpu-db`. */
  readonly name: string;
  /** The address without indexes, as a `removed` block needs it. */
  readonly block: string;
}

/** Returns the names in an address. */
export function namesIn(address: string): AddressNames {
  const steps = stepsOf(address);
  const named = ({ name, index }: Step) => (index === undefined ? name : `${name}-${index}`);
  const modules = steps.filter((_, at) => at % 2 === 1 && steps[at - 1]?.name === 'module');
  const last = steps.at(-1);
  return {
    modules: modules.map(named),
    name: last ? named(last) : address,
    block: steps.map(({ name }) => name).join('.'),
  };
}

/** Derives a key from the address of a resource: `module.shop.datadog_monitor.cpu["db"]` becomes `shop-cpu-db`. */
export function keyFromAddress(address: string): string {
  const { modules, name } = namesIn(address);
  return hyphenated([...modules, name].join('-')) ?? 'object';
}

/** Returns the application of a resource by its outermost module, if it is in one. */
export function applicationOfModule(address: string): string | undefined {
  const [module] = namesIn(address).modules;
  return module === undefined ? undefined : hyphenated(module);
}

/** Returns the `removed` blocks that take resources out of Terraform and keep their objects in Datadog. */
export function removedBlocks(addresses: Iterable<string>): string {
  return [...addresses]
    .map((address) => `removed {\n  from = ${address}\n\n  lifecycle {\n    destroy = false\n  }\n}\n`)
    .join('\n');
}
