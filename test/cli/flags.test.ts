import { expect, test } from 'vitest';
import { describeFlags, parseFlags, requiredFlags } from '../../src/cli/flags.ts';
import { UsageError } from '../../src/errors.ts';

const flags = {
  config: { type: 'string', placeholder: 'FILE', summary: 'the settings', required: true },
  state: { type: 'string', placeholder: 'FILE', summary: 'where to go on' },
  debug: { type: 'boolean', summary: 'log more' },
} as const;

test('values come by name, with and without an equals sign', () => {
  expect(parseFlags(flags, ['--config', 'a.json', '--state=b.json', '--debug'])).toEqual({
    config: 'a.json',
    state: 'b.json',
    debug: true,
  });
  expect(parseFlags(flags, ['--config', 'a.json'])).toEqual({
    config: 'a.json',
    state: undefined,
    debug: false,
  });
});

test.each([
  [[], 'missing --config FILE'],
  [['--config'], '--config needs a value: FILE'],
  [['--config', '--debug'], '--config needs a value: FILE'],
  [['--config='], '--config needs a value: FILE'],
  [['--config', 'a', '--nope'], 'unknown flag --nope'],
  [['--config', 'a', '--toString', 'x'], 'unknown flag --toString'],
  [['--config', 'a', '-x'], 'unknown flag -x'],
  [['--config', 'a', 'more'], 'unexpected argument more'],
  [['--config', 'a', '--debug=yes'], '--debug takes no value'],
])('%j: %s', (given, message) => {
  expect(() => parseFlags(flags, given)).toThrow(new UsageError(message));
});

test('the required ones are known with their placeholders', () => {
  expect(requiredFlags(flags)).toEqual(['--config FILE']);
});

test('--help tells each flag in a line', () => {
  expect(describeFlags(flags)).toBe(
    [
      '  --config FILE  the settings (required)',
      '  --state FILE   where to go on',
      '  --debug        log more',
      '  --help         this text',
    ].join('\n'),
  );
});
