import { numberFromText, type RawNumber } from '../domain/json.ts';

const RADIX = /^0[xob]/;
const DECIMAL = /^([-+]?)(\d*)(\.\d*)?([eE][-+]?\d+)?$/;

/**
 * A number as YAML and TOML may write it (`+1`, `007`, `.5`, `1.`, `0x1F`, `0o17`, `0b1`), in JSON's spelling; what
 * JSON writes the same way keeps its spelling (`1.0`). Throws RangeError where the text is no such number.
 */
export function numberFromSpelling(text: string): number | RawNumber {
  if (RADIX.test(text)) return numberFromText(BigInt(text).toString());
  const [, sign = '', digits = '', fraction = '', exponent = ''] = DECIMAL.exec(text) ?? [];
  const minus = sign === '-' ? '-' : '';
  const whole = digits.replace(/^0+(?=\d)/, '') || '0';
  return numberFromText(`${minus}${whole}${fraction === '.' ? '' : fraction}${exponent}`);
}
