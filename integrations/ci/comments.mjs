import { ApiError } from './rest-api.mjs';

/** Maximum number of times that a comment is looked for again, because its creation failed or it was deleted meanwhile. */
const MAX_ROUNDS = 3;

/** Returns the hidden first line by which a comment is found again. `name` distinguishes the jobs of one repository. */
export function markerOf(subject, name) {
  return `<!-- birddog ${subject} ${name} -->`;
}

/**
 * Writes the one comment with this marker: creates it, or updates the oldest. Comments of others are never touched: `comments`
 * lists all as `{id, body, isOwn}`. If two jobs create a comment at the same time, the oldest stays.
 */
export async function writeComment(comments, marker, body) {
  const text = `${marker}\n${body}`;
  for (let round = 1; ; round += 1) {
    try {
      const own = await ownComments(comments, marker);
      if (own.length === 0) {
        const created = await comments.create(text);
        // A list may lag behind.
        const others = (await ownComments(comments, marker)).filter(({ id }) => id !== created.id);
        own.push(...[...others, { ...created, body: text }].sort((a, b) => a.id - b.id));
      }
      const [first, ...rest] = own;
      if (first.body !== text) await comments.update(first.id, text);
      for (const { id } of rest) await comments.remove(id).catch(ignoreMissing);
      return;
    } catch (error) {
      const isGone = error instanceof ApiError && error.status === 404;
      const isWorthTrying = error instanceof ApiError && (error.isUnclear || isGone);
      if (!isWorthTrying || round >= MAX_ROUNDS) throw error;
    }
  }
}

async function ownComments(comments, marker) {
  const all = await comments.list();
  return all
    .filter(({ body, isOwn }) => isOwn && (body ?? '').split(/\r?\n/, 1)[0] === marker)
    .sort((a, b) => a.id - b.id);
}

function ignoreMissing(error) {
  if (!(error instanceof ApiError && error.status === 404)) throw error;
}

/** Returns Markdown of at most `max` characters, cut between two lines, with open code blocks and details closed and `note` at the end. */
export function shortenMarkdown(markdown, max, note) {
  if (markdown.length <= max) return markdown;
  // Leaves space for the note, and for the ends of a block and of details.
  const budget = max - note.length - 200;
  const kept = [];
  let length = 0;
  let fence;
  let details = 0;
  for (const line of markdown.split('\n')) {
    length += line.length + 1;
    if (length > budget) break;
    kept.push(line);
    const [, ticks] = /^(`{3,})/.exec(line) ?? [];
    if (fence === undefined) {
      fence = ticks?.slice(0, 100);
      details += line.split('<details>').length - line.split('</details>').length;
    } else if (ticks !== undefined && ticks.length >= fence.length) fence = undefined;
  }
  const ends = [...(fence === undefined ? [] : [fence]), ...(details > 0 ? ['', '</details>'] : [])];
  return [...kept, ...ends, '', note].join('\n');
}

/** Returns text in a code block that no line of the text can close. */
export function codeBlock(text, language = '') {
  const longest = Math.max(2, ...[...text.matchAll(/`{1,100}/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${text.trimEnd()}\n${fence}`;
}
