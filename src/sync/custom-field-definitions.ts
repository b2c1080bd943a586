import type { KommoClient } from '../api/kommo-client.ts';
import type { Clock } from '../clock.ts';
import type { CustomField } from '../stream/custom-fields.ts';
import { defineStream, type Stream } from '../stream/declaration.ts';
import { countInFlight } from './in-flight.ts';
import { Listing } from './listing.ts';
import { bestStrategy, walkOf } from './strategy.ts';
import { rangeOf } from './walk/walk.ts';

/** The custom fields that the account has for the records of a stream; rejects as the client does. */
export async function readCustomFields(
  client: KommoClient,
  { lists }: Stream,
  clock: Clock,
): Promise<CustomField[]> {
  const path = `${lists[0]!.path}/custom_fields`;
  const [list] = defineStream({ name: 'custom_fields', path, ordersById: true }).lists;
  const listing = new Listing(list!, {
    client: countInFlight(client, () => 0),
    purpose: path.split('/').slice(-2).join(' '),
    clock,
  });
  const fields = new Map<number, CustomField>();
  for await (const rows of walkOf(bestStrategy(list!))(listing, rangeOf({ from: 0, to: 0 }))) {
    for (const { body } of rows) {
      const field = parseField(body);
      if (field !== undefined) fields.set(field.id, field);
    }
  }
  return [...fields.values()].sort((a, b) => a.id - b.id);
}

/** Undefined for what has no usable id: it cannot be told apart in the rows either. */
function parseField({ id, name, code, type, enums }: Record<string, unknown>): CustomField | undefined {
  if (!Number.isSafeInteger(id) || Number(id) <= 0) return undefined;
  const options = Array.isArray(enums) ? enums.map((option) => option?.value) : [];
  return {
    id: Number(id),
    name: typeof name === 'string' ? name : '',
    code: typeof code === 'string' && code !== '' ? code : undefined,
    type: typeof type === 'string' ? type : '',
    options: options.filter((option) => typeof option === 'string'),
  };
}
