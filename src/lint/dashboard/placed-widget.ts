import type { JsonObject } from '../../domain/json.ts';
import type { Path } from '../rule.ts';

/** A widget of a dashboard, also one within a group. */
export interface PlacedWidget {
  /** Of the widget itself; its definition is one step below. */
  readonly path: Path;
  readonly widget: JsonObject;
  readonly definition: JsonObject;
  /** Empty where it is left out. */
  readonly type: string;
  /** The widget it stands in, where there is one. */
  readonly group: PlacedWidget | undefined;
}

/** What a widget shows: its own definition, or the one that a split graph repeats. */
export interface Definition {
  readonly path: Path;
  readonly definition: JsonObject;
  readonly type: string;
}
