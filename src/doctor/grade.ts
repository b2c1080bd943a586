import { type Doubt, doubts } from '../readings.ts';
import { consequenceOf } from './consequences.ts';
import type { Finding, Grade, Sighting } from './finding.ts';
import type { Sightings } from './look.ts';

/** Findings in the order of the catalogue, then of the measurements; lists that agree are one finding. */
export function gradeAll(sightings: Sightings): Finding[] {
  const byDoubt = Map.groupBy(Object.keys(sightings), (key) => key.split('.', 1)[0]!);
  const names = [...new Set([...Object.keys(doubts), ...byDoubt.keys()])];
  return names.flatMap((name) => {
    const keys = byDoubt.get(name) ?? [];
    const all = keys.map((key) => sightings[key]!);
    const isAgreed =
      new Set(all.map(({ value, needs, isMixed }) => `${value} ${needs} ${isMixed === true}`)).size === 1;
    return isAgreed ? [grade(name, all[0]!)] : keys.map((key) => grade(key, sightings[key]!));
  });
}

function grade(name: string, sighting: Sighting): Finding {
  const { value, needs = '', follows = '' } = sighting;
  const doubt = name.split('.', 1)[0]!;
  if (value === undefined)
    return { name, grade: 'unknown', seen: needs, follows: consequenceOf(doubt, undefined) };
  const consequence = consequenceOf(doubt, String(value));
  return {
    name,
    grade: gradeOf(doubt, sighting),
    seen: String(value),
    follows: [consequence, follows].filter((text) => text !== '').join('; '),
  };
}

function gradeOf(name: string, { value, isMixed }: Sighting): Grade {
  if (isMixed) return 'now and then';
  const [expected] = (doubts as Record<string, Doubt>)[name]?.values ?? [value];
  return value === expected ? 'holds' : 'does not hold';
}
