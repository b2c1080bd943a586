import { UsageError } from '../../errors.ts';
import { type Entity, entities, type Place } from './entities.ts';

/** What somebody asked for by hand. */
export interface Address {
  entity: Entity;
  place: Place;
  /** The path of the place with what was typed in it. */
  path: string;
  /** That of the record on which the place hangs. */
  recordPath: string;
  /** The id as it was typed; empty where there is only one. */
  typed: string;
}

/** What `leads 123 notes` asks for; a UsageError of one line for what nobody can be asked. */
export function parseAddress([name, ...rest]: readonly string[]): Address {
  const known = entities.map((each) => each.name).join(', ');
  if (name === undefined) throw new UsageError(`get what? one of: ${known}`);
  const entity = entities.find((each) => each.name === name);
  if (entity === undefined) throw new UsageError(`get does not know ${name}; it knows ${known}`);
  const [typed = '', part, ...more] = entity.id === '' ? ['', ...rest] : rest;
  if (entity.id !== '' && typed === '') throw new UsageError(`get ${name} needs an id: ${name} ${entity.id}`);
  if (more.length > 0) throw new UsageError(`unexpected argument ${more[0]}`);
  const place = part === undefined ? entity.record : entity.parts.find((each) => each.name === part);
  if (place === undefined) {
    const parts = entity.parts.map((each) => each.name).join(', ');
    throw new UsageError(`${name} have no ${part}${parts === '' ? '' : `; there are ${parts}`}`);
  }
  const words = wordsOf(entity, typed);
  return {
    entity,
    place,
    path: filledIn(place.path, words),
    recordPath: filledIn(entity.record.path, words),
    typed,
  };
}

/** The words of an id by their names, as an address takes them. */
function wordsOf({ name, id }: Entity, typed: string): Map<string, string> {
  const [first, last] = id.split('/') as [string, string?];
  if (last === undefined) return new Map([[first, segment(typed)]]);
  const cut = typed.lastIndexOf('/');
  const owner = typed.slice(0, Math.max(0, cut));
  const own = typed.slice(cut + 1);
  if (owner === '' || own === '') throw new UsageError(`${name} ${typed}: the id has two parts, ${id}`);
  // `catalogs/7` owns custom fields too.
  const segments = (owners[owner] ?? owner).split('/').map(segment);
  return new Map([
    [first, segments.join('/')],
    [last, segment(own)],
  ]);
}

/** Owners of custom fields that the API calls otherwise than the streams do. */
const owners: Readonly<Record<string, string>> = { segments: 'customers/segments' };

function segment(text: string): string {
  // Dots alone would lead elsewhere, escaped or not.
  if (/^\.+$/.test(text)) throw new UsageError(`${text} is not an id`);
  return encodeURIComponent(text);
}

function filledIn(path: string, words: ReadonlyMap<string, string>): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, word: string) => words.get(word)!);
}
