import { z } from 'zod';

/** Says what is wrong with a value in words that follow its name; never quotes it, it may be a secret. */
export const error: z.core.$ZodErrorMap = (issue) => {
  if (issue.code === 'invalid_type') {
    return issue.input === undefined ? 'is missing' : `must be ${nouns[issue.expected] ?? issue.expected}`;
  }
  if (issue.code === 'too_small')
    return issue.origin === 'string'
      ? 'is empty'
      : `must be ${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}`;
  if (issue.code === 'too_big') return `must be at most ${issue.maximum}`;
  if (issue.code === 'invalid_union') return 'must be "oauth2.0" or "long_lived_token"';
  return undefined;
};

const nouns: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  object: 'an object',
  boolean: 'true or false',
};

/** A setting that is a text, and not an empty one. */
export const text = () => z.string({ error }).trim().min(1, { error });

/** What a form shows of a setting. */
export type Meta = Parameters<z.ZodString['meta']>[0];
