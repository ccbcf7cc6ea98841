import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, describe, it } from 'node:test';
import { type Answer, type Pod, request, startPod } from '../acceptance/pod.ts';
import { ANSWERS, json, type Respond } from './hostile-answers.ts';

const PLACES = ['the tokens of LeanIX', 'the search of LeanIX', 'ServiceNow'] as const;
type Place = (typeof PLACES)[number];

/** Answers of a correct catalog that lists every application. LeanIX's tokens expire at once, so each search requests one. */
const token = (life: unknown) => json(JSON.stringify({ access_token: 't', expires_in: life }));
const sheets = (name: string, pageInfo: object = { hasNextPage: false }) =>
  json(
    JSON.stringify({
      data: { allFactSheets: { pageInfo, edges: [{ node: { id: 'i', name, type: 'Application' } }] } },
    }),
  );
const rows = (name: string) =>
  json(JSON.stringify({ result: [{ name, sys_id: '1' }] }), 200, { 'x-total-count': '1' });

let hostile: { readonly place: Place; readonly respond: Respond } | undefined;
let hostileAnswers = 0;
const elsewhere: string[] = [];

async function answer(incoming: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
  const url = new URL(incoming.url ?? '/', 'http://localhost');
  const body = (await incoming.setEncoding('utf8').toArray()).join('');
  const place = placeOf(url.pathname);
  if (place !== undefined && place === hostile?.place) {
    hostileAnswers += 1;
    return hostile.respond(response, url);
  }
  if (place === 'the tokens of LeanIX') return token(0)(response, url);
  if (place === 'the search of LeanIX')
    return sheets(JSON.parse(body).variables.filter.fullTextSearch)(response, url);
  if (place === 'ServiceNow')
    return rows((url.searchParams.get('sysparm_query') ?? '').replace('name=', ''))(response, url);
  if (url.pathname !== '/api/v2/catalog/entity') return json('[]')(response, url);
  const data = [{ attributes: { name: url.searchParams.get('filter[name]'), kind: 'service' } }];
  return json(JSON.stringify({ data }))(response, url);
}

function placeOf(path: string): Place | undefined {
  if (path.includes('oauth2')) return 'the tokens of LeanIX';
  if (path.includes('graphql')) return 'the search of LeanIX';
  return path.startsWith('/api/now/') ? 'ServiceNow' : undefined;
}

const server = http.createServer((incoming, response) => void answer(incoming, response));
const other = http.createServer((incoming, response) => {
  elsewhere.push(String(incoming.url));
  response.end('{}');
});
let pod: Pod;
let otherUrl: string;
const listen = async (one: http.Server): Promise<string> => {
  await new Promise<void>((resolve) => {
    one.listen(0, '127.0.0.1', resolve);
  });
  const address = one.address();
  assert.ok(address !== null && typeof address === 'object');
  return `http://127.0.0.1:${address.port}`;
};
before(async () => {
  const url = await listen(server);
  otherUrl = await listen(other);
  const serve = {
    DATADOG_URL: url,
    LEANIX_URL: url,
    SERVICENOW_URL: url,
    CATALOG_TTL_MS: '0',
    CATALOG_TIMEOUT_MS: '1000',
  };
  pod = await startPod({ env: { serve } });
});
after(async () => {
  await pod?.stop();
  for (const one of [server, other]) {
    one.closeAllConnections();
    one.close();
  }
});

let applications = 0;
/** Requests an application that is not cached. */
const ask = (): Promise<Answer> =>
  request(pod, 'GET', `/get_monitors?application=app-${(applications += 1)}`, {
    headers: { 'birddog-deadline-ms': '5000' },
  });

/** Asserts that no route is derived from an invalid answer, and that the next valid answer is used. */
async function requireUnknown(place: Place, respond: Respond): Promise<void> {
  const pid = await pod.pidOf('serve');
  hostileAnswers = 0;
  hostile = { place, respond };
  const { status, body, text, headers } = await ask();
  hostile = undefined;
  assert.ok(hostileAnswers > 0, 'the catalog was asked');
  assert.deepEqual([status, body?.code], [503, 'catalog_unavailable'], text.slice(0, 500));
  assert.deepEqual(body.catalogs, [place === 'ServiceNow' ? 'servicenow' : 'leanix']);
  assert.ok(Number(headers['retry-after']) > 0 && body.detail.length < 3000);
  assert.equal((await ask()).status, 200, 'an honest answer is taken at once');
  assert.equal(await pod.pidOf('serve'), pid);
}

const NO_ANSWERS: Readonly<Record<string, Respond>> = {
  ...Object.fromEntries(Object.entries(ANSWERS).filter(([what]) => what !== 'a 429 without end')),
  'a 401': json('{}', 401),
  'a 403': json('{}', 403),
  'a redirect to another host': (response) =>
    void response.writeHead(307, { location: `${otherUrl}/stolen` }).end(),
  'objects in place of texts': json(
    '{"access_token":{},"data":{"allFactSheets":{"edges":[{"node":{"id":{},"name":[]}}]}},"result":[{"name":{}}]}',
  ),
  'a token that a header cannot carry, and rows of another': json(
    '{"access_token":"a\\r\\nb: c","errors":[1],"result":[{"name":"another","sys_id":"1"}]}',
    200,
    { 'x-total-count': '1' },
  ),
};

for (const place of PLACES)
  describe(`from ${place}`, () => {
    for (const [what, respond] of Object.entries(NO_ANSWERS))
      it(`${what} is rejected with 503, caches no route, and does not affect the process`, () =>
        requireUnknown(place, respond));
  });

describe('LeanIX', () => {
  it('with endless cursors causes 503 after 20 pages', async () => {
    let cursors = 0;
    await requireUnknown('the search of LeanIX', (response, url) =>
      sheets('another', { hasNextPage: true, endCursor: `c${(cursors += 1)}` })(response, url),
    );
    assert.equal(hostileAnswers, 20);
  });

  for (const life of [0, -1, 1e300, -1e300, 'a text', '1e300', null, {}])
    it(`is queried with a token whose lifetime is ${JSON.stringify(life)}`, async () => {
      hostile = { place: 'the tokens of LeanIX', respond: token(life) };
      assert.equal((await ask()).status, 200);
      hostile = undefined;
      assert.equal((await ask()).status, 200);
    });
});

it('sends no credentials to the target of a catalog redirect', () => assert.deepEqual(elsewhere, []));
