import { numberFromText, type RawNumber } from '../domain/json.ts';

const RADIX = /^0[xob]/;
const DECIMAL = /^([-+]?)(\d*)(\.\d*)?([eE][-+]?\d+)?$/;

/**
 * Converts a number of YAML or TOML (`+1`, `007`, `.5`, `1.`, `0x1F`, `0o17`, `0b1`) to JSON's spelling. Numbers that are
 * valid JSON keep their spelling (`1.0`). Throws RangeError if the text is not a number.
 */
export function numberFromSpelling(text: string): number | RawNumber {
  if (RADIX.test(text)) return numberFromText(BigInt(text).toString());
  const [, sign = '', digits = '', fraction = '', exponent = ''] = DECIMAL.exec(text) ?? [];
  const minus = sign === '-' ? '-' : '';
  const whole = digits.replace(/^0+(?=\d)/, '') || '0';
  return numberFromText(`${minus}${whole}${fraction === '.' ? '' : fraction}${exponent}`);
}
