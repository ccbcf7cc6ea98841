import type http from 'node:http';

/** A handler of one request. */
export type Respond = (response: http.ServerResponse, url: URL) => void;

/** Returns a handler that sends a text, as JSON unless the headers set another type. */
export const json = (body: string, status = 200, headers: http.OutgoingHttpHeaders = {}): Respond => {
  return (response) =>
    void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
};
const raw = (text: string): Respond => {
  return ({ socket }) => void socket?.end(text);
};
/** Sends a byte at intervals, without end. */
const slow: Respond = (response) => {
  response.writeHead(200, { 'content-type': 'application/json' }).write('[');
  const timer = setInterval(() => response.write(' '), 100);
  response.on('close', () => clearInterval(timer));
};
const flood: Respond = (response) => {
  const chunk = Buffer.alloc(1024 * 1024, ' ');
  const more = () => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on('drain', more);
  more();
};

/** Answers of a hostile or broken server to any request. */
export const ANSWERS: Readonly<Record<string, Respond>> = {
  html: json('<html><script>alert(1)</script></html>', 200, { 'content-type': 'text/html' }),
  'an empty body': json(''),
  null: json('null'),
  'a list of null': json('[null]'),
  'deep nesting': json('['.repeat(2_000_000)),
  'two million objects': json(`[${'{},'.repeat(2_000_000)}{}]`),
  'a number of a million digits': json(`[{"id":1e${'9'.repeat(1_000_000)}}]`),
  'an id that climbs': json('[{"id":"../../v2/users"}]'),
  'a 204 with a body': json('[]', 204),
  'a 206': json('[]', 206),
  'a redirect': json('', 307, { location: 'http://127.0.0.1:1/' }),
  'a 418': json('{"errors":["\\u001b[2J\\r\\nSet-Cookie: a=b"]}', 418),
  'a 520': json('<html>', 520),
  'a 599': json('', 599),
  'a 429 without end': json('', 429, { 'x-ratelimit-reset': '0' }),
  'huge headers': json('[]', 200, { 'x-large': 'x'.repeat(60_000) }),
  'a broken status line': raw('HTTP/1.1 abc\r\n\r\n'),
  'an upgrade': raw('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n'),
  'an early end': raw('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[{"id"'),
  'gzip that was not asked for': json('\u001f\u008b', 200, { 'content-encoding': 'gzip' }),
  'a byte now and then': slow,
  'a body without end': flood,
};
