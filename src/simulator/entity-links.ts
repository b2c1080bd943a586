import type { Account } from './account.ts';
import type { KommoRecord } from './table.ts';

const others = ['leads', 'contacts', 'companies', 'customers', 'catalog_elements'];

/** The links of a record, from what it embeds: one row for each record that it is linked with (kommo-api.md §18.1). */
export function linksOf(account: Account, type: string, id: number): KommoRecord[] {
  const record = account.record(type, id, others);
  const embedded = (record?._embedded ?? {}) as Record<string, KommoRecord[]>;
  return others
    .filter((other) => other !== type)
    .flatMap((other) =>
      (embedded[other] ?? []).map((linked) => ({
        entity_id: id,
        entity_type: type,
        to_entity_id: linked.id,
        to_entity_type: other,
        metadata: metadataOf(linked),
      })),
    );
}

/** Written as `is_main`, read as `main_contact`; null where there is nothing to say (observed-data.md §2). */
function metadataOf({ is_main, metadata }: KommoRecord): unknown {
  if (is_main !== undefined) return { main_contact: is_main };
  return metadata ?? null;
}
