/** The connector acceptance tests' TestSpec, as far as it needs no image (airbyte.md §1.8, §4.1). */
import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import { beforeAll, describe, expect, test } from 'vitest';
import { root, runProgram } from '../../cli/program.ts';
import { type Message, ofType } from '../../dialect/airbyte/messages.ts';
import { type Outcome, runVerb } from './source.ts';

let outcome: Outcome;
let spec: Message;
let nodes: { path: string; name: string; node: Message }[];

beforeAll(async () => {
  outcome = await runVerb('spec', {}, runProgram);
  [spec] = ofType(outcome.messages, 'SPEC');
  nodes = [...walk(spec.connectionSpecification, '')];
});

/** Every schema inside a schema, under the path of its properties. */
function* walk(node: Message, path: string): Generator<(typeof nodes)[number]> {
  yield { path, name: path.split('.').at(-1)!, node };
  for (const [name, inner] of Object.entries(node.properties ?? {})) yield* walk(inner, `${path}.${name}`);
  for (const [index, variant] of (node.oneOf ?? []).entries()) yield* walk(variant, `${path}[${index}]`);
  if (node.items) yield* walk(node.items, `${path}.items`);
}

const where = (wrong: (node: Message, name: string) => unknown) =>
  nodes.filter(({ node, name }) => wrong(node, name)).map(({ path }) => path || 'the top');

test('it is one message, and what spec.json says', () => {
  expect(outcome.code).toBe(0);
  expect(outcome.messages).toHaveLength(1);
  expect(spec).toEqual(JSON.parse(readFileSync(`${root}/spec.json`, 'utf8')));
});

const secret =
  /^(client_token|access_token|api_token|token|secret|client_secret|password|key|service_account(_info)?|tenant_id|certificate|jwt|credentials|app_id|appid|refresh_token)$/;
const forbidden =
  /^(\$ref|allOf|anyOf|not|if|then|else|patternProperties|prefixItems|dependentSchemas|dependentRequired)$/;
const isScalar = (node: Message) => !['object', 'array'].includes(node.type) && !node.oneOf;
const hasDuplicates = (values: unknown[]) => new Set(values).size < values.length;
const orders = (node: Message) =>
  Object.values<Message>(node.properties ?? {}).flatMap((inner) => inner.order ?? []);

describe('the settings', () => {
  test.each<[string, (node: Message, name: string) => unknown]>([
    ['enums repeat nothing', (node) => node.enum && hasDuplicates(node.enum)],
    ['variants belong to an object', (node) => node.oneOf && node.type !== 'object'],
    [
      'variants have properties and a title',
      (node) => node.oneOf?.some((variant: Message) => !variant.properties || !variant.title),
    ],
    [
      'variants are told apart by exactly one constant',
      (node) => node.oneOf && constantsOf(node.oneOf).length !== 1,
    ],
    [
      'secrets are marked',
      (node, name) => secret.test(name) && isScalar(node) && !('const' in node) && !node.airbyte_secret,
    ],
    ['no type but null comes beside another', (node) => Array.isArray(node.type) && !isNullable(node.type)],
    ['objects say what they hold', (node) => node.type === 'object' && !node.properties && !node.oneOf],
    ['lists hold scalars', (node) => node.type === 'array' && !(node.items && isScalar(node.items))],
    [
      'no keyword is one that platforms refuse',
      (node) => Object.keys(node).some((key) => forbidden.test(key)),
    ],
    ['dates have both a format and a pattern', (node) => /^date/.test(node.format ?? '') && !node.pattern],
    ['patterns are explained', (node) => node.pattern && !node.pattern_descriptor],
    ['the order is unique among siblings', (node) => hasDuplicates(orders(node))],
    ['groups stand at the top', (node) => node !== spec.connectionSpecification && hasNestedGroup(node)],
    ['display_type stands beside variants', (node) => node.display_type && !node.oneOf],
    ['further properties are permitted', (node) => (node.additionalProperties ?? true) !== true],
    [
      'every property has a title and a description',
      (node) => node !== spec.connectionSpecification && (!node.title || !node.description),
    ],
    [
      'required properties exist',
      (node) => node.required?.some((name: string) => !(name in (node.properties ?? {}))),
    ],
  ])('%s', (_, wrong) => {
    expect(where(wrong)).toEqual([]);
  });

  test('OAuth is the first variant', () => {
    const variants = spec.connectionSpecification.properties.credentials.oneOf;
    expect(variants[0].properties.auth_type.const).toBe('oauth2.0');
  });

  test('leaves authorization to login, which knows every address that an account can have', () => {
    expect(spec.advanced_auth).toBeUndefined();
  });
});

const isNullable = (types: string[]) => types.length === 2 && types.includes('null');
const hasNestedGroup = (node: Message) =>
  Object.values<Message>(node.properties ?? {}).some((inner) => inner.group !== undefined);

function constantsOf(variants: Message[]): string[] {
  const [first] = variants;
  return Object.keys(first.properties).filter((name) =>
    variants.every((variant) => typeof variant.properties[name]?.const === 'string'),
  );
}

describe('a config fits the settings, or does not', () => {
  const token = { auth_type: 'long_lived_token', access_token: 'x' };
  test.each([
    ['the shortest', { subdomain: 'acme', credentials: token }, true],
    ['an address', { subdomain: 'https://acme.amocrm.ru/leads', credentials: token }, true],
    ['keys of the platform', { subdomain: 'acme', credentials: token, __injected: 1, _limit: 5 }, true],
    ['a start', { subdomain: 'acme', credentials: token, start_date: '2026-01-31T00:00:00Z' }, true],
    ['no account', { credentials: token }, false],
    ['no credentials', { subdomain: 'acme' }, false],
    ['a foreign host', { subdomain: 'acme.example.com', credentials: token }, false],
    ['a start that is no date', { subdomain: 'acme', credentials: token, start_date: 'soon' }, false],
    ['credentials of no kind', { subdomain: 'acme', credentials: { auth_type: 'magic' } }, false],
  ])('%s', (_, config, fits) => {
    const ajv = new Ajv({ strict: false });
    formats.default(ajv);
    expect(ajv.validate(spec.connectionSpecification, config)).toBe(fits);
  });
});
