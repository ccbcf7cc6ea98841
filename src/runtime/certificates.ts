import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Reader } from './settings.ts';

/** Accepts CA certificates in PEM. TLS would silently ignore any other text and then trust no CA. */
export const certificates: Reader<string> = (value) => {
  try {
    void new X509Certificate(value);
  } catch (error) {
    throw new Error('it contains no PEM certificate', { cause: error });
  }
  return value;
};

/** Reads CA certificates from the file at the given path. */
export const certificatesFile: Reader<string> = (path) => {
  let pem: string;
  try {
    pem = readFileSync(path, 'utf8');
  } catch (error) {
    throw new Error(`${path} cannot be read`, { cause: error });
  }
  return certificates(pem);
};
