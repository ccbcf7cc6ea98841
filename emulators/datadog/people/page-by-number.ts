import type { RawObject } from '../raw-json.ts';

const DEFAULT_PAGE_SIZE = 10;

/** Returns the page that `page[number]` and `page[size]` select, with its counts and links. */
export function pageByNumber(list: readonly RawObject[], path: string, query: URLSearchParams) {
  const size = Number(query.get('page[size]') ?? DEFAULT_PAGE_SIZE);
  const number = Number(query.get('page[number]') ?? 0);
  const last = Math.max(0, Math.ceil(list.length / size) - 1);
  const others = [...query].filter(([name]) => !name.startsWith('page['));
  const filters = others.length > 0 ? `${new URLSearchParams(others).toString()}&` : '';
  const address = `https://api.datadoghq.com${path}`;
  const at = (page: number) => `${address}?${filters}page[number]=${page}&page[size]=${size}`;
  return {
    page: list.slice(number * size, (number + 1) * size),
    meta: {
      pagination: {
        number,
        first_number: 0,
        prev_number: Math.max(0, number - 1),
        next_number: number + 1,
        last_number: last,
        size,
        type: 'number_size',
        total: list.length,
      },
    },
    links: {
      self: `${address}?${query.toString()}`,
      last: last > 0 ? at(last) : null,
      next: at(number + 1),
      prev: number > 0 ? at(number - 1) : null,
      first: at(0),
    },
  };
}
