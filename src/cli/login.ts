import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline/promises';
import { exchangeCode } from '../api/login.ts';
import { consentUrl } from '../api/oauth.ts';
import { configFileStore } from '../api/token-store.ts';
import type { Config } from '../config.ts';
import { ConfigError, UsageError } from '../errors.ts';
import { accountHost } from '../host.ts';
import type { Log } from '../log.ts';
import { defineCommand } from './command.ts';
import { awaitBrowser, type Consent, comesBackHere, readConsent } from './consent.ts';
import type { Context } from './context.ts';
import { checkSettings, findSettings } from './settings.ts';
import { readVersion } from './version.ts';

export const login = defineCommand({
  name: 'login',
  summary:
    'Authorizes an OAuth integration, which has to be done once, and puts its tokens into the config file. The file must ' +
    'hold subdomain and, in credentials, auth_type (oauth2.0), client_id, client_secret and redirect_uri.',
  flags: {
    config: {
      type: 'string',
      placeholder: 'FILE',
      summary: 'the settings, as JSON; the tokens are written into it',
      required: true,
    },
    code: {
      type: 'string',
      placeholder: 'CODE',
      summary: 'the code from the consent page; without it, login sends you to that page',
    },
    debug: { type: 'boolean', summary: 'log every request, its status and its time' },
  },
  async run(context, flags) {
    const { clock, files, packageRoot, redactor, stdout } = context;
    const { received, names } = await findSettings(context, flags.config);
    const config = checkSettings(redactor, { received: withNewToken(received), names });
    const { origin, credentials } = config;
    if (credentials.type !== 'oauth2.0') {
      throw new ConfigError('A long-lived token needs no login: only credentials of the type oauth2.0 do.');
    }
    const store = configFileStore(flags.config, clock, files);
    await store.exclusively(store.rehearse).catch(({ cause }) => {
      const { code = 'unknown error' } = (cause ?? {}) as NodeJS.ErrnoException;
      throw new ConfigError(
        `The config file ${flags.config} cannot be written (${code}), and login puts the tokens into it.`,
      );
    });
    const code =
      flags.code ?? codeFor(config, await askForConsent(context, origin, credentials, flags.config));
    const log: Log = (level, message) => {
      if (flags.debug || level !== 'debug') context.stderr.write(`${message}\n`);
    };
    const version = await readVersion(packageRoot);
    const pair = await exchangeCode(
      { origin, integration: credentials, code },
      { version, clock, random: Math.random, log, redactor, environment: context.environment },
    );
    await store.exclusively(() => store.save(pair));
    await stdout.writeText(`Authorized: the tokens are in ${flags.config}.`);
    return 0;
  },
});

/** The settings as if they had a refresh token already: to get one is what the command is for. */
function withNewToken(received: unknown): unknown {
  const { credentials } = (received ?? {}) as { credentials?: Record<string, unknown> };
  if (credentials?.auth_type !== 'oauth2.0') return received;
  const { access_token: _, token_expiry_date: __, ...lasting } = credentials;
  return { ...(received as object), credentials: { ...lasting, refresh_token: randomUUID() } };
}

/** The code of `consent`, unless another account gave it: its tokens would be refused where we ask. */
function codeFor({ origin, received }: Config, { code, accountHost: host }: Consent): string {
  // An address that replaces the account's own says nothing about which account that is.
  if (host === undefined || received.api_url) return code;
  const consenting = accountHost(host);
  if ('origin' in consenting && consenting.origin === origin) return code;
  throw new ConfigError(
    `Access was granted for the account ${JSON.stringify(host.slice(0, 100))}, but subdomain names ${new URL(origin).host}: ` +
      'correct subdomain, or choose the other account in the browser.',
  );
}

/** Sends the user to the consent page, and takes what it gave back from the browser or from a pasted line. */
async function askForConsent(
  { environment, stdout, signal, openStdin }: Context,
  origin: string,
  { clientId, redirectUri }: { clientId: string; redirectUri: string },
  configPath: string,
): Promise<Consent> {
  const state = randomUUID();
  const comesBack = comesBackHere(redirectUri);
  const then = comesBack
    ? `Then the browser comes back to ${redirectUri}, where this program waits.`
    : 'Then paste the address that the browser was sent to, or the code in it:';
  const isRemote = environment.SSH_CONNECTION !== undefined || environment.SSH_TTY !== undefined;
  const invite = async () => {
    await stdout.write('Open this page as an administrator of the account and grant access:');
    await stdout.write(`${consentUrl({ origin, clientId, state })}\n${then}`);
    if (comesBack && isRemote) {
      await stdout.write(
        'You are connected over SSH, and a browser on your own computer cannot reach this machine. Copy what follows code=\n' +
          `in the address that it ends up at, and run: source-kommo login --config ${configPath} --code CODE`,
      );
    }
    await stdout.flush();
  };
  if (comesBack) {
    const [address] = await Promise.all([awaitBrowser(redirectUri, signal), invite()]);
    return readConsent(address, state);
  }
  await invite();
  const lines = createInterface({ input: openStdin(), signal });
  for await (const line of lines) return readConsent(line, state);
  signal.throwIfAborted();
  throw new UsageError('nothing was pasted; pass the code with --code CODE');
}
