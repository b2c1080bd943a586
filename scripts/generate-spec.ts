import { specification } from '../src/specification.ts';
import type { GeneratedFile } from './generated-file.ts';

/** spec.json: what the Airbyte verb `spec` prints. */
export function generateSpec(): GeneratedFile[] {
  return [{ path: 'spec.json', text: JSON.stringify(specification(), null, 2) }];
}
