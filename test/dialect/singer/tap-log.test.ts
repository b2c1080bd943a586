import { describe, expect, it } from 'vitest';
import { createTapLog } from '../../../src/dialect/singer/tap-log.ts';

function logged(environment: Record<string, string>, loggingConfiguration = '') {
  const lines: string[] = [];
  const log = createTapLog({
    write: (text) => lines.push(text),
    environment,
    loggingConfiguration,
    clock: { now: () => 1_700_000_000_500, sleep: async () => {} },
    pid: 7,
  });
  log.log('debug', 'a detail');
  log.log('info', 'a fact');
  log.log('warn', 'a doubt');
  log.metric({ type: 'counter', metric: 'record_count', value: 5, tags: { stream: 'leads' } });
  log.critical('the end\n  in two lines');
  return lines;
}

describe('the log of a tap', () => {
  it('is LEVEL and message, one line each', () => {
    expect(logged({})).toEqual([
      'INFO a fact\n',
      'WARNING a doubt\n',
      'INFO METRIC: {"type":"counter","metric":"record_count","value":5,"tags":{"stream":"leads"}}\n',
      'CRITICAL the end in two lines\n',
    ]);
  });

  it.each([
    [{ LOGLEVEL: 'warning' }, ['WARNING', 'CRITICAL']],
    [{ LOGLEVEL: 'DEBUG' }, ['DEBUG', 'INFO', 'WARNING', 'INFO', 'CRITICAL']],
    [{ LOGLEVEL: 'DEBUG', TAP_KOMMO_LOGLEVEL: 'critical' }, ['CRITICAL']],
    [{ LOGLEVEL: 'nonsense' }, ['INFO', 'WARNING', 'INFO', 'CRITICAL']],
  ])('heeds %j', (environment, expected) => {
    expect(logged(environment).map((line) => line.split(' ')[0])).toEqual(expected);
  });

  it('is JSON with the nine keys that Meltano reads, where its configuration asks for that', () => {
    const configuration = '{"formatters":{"structured":{"()":"singer_sdk.logging.StructuredFormatter"}}}';
    const lines = logged({}, configuration).map((line) => JSON.parse(line));
    for (const line of lines) {
      expect(line).toMatchObject({ pid: 7, ts: 1_700_000_000.5, app_name: 'tap-kommo', extra: {} });
      expect(Object.keys(line)).toEqual(
        expect.arrayContaining(['logger_name', 'thread_name', 'stream_name']),
      );
    }
    expect(lines.map((line) => [line.level, line.message])).toEqual([
      ['info', 'a fact'],
      ['warning', 'a doubt'],
      ['info', 'METRIC'],
      ['critical', 'the end\n  in two lines'],
    ]);
    expect(lines[2]).toMatchObject({
      stream_name: 'leads',
      metric_info: { metric: 'record_count', value: 5 },
    });
  });
});
