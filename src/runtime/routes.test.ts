import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { textReply } from './reply.ts';
import { routed } from './routes.ts';
import { type RunningServer, startServer } from './server.ts';

describe('a request finds its route', () => {
  let server: RunningServer;
  before(async () => {
    const app = routed({ 'GET /known': ({ url }) => textReply(200, 'text/plain', url.search) }, ({ path }) =>
      textReply(404, 'text/plain', path),
    );
    server = await startServer({ host: '127.0.0.1', port: 0, app });
  });
  after(() => server.close(0));

  /** The status line and the body, as they are on the wire. */
  async function ask(method: string, target: string, version = '1.1'): Promise<string> {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    socket.write(`${method} ${target} HTTP/${version}\r\nhost: a\r\nconnection: close\r\n\r\n`);
    let text = '';
    socket.on('data', (chunk) => (text += String(chunk)));
    await once(socket, 'close');
    const [head = '', body] = text.split('\r\n\r\n');
    return `${head.slice(9, 12)} ${body}`;
  }

  const CASES: readonly (readonly [what: string, method: string, target: string, answer: string])[] = [
    ['by its path, with any query', 'GET', '/known?a=b%2F', '200 ?a=b%2F'],
    ['by a path that is percent-encoded', 'GET', '/k%6Eown', '200 '],
    ['by HEAD as by GET, without the body', 'HEAD', '/known?a=b', '200 '],
    ['by the whole address, as proxies write it', 'GET', 'http://a/known?a', '200 ?a'],
    ['by its method too', 'POST', '/known', '404 /known'],
    ['not by the end of its path', 'GET', '/known/', '404 /known/'],
    ['not by what looks like a host', 'GET', '//b/known', '404 //b/known'],
    ['not by a path that is no text', 'GET', '/%FF', '404 /%FF'],
    ['not by a target that is no path', 'OPTIONS', '*', '404 /'],
    ['not by a name that every object has', 'GET', '/constructor', '404 /constructor'],
  ];
  for (const [what, method, target, answer] of CASES) {
    it(what, async () => assert.equal(await ask(method, target), answer));
  }

  it('by HTTP/1.0', async () => assert.equal(await ask('GET', '/known?a', '1.0'), '200 ?a'));
});
