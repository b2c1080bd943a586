import { type Doubt, doubts } from '../readings.ts';
import { describeTerms, wrapWords } from '../word-wrap.ts';
import { namedFaults } from './faults.ts';
import { limitPolicies } from './rate-limit.ts';

const perList = Object.entries<Doubt>(doubts).flatMap(([name, doubt]) => (doubt.perList ? [name] : []));

const about =
  'Runs a simulated Kommo account on localhost until Ctrl-C. Prints its address, its token, and a config for it. ' +
  'Address and token are the same each time, so a config goes on working.';

export const simulatorHelp = `source-kommo simulator [flags]

${wrapWords(about).join('\n')}

${describeTerms([
  ['--write-config FILE', 'write the config into a file, for --config of the other commands'],
  ['--port N', 'where to listen (default 4568, or any free port where that one is in use)'],
  ['--host H', 'the address to listen on (default 127.0.0.1)'],
  ['--seed N', 'one seed is one account (default 1)'],
  [
    '--leads N',
    'how many leads (default 5000); --contacts, --companies, --tasks, --events, --users and --pipelines follow from it where they are not given',
  ],
  ['--catalogs N', 'how many catalogs (default 3)'],
  ['--rows LIST=N', 'how many records any other list has, as talks=500, repeatable'],
  ['--years N', 'how far the history reaches back (default 2)'],
  ['--custom-fields N', 'exactly so many custom field values on every lead'],
  ['--rate N|unlimited', 'requests a second that are permitted (default 7, as in Kommo)'],
  ['--competitor N', 'requests a second that another program uses up'],
  [
    '--limit POLICY',
    `what the limit counts: the last second, seconds of the clock, or what a bucket holds that drains (${limitPolicies.join(', ')})`,
  ],
  ['--spread MS', 'requests arrive up to so much later than they set out, at random'],
  ['--latency MS', 'time to an answer; --jitter F varies it by a fraction'],
  [
    '--reading NAME=VALUE',
    `how the account behaves where nobody knows how Kommo does, repeatable: ${Object.keys(doubts).join(', ')}; also for one list alone, as next.leads=never: ${perList.join(', ')}`,
  ],
  ['--readings FILE', 'behave like the account that a report of `doctor --json` has seen'],
  [
    '--fault NAME[:SHARE]',
    `let all answers go wrong, or a share of them (cut:0.1), repeatable: ${Object.keys(namedFaults).join(', ')}`,
  ],
  ['--help', 'this text'],
])}`;
