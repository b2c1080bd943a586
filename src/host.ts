/** The outcome of checking an address: where to send requests, or what is wrong with it. */
export type CheckedHost = { origin: string } | { problem: string };

/** The domains under which accounts and their file hosts live (kommo-api.md §1). */
const kommoDomains = ['kommo.com', 'amocrm.ru', 'amocrm.com'];

/** Names under those domains that belong to Kommo itself; `api-c` and the like answer 401 (kommo-api.md §1). */
const notAnAccount = /^(www|api|api-[a-z]|drive-[a-z])$/;

const label = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** True for a host under one of Kommo's domains, whatever its first labels. */
export function isKommoHost(host: string): boolean {
  return (
    kommoDomains.some((domain) => host.endsWith(`.${domain}`)) &&
    host.split('.').every((part) => label.test(part))
  );
}

/** The account that a person means with `acme`, `acme.kommo.com` or `https://acme.amocrm.ru/leads`. */
export function accountHost(text: string): CheckedHost {
  const [, scheme, authority = '', path = ''] =
    /^(?:([a-z][a-z0-9+.-]*):\/\/)?([^/?#]*)(.*)$/is.exec(text.trim()) ?? [];
  if (scheme !== undefined && !/^https?$/i.test(scheme)) return { problem: 'must be an https address' };
  if (authority.includes('@'))
    return { problem: 'must not contain a user name or password (the part before @)' };
  if (authority.includes(':')) return { problem: 'must not contain a port' };
  const host = authority.toLowerCase();
  // Letters that only look like a-z name another host; an encoded one (xn--) does the same.
  if (/[^\x20-\x7e]/.test(host) || /(^|\.)xn--/.test(host)) {
    return {
      problem:
        'must consist of the letters a-z, digits and hyphens: a look-alike letter of another script would name another host',
    };
  }
  const [subdomain = '', ...rest] = host.split('.');
  const domain = rest.length === 0 ? 'kommo.com' : rest.join('.');
  if (!label.test(subdomain))
    return { problem: 'must be the first part of the address of your account, like acme in acme.kommo.com' };
  if (!kommoDomains.includes(domain)) {
    return {
      problem: `must be an account under ${kommoDomains.join(', ')}${host.length <= 63 ? `, not ${host}` : ''}`,
    };
  }
  if (notAnAccount.test(subdomain))
    return { problem: `must name your account: ${subdomain}.${domain} is Kommo's own host` };
  if (path !== '' && scheme === undefined && rest.length === 0) {
    return { problem: 'must be a name without a path, or a whole address' };
  }
  return { origin: `https://${subdomain}.${domain}` };
}

/** The address that replaces the account's own: https anywhere, plain http on this machine only. */
export function replacementHost(text: string): CheckedHost {
  const url = URL.parse(text.trim());
  if (!url || !/^https?:$/.test(url.protocol))
    return { problem: 'must be an address like https://kommo.example' };
  if (url.username || url.password) return { problem: 'must not contain a user name or password' };
  if (url.pathname !== '/' || url.search || url.hash) return { problem: 'must be an address without a path' };
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    return { problem: 'must be https: plain http is for this machine only (localhost, 127.0.0.1, [::1])' };
  }
  return { origin: url.origin };
}

/**
 * The file host that an account names. The token goes there, so it has to lie under one of Kommo's domains, or on
 * the host that replaces the account's own, whatever its port.
 */
export function driveHost(text: string, accountOrigin: string): CheckedHost {
  const url = URL.parse(text);
  if (!url || url.username || url.password || url.pathname !== '/' || url.search || url.hash)
    return { problem: 'is not the address of a host' };
  const isKommo = url.protocol === 'https:' && url.port === '' && isKommoHost(url.hostname);
  const account = new URL(accountOrigin);
  const isReplacement =
    !isKommoHost(account.hostname) && url.protocol === account.protocol && url.hostname === account.hostname;
  if (isKommo || isReplacement) return { origin: url.origin };
  return { problem: `is not under ${kommoDomains.join(', ')}` };
}

/** True for the names of this machine, in the normal form that URL gives them. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
