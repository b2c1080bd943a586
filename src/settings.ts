import { DateTime } from 'luxon';
import { z } from 'zod';
import { customFieldColumns } from './custom-field-choice.ts';
import { accountHost, type CheckedHost, replacementHost } from './host.ts';
import { error, type Meta, text } from './setting-text.ts';

// The one truth of the settings: it validates them, and spec.json is generated from it.

// The meta data goes to the text, not to what it is turned into: it describes what a person enters.
function host(check: (text: string) => CheckedHost, meta: Meta) {
  return text()
    .meta(meta)
    .transform((value, context) => {
      const checked = check(value);
      if ('origin' in checked) return checked.origin;
      context.issues.push({ code: 'custom', message: checked.problem, input: value });
      return z.NEVER;
    });
}

/** What a form can check while one types; `accountHost` decides. */
const accountPattern =
  '^(https?://)?[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?([.](kommo[.]com|amocrm[.]ru|amocrm[.]com)([/?#].*)?)?$';

const datePattern =
  '^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?)?$';

/** Milliseconds since the epoch; text without a zone is in UTC (singer.md §0 item 8). */
function date(meta: Meta) {
  const rules = { format: 'date-time', pattern: datePattern, pattern_descriptor: 'YYYY-MM-DDTHH:mm:ssZ' };
  return text()
    .meta({ ...meta, ...rules })
    .transform((value, context) => {
      const isDate = new RegExp(datePattern).test(value);
      const time = isDate ? DateTime.fromISO(value.replace(' ', 'T'), { zone: 'utc' }) : undefined;
      if (time?.isValid) return time.toMillis();
      const message = 'must be a date like 2026-01-31 or 2026-01-31T00:00:00Z';
      context.issues.push({ code: 'custom', message, input: value });
      return z.NEVER;
    });
}

const OAuth = z
  .object(
    {
      auth_type: z
        .literal('oauth2.0', { error })
        .meta({ title: 'Authentication Type', description: 'OAuth 2.0.', order: 0 }),
      client_id: text().meta({
        title: 'Integration ID',
        description: 'Shown in Kommo under Settings → Integrations → your integration → Keys and scopes.',
        order: 1,
        airbyte_secret: true,
      }),
      client_secret: text().meta({
        title: 'Secret Key',
        description: 'Shown beside the integration ID.',
        order: 2,
        airbyte_secret: true,
      }),
      redirect_uri: text().meta({
        title: 'Redirect URL',
        description: 'The redirect URL of the integration, exactly as it is entered in Kommo.',
        order: 3,
        examples: ['https://example.com/kommo'],
      }),
      refresh_token: text().meta({
        title: 'Refresh Token',
        description:
          'Obtained by authorizing the integration; the command "source-kommo login" does it. Kommo replaces it with each use.',
        order: 4,
        airbyte_secret: true,
      }),
      access_token: text().optional().meta({
        title: 'Access Token',
        description: 'Filled in by the connector.',
        order: 5,
        airbyte_secret: true,
        airbyte_hidden: true,
      }),
      token_expiry_date: date({
        title: 'Token Expiry Date',
        description: 'When the access token ends; filled in by the connector.',
        order: 6,
        airbyte_hidden: true,
      }).optional(),
    },
    { error },
  )
  .meta({ title: 'OAuth 2.0', description: 'For integrations that several accounts install.' });

const LongLivedToken = z
  .object(
    {
      auth_type: z
        .literal('long_lived_token', { error })
        .meta({ title: 'Authentication Type', description: 'Long-lived token.', order: 0 }),
      access_token: text().meta({
        title: 'Long-Lived Token',
        description:
          'Created in Kommo under Settings → Integrations → your private integration → Keys and scopes → Generate long-lived token.',
        order: 1,
        airbyte_secret: true,
      }),
    },
    { error },
  )
  .meta({ title: 'Long-Lived Token', description: 'The simplest way for your own account.' });

/** What a config file may hold; unknown keys are tolerated, because orchestrators add their own. */
export const Settings = z.object(
  {
    subdomain: host(accountHost, {
      title: 'Account Address',
      description:
        'The address of your account, or its first part: acme, acme.kommo.com, https://acme.amocrm.ru.',
      order: 0,
      examples: ['acme', 'acme.kommo.com', 'https://acme.amocrm.ru'],
      pattern: accountPattern,
      pattern_descriptor: 'acme or acme.kommo.com',
    }),
    credentials: z.discriminatedUnion('auth_type', [OAuth, LongLivedToken], { error }).meta({
      title: 'Authentication',
      description: 'How the connector signs in to Kommo.',
      type: 'object',
      order: 1,
    }),
    start_date: date({
      title: 'Start Date',
      description:
        'Records that were last changed before this moment are not read by incremental streams; without it everything is read. UTC unless it names an offset.',
      order: 2,
      examples: ['2026-01-31', '2026-01-31T00:00:00Z'],
    })
      .transform((milliseconds) => Math.max(0, Math.floor(milliseconds / 1000)))
      .optional(),
    lookback_window_minutes: z.int({ error }).min(0, { error }).max(525_600, { error }).default(10).meta({
      title: 'Lookback Window',
      description:
        'How many minutes before the end of the last run an incremental run starts, to find records that became visible late.',
      order: 3,
    }),
    requests_per_second: z.number({ error }).min(0.01, { error }).default(7).meta({
      title: 'Requests per Second',
      description: 'Kommo permits 7. Lower it when other programs use the account at the same time.',
      order: 4,
    }),
    custom_field_columns: customFieldColumns({
      title: 'Custom Field Columns',
      description:
        'Columns for custom fields, in addition to the JSON in custom_fields_values: all, none, or a comma-separated list of ids and codes. The account is asked for its fields when the streams are discovered.',
      order: 5,
      examples: ['all', 'PHONE,EMAIL,123456'],
    }),
    witness: z.boolean({ error }).default(true).meta({
      title: 'Event Log',
      description:
        'Incremental runs ask the event log which leads, contacts, companies and customers were linked, tagged, merged or restored, because Kommo may not count that as a change. Switch it off where the log is too long to be worth it.',
      order: 6,
    }),
    api_url: host(replacementHost, {
      title: 'API Address',
      description:
        'Replaces the address of the account, for a proxy or a test. Plain http is possible on this machine only.',
      order: 7,
      examples: ['https://kommo-proxy.example.com'],
      airbyte_hidden: true,
    }).optional(),
    token_store: text()
      .optional()
      .meta({
        title: 'Token File',
        description:
          'A file that keeps renewed OAuth tokens, where the config itself cannot be written or does not last, as under Meltano. Each account needs a file of its own.',
        order: 8,
        examples: ['/var/lib/kommo/tokens.json'],
        airbyte_hidden: true,
      }),
    rate_limit_group: text()
      .regex(/^[A-Za-z0-9_-]{1,64}$/, { error: 'must be a name of letters, digits, - and _' })
      .optional()
      .meta({
        title: 'Rate Limit Group',
        description:
          'Programs of one user on one machine that name the same group, and the same requests_per_second, keep the rate together.',
        order: 9,
        examples: ['my-integration'],
        pattern_descriptor: 'letters, digits, - and _',
        airbyte_hidden: true,
      }),
  },
  { error },
);
export type Settings = z.output<typeof Settings>;
