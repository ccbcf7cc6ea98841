import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Returns the files that match lines of paths and patterns, sorted and each once. `*` matches within one name, and `**` any
 * folders. A path without `*` is kept as it is.
 */
export function matchingFiles(lines, folder = '.') {
  const found = new Set();
  const all = lines.includes('*') ? filesBelow(folder, '') : [];
  for (const line of lines.split('\n').map((text) => text.trim())) {
    if (line === '') continue;
    const matching = line.includes('*') ? filesMatching(line.replace(/^\.\//, ''), all) : [line];
    for (const file of matching) found.add(file);
  }
  // A name that begins with a dash would be an option.
  return [...found].sort().map((file) => (file.startsWith('-') ? `./${file}` : file));
}

function filesMatching(pattern, files) {
  const expression = new RegExp(
    `^${pattern
      .split('/')
      .map((part) => (part === '**' ? '(?:[^/]+/)*' : `${part.split(/\*+/).map(escaped).join('[^/]*')}/`))
      .join('')
      .replace(/\/$/, '')}$`,
  );
  return files.filter((file) => expression.test(file));
}

function escaped(text) {
  return text.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
}

function filesBelow(folder, path) {
  return readdirSync(join(folder, path), { withFileTypes: true }).flatMap((entry) => {
    if (entry.name.startsWith('.') || entry.name === 'node_modules') return [];
    const below = path === '' ? entry.name : `${path}/${entry.name}`;
    if (entry.isDirectory()) return filesBelow(folder, below);
    return entry.isFile() ? [below] : [];
  });
}
