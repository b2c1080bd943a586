import { expect, test } from 'vitest';
import { streams } from '../../../streams/index.ts';
import { newPath, openSink, query } from './workspace.ts';

const plan = (path: string, sql: string) =>
  query<{ detail: string }>(path, `EXPLAIN QUERY PLAN ${sql}`).map(({ detail }) => detail);

test.each([
  "SELECT * FROM leads WHERE NOT EXISTS (SELECT 1 FROM tasks WHERE entity_type = 'leads' AND entity_id = leads.id AND NOT is_completed)",
  "SELECT * FROM leads_view WHERE lead_id NOT IN (SELECT entity_id FROM open_tasks WHERE entity_type = 'leads' AND entity_id = lead_id)",
  "SELECT * FROM leads JOIN events ON events.entity_type = 'lead' AND events.entity_id = leads.id AND events.type = 'lead_added'",
])('an index answers %s', (sql) => {
  const path = newPath();
  openSink(path, { streams: streams.map((stream) => ({ stream, mode: 'incremental' })) }).close();
  expect(plan(path, sql).join('\n')).toMatch(/USING INDEX _kommo_(tasks|events)_by_entity_type_entity_id/);
});
