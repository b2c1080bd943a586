import type { Client } from './environments.ts';

export interface Outcome {
  client: Client;
  what: string;
  passed: boolean;
  result: string;
}

/** The page that tells which clients were run and what came out. */
export function report(outcomes: readonly Outcome[], versions: ReadonlyMap<Client, string>): string {
  const rows = outcomes
    .toSorted((a, b) => a.client.localeCompare(b.client))
    .map(({ client, what, passed, result }) =>
      row([versions.get(client) ?? client, what, passed ? 'passed' : '**failed**', cell(result)]),
    );
  return `# Tried with real clients

Written by \`npm run test:interop\`, which installs each client from PyPI and runs it against a simulated account.
Keys and versions that the tap gives are compared with what the account holds, and what a client has stored is compared,
column by column, with what the tap gave. A column for each custom field is among them (\`custom_field_columns: all\`).

| client | what was tried | outcome | what came out |
| --- | --- | --- | --- |
${rows.join('\n')}

Loaders that ran within Meltano: ${['target-jsonl', 'target-duckdb', 'target-postgres'].map((client) => versions.get(client as Client) ?? client).join('; ')}.

## Text that breaks targets

Every target above was given names in Cyrillic, with emoji and from right to left, U+2028 and U+0085, line breaks and
quotes, 1 MiB of text, an id above 2^31, dates that are null, 0 and "", and custom fields with two names alike but for case.
All of it is equal at the other end, with these exceptions:

- U+0000 and a lone surrogate become U+FFFD: the tap does it, as PostgreSQL and UTF-8 have no place for them.
- A date that Kommo sends as "" is null.
- target-duckdb stores the empty text as NULL.
- target-csv writes everything as text, and target-sqlite booleans as 0 and 1.
`;
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function cell(text: string): string {
  return text.split('\n')[0]!.replaceAll('|', '\\|').slice(0, 300);
}
