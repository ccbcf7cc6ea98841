import type { JsonObject } from '../domain/json.ts';

export const PARAMETER_TYPES = ['string', 'number', 'boolean', 'duration'] as const;

/** A parameter of a pack. Without a default, every use must give it a value. */
export interface PackParameter {
  readonly type: (typeof PARAMETER_TYPES)[number];
  readonly description: string;
  readonly default?: string | number | boolean;
}

/** A reusable part of documents: entries with parameters. */
export interface Pack {
  readonly name: string;
  /** A whole number from 1. */
  readonly version: number;
  readonly summary: string;
  readonly parameters: ReadonlyMap<string, PackParameter>;
  /** Its lists `monitors`, `alerts` and `dashboards`. Each entry has a key. */
  readonly lists: ReadonlyMap<string, readonly JsonObject[]>;
}

/** Returns the versions of a pack, the newest last; none if there is no such pack. */
export interface PackLibrary {
  versionsOf(name: string): readonly Pack[];
  names(): readonly string[];
}

export const NO_PACKS: PackLibrary = { versionsOf: () => [], names: () => [] };
