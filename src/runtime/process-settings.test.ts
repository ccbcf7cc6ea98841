import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readSettings } from './settings.ts';
import { processSettings, proxyOf } from './process-settings.ts';

const proxyIn = (env: Record<string, string>) => proxyOf(readSettings(env, processSettings));

describe('the proxy', () => {
  it('can be set in either spelling; lower case takes precedence', () => {
    const wanted = { HTTPS_PROXY: 'http://proxy:3128', NO_PROXY: 'a.test' };
    assert.deepEqual(proxyIn(wanted), wanted);
    assert.deepEqual(proxyIn({ https_proxy: 'http://proxy:3128', no_proxy: 'a.test' }), wanted);
    assert.deepEqual(proxyIn({ ...wanted, https_proxy: 'https://lower:1', no_proxy: 'b.test' }), {
      HTTPS_PROXY: 'https://lower:1',
      NO_PROXY: 'b.test',
    });
  });

  it('is undefined if only NO_PROXY is set', () => {
    assert.equal(proxyIn({ NO_PROXY: 'a.test' }), undefined);
  });

  it('must be a URL; the fault names the variable', () => {
    assert.throws(
      () => proxyIn({ HTTPS_PROXY: 'proxy:3128', https_proxy: 'socks5://proxy:1' }),
      (error) => {
        assert.match(String(error), /^ {2}HTTPS_PROXY: .*\n {2}https_proxy: /m);
        return true;
      },
    );
  });
});
