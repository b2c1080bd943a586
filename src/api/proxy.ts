import { ConfigError } from '../errors.ts';

/** Variables of the environment that name the proxy for https and the hosts that need none, in either spelling. */
export interface ProxySettings {
  readonly HTTPS_PROXY?: string | undefined;
  readonly https_proxy?: string | undefined;
  readonly NO_PROXY?: string | undefined;
  readonly no_proxy?: string | undefined;
}

/** The address of the proxy, '' for none, and the hosts that need none. Throws a ConfigError for what is no address. */
export function readProxy(environment: ProxySettings): { httpsProxy: string; noProxy: string } {
  const text = environment.https_proxy || environment.HTTPS_PROXY || '';
  const noProxy = environment.no_proxy ?? environment.NO_PROXY ?? '';
  if (text === '') return { httpsProxy: '', noProxy };
  const url = URL.parse(text.includes('://') ? text : `http://${text}`);
  if (url !== null && /^(https?|socks5?):$/.test(url.protocol)) return { httpsProxy: url.href, noProxy };
  throw new ConfigError('HTTPS_PROXY must be an address like http://proxy.example:3128.');
}
