import { z } from 'zod';
import { Settings } from './settings.ts';

/**
 * The Airbyte ConnectorSpecification, generated from the settings. spec.json holds it, so that the verb `spec`
 * loads none of this. It has no advanced_auth: the platform's own flow can neither ask an account under amocrm.ru for
 * tokens, nor keep the redirect_uri, which every later renewal has to repeat (kommo-api.md §2.2); `login` can.
 */
export function specification(): Record<string, unknown> {
  const { $schema, properties, required } = z.toJSONSchema(Settings, { io: 'input', target: 'draft-7' });
  return {
    protocol_version: '0.2.0',
    documentationUrl:
      'https://github.com/source-kommo/source-kommo/blob/main/docs/integrations/sources/kommo.md',
    connectionSpecification: {
      $schema,
      title: 'Kommo Source Spec',
      type: 'object',
      required,
      additionalProperties: true,
      properties,
    },
  };
}
