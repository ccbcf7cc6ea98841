import { join } from 'node:path';

/** The folder of the recorded exchanges, which are not part of the project. */
export const CORPUS = process.env['CORPUS'] ?? join(import.meta.dirname, '../../../shared/corpus');
