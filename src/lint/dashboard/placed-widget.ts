import type { JsonObject } from '../../domain/json.ts';
import type { Path } from '../rule.ts';

/** A widget of a dashboard or of a group. */
export interface PlacedWidget {
  /** The path of the widget. Its definition is one step below. */
  readonly path: Path;
  readonly widget: JsonObject;
  readonly definition: JsonObject;
  /** Empty if missing. */
  readonly type: string;
  /** The group that contains the widget, if any. */
  readonly group: PlacedWidget | undefined;
}

/** The definition of a widget, or the one that a split graph repeats. */
export interface Definition {
  readonly path: Path;
  readonly definition: JsonObject;
  readonly type: string;
}
