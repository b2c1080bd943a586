import { expect, test } from 'vitest';
import { describeFailures } from '../../src/cli/failures.ts';
import { ConfigError, NotAvailableError, TransientError } from '../../src/errors.ts';
import { bySameReason } from '../../src/sync/same-reason.ts';

const signal = new AbortController().signal;

test('what several streams have in common is said once', () => {
  const failures = new Map<string, unknown>([
    ['leads', new ConfigError('Kommo refused the token (401).')],
    ['customers', new NotAvailableError('Kommo asks for payment for customers.', 402, 'a larger plan')],
    ['tasks', new ConfigError('Kommo refused the token (401).')],
    ['talks', new NotAvailableError('Kommo asks for payment for talks.', 402, 'a larger plan')],
    ['roles', new NotAvailableError('The token may not read roles (403).', 403, 'an administrator')],
    ['users', new TransientError('Could not read users.')],
  ]);
  expect(describeFailures(failures, signal)).toEqual([
    'leads, tasks are not complete: Kommo refused the token (401).',
    'customers, talks are not complete: Kommo refuses them (402): they need a larger plan.',
    'roles is not complete: The token may not read roles (403).',
    'users is not complete: Could not read users.',
  ]);
});

test('what nobody foresaw is told of each by itself', () => {
  const failures = new Map<string, unknown>([
    ['leads', new Error('a')],
    ['tasks', new Error('a')],
  ]);
  expect(bySameReason(failures).map(({ streams }) => streams)).toEqual([['leads'], ['tasks']]);
});
