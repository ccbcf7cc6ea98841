import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readSettings } from '../runtime/settings.ts';
import { datadogSettings, datadogTarget } from './settings.ts';
import { SITES } from './sites.ts';

/** The addresses of the Datadog that an environment names, or what is wrong with it. */
function target(env: Record<string, string>): readonly string[] {
  const faults: string[] = [];
  const { baseUrl, uiUrl } = datadogTarget(readSettings(env, datadogSettings), faults);
  return faults.length > 0 ? faults : [baseUrl.href, uiUrl.href];
}

describe('the Datadog that settings name', () => {
  for (const [site, pages] of Object.entries(SITES)) {
    it(`is that of ${site}`, () => {
      assert.deepEqual(target({ DATADOG_SITE: site }), [`https://api.${site}/`, `https://${pages}/`]);
    });
  }

  it('is any address, and its pages are there too unless they are named', () => {
    const DATADOG_URL = 'https://api.example.test';
    assert.deepEqual(target({ DATADOG_URL }), [`${DATADOG_URL}/`, `${DATADOG_URL}/`]);
    const DATADOG_UI_URL = 'https://company.example.test';
    assert.deepEqual(target({ DATADOG_URL, DATADOG_UI_URL }), [`${DATADOG_URL}/`, `${DATADOG_UI_URL}/`]);
  });

  it('is one: neither both a site and an address, nor none', () => {
    const one = ['DATADOG_SITE or DATADOG_URL is required; set exactly one of them'];
    assert.deepEqual(target({}), one);
    assert.deepEqual(target({ DATADOG_SITE: 'datadoghq.eu', DATADOG_URL: 'https://api.example.test' }), one);
  });

  it('is not asked in plain HTTP over the network', () => {
    for (const name of ['DATADOG_URL', 'DATADOG_UI_URL'])
      assert.throws(() => target({ [name]: 'http://api.example.test' }), new RegExp(`${name}: .*plain HTTP`));
    assert.deepEqual(target({ DATADOG_URL: 'http://127.0.0.1:9100' })[0], 'http://127.0.0.1:9100/');
  });
});
