import { z } from 'zod';
import { type Meta, text } from './setting-text.ts';

/** The fields that get columns: every one, or those with one of these ids or codes. */
export type CustomFieldChoice = 'all' | readonly string[];

/** The setting `custom_field_columns`: `all`, `none`, or ids and codes. */
export function customFieldColumns(meta: Meta) {
  const rules = {
    pattern: '^ *[A-Za-z0-9_]+( *, *[A-Za-z0-9_]+)* *$',
    pattern_descriptor: 'all or PHONE,123456',
  };
  const choice = text()
    .default('none')
    .meta({ ...meta, ...rules });
  return choice.transform((value, context): CustomFieldChoice => {
    const names = value.split(',').map((name) => name.trim());
    if (names.length === 1 && names[0] === 'all') return 'all';
    if (names.length === 1 && names[0] === 'none') return [];
    if (names.every((name) => /^[A-Za-z0-9_]+$/.test(name))) return names;
    const message = 'must be all, none, or a comma-separated list of ids and codes of custom fields';
    context.issues.push({ code: 'custom', message, input: value });
    return z.NEVER;
  });
}
