/** Maximum number of attempts of one request, and the longest wait (ms) for a rate limit. */
const MAX_ATTEMPTS = 4;
const MAX_WAIT_MS = 60_000;
const TIMEOUT_MS = 30_000;
const PAGE_SIZE = 100;
const MAX_PAGES = 100;

/** A failed request. `isUnclear` if the server may have executed it all the same. */
export class ApiError extends Error {
  constructor(message, status, isUnclear) {
    super(message);
    this.status = status;
    this.isUnclear = isUnclear;
  }
}

/**
 * Creates a client of a REST API. It retries what failed without effect, and waits for rate limits. `retryMs` is the first delay,
 * which doubles.
 */
export function createApi({ url, headers, retryMs = 1000 }) {
  async function once(method, path, body) {
    const answer = await fetch(`${url.replace(/\/$/, '')}${path}`, {
      method,
      headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, data: jsonOf(text), text };
  }

  /** Sends a request until it is answered. Throws ApiError. */
  async function answerOf(method, path, body) {
    for (let attempt = 1; ; attempt += 1) {
      const delayMs = retryMs * 2 ** (attempt - 1);
      let failure;
      let waitMs = delayMs;
      try {
        const answer = await once(method, path, body);
        if (answer.status < 300) return answer;
        const reason = typeof answer.data?.message === 'string' ? `: ${answer.data.message}` : '';
        const limitedMs = rateLimitMs(answer, delayMs);
        const isFault = answer.status >= 500;
        failure = new ApiError(
          `${method} ${path} answered ${answer.status}${reason}`,
          answer.status,
          isFault,
        );
        if (limitedMs === undefined && !isFault) throw failure;
        waitMs = limitedMs ?? delayMs;
      } catch (error) {
        if (error === failure) throw error;
        failure = new ApiError(`${method} ${path} got no answer: ${reasonOf(error)}`, undefined, true);
      }
      // A repeated POST could create the same thing twice.
      const mayRepeat = method !== 'POST' || !failure.isUnclear;
      if (!mayRepeat || attempt >= MAX_ATTEMPTS || waitMs > MAX_WAIT_MS) throw failure;
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }

  const request = async (method, path, body) => (await answerOf(method, path, body)).data;
  return {
    /** Sends a request and returns its data. Throws ApiError. */
    request,
    /** Returns a file as its text. Throws ApiError. */
    text: async (path) => (await answerOf('GET', path)).text,
    /** Returns the entries of all pages. `entriesOf` returns those of a page. */
    async list(path, entriesOf = (page) => page) {
      const all = [];
      for (let page = 1; page <= MAX_PAGES; page += 1) {
        const separator = path.includes('?') ? '&' : '?';
        const entries = entriesOf(
          await request('GET', `${path}${separator}per_page=${PAGE_SIZE}&page=${page}`),
        );
        if (!Array.isArray(entries)) throw new ApiError(`GET ${path} answered something unexpected`);
        all.push(...entries);
        if (entries.length < PAGE_SIZE) break;
      }
      return all;
    },
  };
}

/** Returns how long (ms) a rate limit lasts; undefined if the request was not limited. */
function rateLimitMs({ status, headers }, delayMs) {
  const retryAfter = headers.get('retry-after');
  const isLimited =
    status === 429 ||
    (status === 403 && (retryAfter !== null || headers.get('x-ratelimit-remaining') === '0'));
  if (!isLimited) return undefined;
  if (retryAfter !== null) return Number(retryAfter) * 1000 || delayMs;
  const reset = Number(headers.get('x-ratelimit-reset') ?? headers.get('ratelimit-reset')) * 1000;
  return reset > 0 ? Math.max(delayMs, reset - Date.now()) : delayMs;
}

function reasonOf(error) {
  const cause = error?.cause ?? error;
  return String(cause?.code ?? cause?.message ?? cause);
}

function jsonOf(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
