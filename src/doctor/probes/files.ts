import { listed } from '../../stream/embedded.ts';
import { unknown } from '../finding.ts';
import type { Probe } from '../look.ts';
import type { Place } from '../questions.ts';

const filesPlace: Place = { name: 'files', path: '/v1.0/files', envelope: 'files', host: 'drive' };
/** So many files are asked what they hang on. */
const tries = 3;

/** How the links of a file are spelled. */
export const fileLinks: Probe = {
  doubts: ['fileLinks'],
  async look({ questions }) {
    const { rows: files } = await questions.ask(filesPlace, { limit: 50 });
    for (const { uuid } of files.slice(0, tries)) {
      const path = `/api/v4/files/${encodeURIComponent(String(uuid))}/links`;
      const { rows } = await questions.ask({ name: 'file_links', path, envelope: undefined }, {});
      const [link] = rows.flatMap((row) => listed(row, 'entities'));
      if (link !== undefined) return { fileLinks: { value: 'entity_id' in link ? 'entity_id' : 'id' } };
    }
    return { fileLinks: unknown('would need a file that hangs on a record') };
  },
};
