import { join } from 'node:path';

/** Where the recorded exchanges are; they are no part of the project. */
export const CORPUS = process.env['CORPUS'] ?? join(import.meta.dirname, '../../../shared/corpus');
