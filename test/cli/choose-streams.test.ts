import { expect, test } from 'vitest';
import { chooseStreams } from '../../src/cli/choose-streams.ts';
import { defineStream } from '../../src/stream/declaration.ts';

const offered = [
  defineStream({ name: 'leads' }),
  defineStream({ name: 'talk_messages', selectedByDefault: false }),
  defineStream({ name: 'users' }),
];

test.each([
  [undefined, ['leads', 'users'], []],
  ['default', ['leads', 'users'], []],
  ['all', ['leads', 'talk_messages', 'users'], []],
  ['users, leads', ['leads', 'users'], ['leads', 'users']],
  ['default,talk_messages', ['leads', 'talk_messages', 'users'], ['talk_messages']],
  ['users,default', ['leads', 'users'], ['users']],
  ['all,users', ['leads', 'talk_messages', 'users'], ['users']],
])('%s means %j, and needs %j', (list, meant, needed) => {
  const chosen = chooseStreams(offered, list);
  expect(chosen.map(({ stream }) => stream.name)).toEqual(meant);
  expect(chosen.flatMap(({ stream, required }) => (required ? [stream.name] : []))).toEqual(needed);
});

test.each(['deals', 'leads,deals', 'leads,', ''])('"%s" names a stream that does not exist', (list) => {
  expect(() => chooseStreams(offered, list)).toThrow(
    /^--streams: there is no stream "(deals|)"; the streams are leads, talk_messages, users; all means every/,
  );
});
