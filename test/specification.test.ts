import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { accountHost } from '../src/host.ts';
import { specification } from '../src/specification.ts';

type Schema = Record<string, unknown>;
interface Property {
  path: string;
  name: string;
  schema: Schema;
  depth: number;
}

const spec = JSON.parse(readFileSync(new URL('../spec.json', import.meta.url), 'utf8'));
const root: Schema = spec.connectionSpecification;

function propertiesOf(schema: Schema, path = '', depth = 0): Property[] {
  const own = Object.entries((schema.properties ?? {}) as Record<string, Schema>).flatMap(([name, inner]) => [
    { path: `${path}/${name}`, name, schema: inner, depth },
    ...propertiesOf(inner, `${path}/${name}`, depth + 1),
  ]);
  const variants = ((schema.oneOf ?? []) as Schema[]).flatMap((variant, index) =>
    propertiesOf(variant, `${path}/oneOf/${index}`, depth),
  );
  return [...own, ...variants];
}

function nodesOf(value: unknown): Schema[] {
  if (value === null || typeof value !== 'object') return [];
  const inner = Object.values(value).flatMap(nodesOf);
  return Array.isArray(value) ? inner : [value as Schema, ...inner];
}

const properties = propertiesOf(root);
const schemas = [root, ...properties.map((property) => property.schema), ...variantsOf(root)];

function variantsOf(schema: Schema): Schema[] {
  return propertiesOf(schema).flatMap((property) => (property.schema.oneOf ?? []) as Schema[]);
}

function at(path: readonly string[]): Schema[] {
  return path.reduce<Schema[]>(
    (found, name) =>
      found
        .flatMap((schema) => [schema, ...((schema.oneOf ?? []) as Schema[])])
        .map((schema) => (schema.properties as Record<string, Schema> | undefined)?.[name])
        .filter((schema) => schema !== undefined),
    [root],
  );
}

test('spec.json is current: npm run generate', () => {
  expect(properties.length).toBeGreaterThan(12);
  expect(spec).toEqual(JSON.parse(JSON.stringify(specification())));
});

const secretNames =
  /^(client_token|access_token|api_token|token|secret|client_secret|password|key|service_account(_info)?|tenant_id|certificate|jwt|credentials|app_id|appid|refresh_token)$/;
const forbidden = [
  '$ref',
  'allOf',
  'anyOf',
  'not',
  'if',
  'then',
  'else',
  'patternProperties',
  'prefixItems',
  'dependentSchemas',
  'dependentRequired',
];

// airbyte.md §1.8 and §4.1 (TestSpec), one row a rule; what a rule returns breaks it.
const rules: [string, () => unknown[]][] = [
  [
    'every property has a title and a description',
    () => properties.filter(({ schema }) => !schema.title || !schema.description),
  ],
  [
    'titles are in title case',
    () =>
      properties.filter(
        ({ schema }) =>
          !/^[A-Z]/.test(`${schema.title}`) || / (?!per |of |and )[a-z]/.test(`${schema.title}`),
      ),
  ],
  [
    'orders are unique integers among siblings',
    () =>
      [root, ...variantsOf(root)].filter((schema) => {
        const orders = Object.values(schema.properties as Record<string, Schema>).map(
          (property) => property.order,
        );
        return !orders.every(Number.isInteger) || new Set(orders).size !== orders.length;
      }),
  ],
  [
    'scalars with the name of a secret are marked',
    () =>
      properties.filter(
        ({ name, schema }) =>
          secretNames.test(name) &&
          schema.type !== 'object' &&
          !('const' in schema) &&
          schema.airbyte_secret !== true,
      ),
  ],
  [
    'enums are unique',
    () =>
      schemas.filter(({ enum: values }) => Array.isArray(values) && new Set(values).size !== values.length),
  ],
  [
    'no forbidden keyword',
    () => nodesOf(root).filter((node) => forbidden.some((keyword) => keyword in node)),
  ],
  [
    'one type, or one and null',
    () =>
      schemas.filter(
        ({ type }) =>
          typeof type !== 'string' && !(Array.isArray(type) && type.length === 2 && type.includes('null')),
      ),
  ],
  [
    'no empty objects',
    () => schemas.filter(({ type, properties, oneOf }) => type === 'object' && !properties && !oneOf),
  ],
  ['arrays hold simple items', () => schemas.filter(({ type }) => type === 'array')],
  [
    'additionalProperties is true or missing',
    () => nodesOf(root).filter((node) => (node.additionalProperties ?? true) !== true),
  ],
  [
    'dates have a format and a pattern',
    () =>
      schemas.filter(
        ({ format, pattern, title }) =>
          (format !== undefined || /date/i.test(`${title}`)) && !(format && pattern),
      ),
  ],
  [
    'patterns have a descriptor',
    () => schemas.filter(({ pattern, pattern_descriptor }) => pattern && !pattern_descriptor),
  ],
  [
    'group and display_type are where they may be',
    () =>
      properties.filter(
        ({ schema, depth }) => (schema.group && depth > 0) || (schema.display_type && !schema.oneOf),
      ),
  ],
  [
    'oneOf: object parent, titled variants, exactly one constant text in all of them',
    () =>
      properties
        .filter(({ schema }) => schema.oneOf)
        .filter(({ schema }) => {
          const variants = schema.oneOf as {
            title?: string;
            properties: Record<string, Schema>;
            required: string[];
          }[];
          const constants = Object.keys(variants[0]!.properties).filter((name) =>
            variants.every((variant) => typeof variant.properties[name]?.const === 'string'),
          );
          const values = new Set(variants.map((variant) => variant.properties[constants[0]!]!.const));
          return (
            schema.type !== 'object' ||
            constants.length !== 1 ||
            values.size !== variants.length ||
            !variants.every((variant) => variant.title && variant.required.includes(constants[0]!))
          );
        }),
  ],
  [
    'OAuth is the first variant',
    () => {
      const [first] = (at(['credentials'])[0]!.oneOf ?? []) as { properties: Record<string, Schema> }[];
      return first!.properties.auth_type!.const === 'oauth2.0' ? [] : [first];
    },
  ],
  [
    'nothing beside the fields of a SPEC',
    () =>
      Object.keys(spec).filter(
        (key) => !['protocol_version', 'documentationUrl', 'connectionSpecification'].includes(key),
      ),
  ],
];

test.each(rules)('spec.json: %s', (_, broken) => expect(broken()).toEqual([]));

test('spec.json is a ConnectorSpecification, and its schema is valid draft-07', () => {
  expect(root.$schema).toBe('http://json-schema.org/draft-07/schema#');
  expect(new Ajv().validateSchema(root)).toBe(true);
  expect(spec).toMatchObject({
    protocol_version: '0.2.0',
  });
});

test('the documentation is a page of this repository', () => {
  const [, page] = /^https:\/\/[^?#]+\/blob\/main\/(.+)$/.exec(spec.documentationUrl)!;
  expect(readFileSync(new URL(`../${page}`, import.meta.url), 'utf8')).toMatch(/^# Kommo\n/);
});

describe('the form', () => {
  const ajv = new Ajv({ strict: false });
  addFormats.default(ajv);
  const validate = ajv.compile(root);
  const token = { auth_type: 'long_lived_token', access_token: 'token' };

  test.each([
    [{ subdomain: 'acme', credentials: token }, true],
    [{ subdomain: 'acme', credentials: token, start_date: '2026-01-31T00:00:00Z', __injected: 1 }, true],
    [{ subdomain: 'acme', credentials: { ...token, auth_type: 'oauth2.0' } }, false],
    [{ subdomain: 'acme' }, false],
    [{ subdomain: 'evil.example', credentials: token }, false],
    [{ subdomain: 'acme', credentials: token, start_date: '31.01.2026' }, false],
    [{ subdomain: 'acme', credentials: token, requests_per_second: 0 }, false],
  ])('%j: %s', (config, expected) => expect(validate(config)).toBe(expected));

  test('takes every account address that the program takes', () => {
    const text = fc.stringMatching(
      /^(https?:\/\/)?[A-Za-z0-9-]{1,9}(\.(kommo\.com|amocrm\.ru|amocrm\.com)([/?#][ -~]*)?)?$/,
    );
    const pattern = new RegExp((root.properties as Record<string, { pattern: string }>).subdomain!.pattern);
    fc.assert(fc.property(text, (entered) => 'problem' in accountHost(entered) || pattern.test(entered)));
  });
});
