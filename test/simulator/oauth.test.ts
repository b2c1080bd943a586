import { expect, test } from 'vitest';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { ask, testClock, withAccount } from './ask.ts';

async function exchange(simulator: Simulator, change: Record<string, string> = {}) {
  const { oauth } = simulator;
  const response = await fetch(`${simulator.url}/oauth2/access_token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      client_id: oauth.clientId,
      client_secret: oauth.clientSecret,
      redirect_uri: oauth.redirectUri,
      grant_type: 'refresh_token',
      refresh_token: oauth.refreshToken,
      ...change,
    }),
  });
  // biome-ignore lint/suspicious/noExplicitAny: the body is what is tested
  return { status: response.status, body: (await response.json()) as any };
}

const claimsOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString());
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

test('a refresh token works once and brings a pair that works', async () => {
  await withAccount({ leads: 3 }, async (simulator) => {
    const used = simulator.oauth.refreshToken;
    const first = await exchange(simulator);
    expect(first.body).toMatchObject({ token_type: 'Bearer', expires_in: 86_400 });
    expect(first.body.refresh_token).not.toBe(used);
    expect((await ask(simulator, 'leads', bearer(first.body.access_token))).status).toBe(200);
    const again = await exchange(simulator, { refresh_token: used });
    expect(again.status).toBe(401);
    expect(again.body).toMatchObject({ hint: 'Token has been revoked', status: 401 });
    expect((await exchange(simulator, { refresh_token: first.body.refresh_token })).status).toBe(200);
    expect([simulator.oauth.refreshes, simulator.oauth.refusals]).toEqual([2, 1]);
    expect(simulator.statistics.tokenRefreshes).toBe(2);
  });
});

test('an authorization code works once', async () => {
  await withAccount({ leads: 3 }, async (simulator) => {
    const order = { grant_type: 'authorization_code', code: simulator.oauth.authorizationCode };
    expect((await exchange(simulator, order)).status).toBe(200);
    expect((await exchange(simulator, order)).status).toBe(400);
    expect(simulator.oauth.refreshes).toBe(0);
  });
});

test('a wrong secret is told apart from a used token', async () => {
  await withAccount({ leads: 3 }, async (simulator) => {
    const wrong = await exchange(simulator, { client_secret: 'wrong' });
    expect(wrong.status).toBe(401);
    expect('hint' in wrong.body).toBe(false);
    expect((await exchange(simulator, { grant_type: 'password' })).status).toBe(400);
    simulator.oauth.revokeRefresh();
    expect((await exchange(simulator, { refresh_token: 'old' })).status).toBe(401);
  });
});

test('tokens are JWTs with the claims of real ones, and expire', async () => {
  const clock = testClock();
  await withAccount({ leads: 3, clock, oauth: { accessTokenSeconds: 60 } }, async (simulator) => {
    const { access_token: token } = (await exchange(simulator)).body;
    expect(claimsOf(token)).toMatchObject({
      account_id: simulator.account.id,
      exp: simulator.account.now() + 60,
      base_domain: 'kommo.com',
      api_domain: 'api-c.kommo.com',
    });
    clock.advance(59_000);
    expect((await ask(simulator, 'leads', bearer(token))).status).toBe(200);
    clock.advance(1000);
    const reply = await ask(simulator, 'leads', bearer(token));
    expect([reply.status, reply.headers.get('content-type')]).toEqual([401, 'application/problem+json']);
    expect((await ask(simulator, 'leads')).status).toBe(200);
    simulator.oauth.revokeAccess();
    expect((await ask(simulator, 'leads')).status).toBe(401);
  });
});

test('a renamed account is found by its lookup', async () => {
  await withAccount({ leads: 3, readings: { renamed: 404 } }, async (simulator) => {
    expect((await exchange(simulator)).status).toBe(404);
    expect((await ask(simulator, 'account')).status).toBe(404);
    const look = (token: string) =>
      fetch(`${simulator.url}/oauth2/account/current/subdomain`, { headers: { 'x-refresh-token': token } });
    expect((await look('wrong')).status).toBe(401);
    const found = await look(simulator.oauth.refreshToken);
    expect(await found.json()).toMatchObject({
      id: simulator.account.id,
      subdomain: 'renamed',
      domain: 'renamed.kommo.com',
    });
    simulator.readings.renamed = 'no';
    expect((await exchange(simulator)).status).toBe(200);
  });
});
