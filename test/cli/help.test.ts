import { expect, test } from 'vitest';
import { commands } from '../../src/cli/commands.ts';
import { performHere } from './in-process.ts';

test.each([
  ['source-kommo', ['--help']],
  ['tap-kommo', ['--help']],
  ...Object.keys(commands).map((name): [string, string[]] => ['source-kommo', [name, '--help']]),
])('the help of %s %j fits a terminal of 80 columns', async (program, args) => {
  const { code, stdout } = await performHere(args, { program });
  expect(code).toBe(0);
  expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
});
