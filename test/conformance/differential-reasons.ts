/** Pairs that lint and the emulator may judge differently: the mutations, and the reason. */
interface Difference {
  /** The code of lint's finding; for refusals that lint does not report, the emulator's message. */
  readonly what: RegExp;
  /** In the pointer of the changed field. */
  readonly at: RegExp;
  readonly why: string;
}

/** Errors of lint that the emulator accepts. */
export const ACCEPTED_BY_EMULATOR: readonly Difference[] = [
  {
    what: /^(?:widget|variable)_query_syntax$/,
    at: /\/(?:q|query)$/,
    why: 'Datadog stores the text of such a query unread and shows an error in the graph; the emulator stores it too',
  },
  {
    what: /^request_empty$/,
    at: /\/requests\/\w+\/q$/,
    why: "Datadog's client marks no field of such a request as required: an empty one is stored, and the graph is empty",
  },
  {
    what: /^variable_incomplete$/,
    at: /\/variables\/\d+\/compute\/metric$/,
    why: 'an empty metric is a text to the types of the client; which aggregations need one is only documented',
  },
  {
    what: /^member_type$/,
    at: /\/time\/type$/,
    why: 'the client has an older form of `time` without a type, which any object fits',
  },
];

/** Refusals of the emulator that lint does not report at all. */
export const ACCEPTED_BY_LINT: readonly Difference[] = [
  {
    what: /^Invalid monitor option: variables$/,
    at: /\/options\/variables\//,
    why: 'lint reports wrong types in variables; newer values and omitted fields are accepted, because the client may be older than Datadog',
  },
  {
    what: /^Invalid monitor option: aggregation$/,
    at: /\/options\/aggregation\//,
    why: 'Datadog sets it and people do not write it: lint has no type for it',
  },
  {
    what: /^'default_timeframe' is invalid$/,
    at: /^\/default_timeframe\//,
    why: 'lint reports only a default_timeframe that is not an object',
  },
  {
    what: /is not valid under any of the given schemas/,
    at: /\/compute\/aggregation$/,
    why: 'the type is an open list of names or an object: lint reports no value of it',
  },
];

/** Refusals of the emulator for which lint has a warning, because Datadog may accept values that its client does not have. */
export const WARNED_ABOUT: readonly Difference[] = [
  { what: /^unknown_type$/, at: /^\/type$/, why: 'a new type of monitors' },
  { what: /^unknown_widget_type$/, at: /\/definition\/type$/, why: 'a new type of widgets' },
  {
    what: /^(?:unknown_choice|widget_field_value|slo_window|response_format)$/,
    at: /^\/(?:widgets|template_variables)\//,
    why: 'a new value of a field of a widget',
  },
];
