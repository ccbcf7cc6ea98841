import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { datadogTarget, SITES } from '../datadog/sites.ts';
import { readSettings } from '../runtime/settings.ts';
import { servingSettings } from './settings.ts';

const DATADOG_SETTINGS = {
  DATADOG_SITE: servingSettings.DATADOG_SITE,
  DATADOG_URL: servingSettings.DATADOG_URL,
  DATADOG_UI_URL: servingSettings.DATADOG_UI_URL,
};

/** Returns the URLs of the Datadog that an environment names, or the faults. */
function target(env: Record<string, string>): readonly string[] {
  const faults: string[] = [];
  const { baseUrl, uiUrl } = datadogTarget(readSettings(env, DATADOG_SETTINGS), faults);
  return faults.length > 0 ? faults : [baseUrl.href, uiUrl.href];
}

describe('the settings of Datadog', () => {
  for (const [site, pages] of Object.entries(SITES)) {
    it(`name the site ${site}`, () => {
      assert.deepEqual(target({ DATADOG_SITE: site }), [`https://api.${site}/`, `https://${pages}/`]);
    });
  }

  it('accept any URL; its web pages have the same URL by default', () => {
    const DATADOG_URL = 'https://api.example.test';
    assert.deepEqual(target({ DATADOG_URL }), [`${DATADOG_URL}/`, `${DATADOG_URL}/`]);
    const DATADOG_UI_URL = 'https://company.example.test';
    assert.deepEqual(target({ DATADOG_URL, DATADOG_UI_URL }), [`${DATADOG_URL}/`, `${DATADOG_UI_URL}/`]);
  });

  it('require either a site or a URL', () => {
    const one = ['DATADOG_SITE or DATADOG_URL is required; set exactly one of them'];
    assert.deepEqual(target({}), one);
    assert.deepEqual(target({ DATADOG_SITE: 'datadoghq.eu', DATADOG_URL: 'https://api.example.test' }), one);
  });

  it('name the site for the address of its web pages', () => {
    for (const [pages, site] of [
      ['acme.datadoghq.com', 'datadoghq.com'],
      ['app.datadoghq.eu', 'datadoghq.eu'],
      ['acme.us5.datadoghq.com', 'us5.datadoghq.com'],
    ])
      assert.throws(
        () => target({ DATADOG_SITE: pages ?? '' }),
        new RegExp(`address of web pages; the site is ${site}\\. .*DATADOG_URL`),
      );
    assert.throws(() => target({ DATADOG_SITE: 'datadoghq.example' }), /is not one of/);
  });

  it('reject plain HTTP except on loopback', () => {
    for (const name of ['DATADOG_URL', 'DATADOG_UI_URL'])
      assert.throws(() => target({ [name]: 'http://api.example.test' }), new RegExp(`${name}: .*plain HTTP`));
    assert.deepEqual(target({ DATADOG_URL: 'http://127.0.0.1:9100' })[0], 'http://127.0.0.1:9100/');
  });
});

describe('the time zone of reports', () => {
  const zone = (BIRDDOG_TIME_ZONE: string) =>
    readSettings({ BIRDDOG_TIME_ZONE }, { BIRDDOG_TIME_ZONE: servingSettings.BIRDDOG_TIME_ZONE });

  it('is UTC, or a zone of the tz database', () => {
    assert.deepEqual(
      ['', 'Europe/Berlin', 'UTC'].map((name) => zone(name).BIRDDOG_TIME_ZONE),
      ['UTC', 'Europe/Berlin', 'UTC'],
    );
    for (const name of ['Berlin', '+02:00', 'Europe/Berlin; x'])
      assert.throws(() => zone(name), /BIRDDOG_TIME_ZONE: ".*" is not the name of a time zone/);
  });
});
