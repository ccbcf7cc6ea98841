/** Literals on which the checker gives no answer in time, with the reason why they are linear. */
export const UNKNOWN_LITERALS: Readonly<Record<string, string>> = {};

/** Code that builds a regular expression at run time, by `path: code`, with the reason why it is linear. */
export const DYNAMIC_EXPRESSIONS: Readonly<Record<string, string>> = {
  'emulators/server/faults.ts: new RegExp(fault.path)':
    'a developer writes it, to inject faults into an emulator on the same machine',
  'emulators/server/faults.ts: new RegExp(value)': 'only built, to find out whether it is valid',
  'tools/regexes/pump.ts: new RegExp(source, flags)':
    'searched under a timeout, to find out whether it is slow',
  'tools/regexes/literals.ts: new RegExp(pattern, flags)': 'only built, to read its text',
};
