import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Reader } from './settings.ts';

/** CA certificates in PEM. TLS passes over what is no certificate without a word, and then trusts nobody. */
export const certificates: Reader<string> = (value) => {
  try {
    void new X509Certificate(value);
  } catch (error) {
    throw new Error('it holds no certificate in PEM', { cause: error });
  }
  return value;
};

/** The CA certificates in a file, whose path is the value. */
export const certificatesFile: Reader<string> = (path) => {
  let pem: string;
  try {
    pem = readFileSync(path, 'utf8');
  } catch (error) {
    throw new Error(`${path} cannot be read`, { cause: error });
  }
  return certificates(pem);
};
