import { z } from 'zod';
import { Settings } from './settings.ts';

/**
 * The Airbyte ConnectorSpecification, generated from the settings. spec.json holds it, so that the verb `spec`
 * loads none of this.
 */
export function specification(): Record<string, unknown> {
  const { $schema, properties, required } = z.toJSONSchema(Settings, { io: 'input', target: 'draft-7' });
  return {
    protocol_version: '0.2.0',
    documentationUrl: 'https://developers.kommo.com/',
    connectionSpecification: {
      $schema,
      title: 'Kommo Source Spec',
      type: 'object',
      required,
      additionalProperties: true,
      properties,
    },
    advanced_auth: advancedAuth,
  };
}

/** How a platform that has OAuth credentials for this connector obtains tokens by itself (airbyte.md §7.3). */
const advancedAuth = {
  auth_flow_type: 'oauth2.0',
  predicate_key: ['credentials', 'auth_type'],
  predicate_value: 'oauth2.0',
  oauth_config_specification: {
    oauth_user_input_from_connector_config_specification: outputs({
      subdomain: { path_in_connector_config: ['subdomain'] },
    }),
    oauth_connector_input_specification: {
      consent_url:
        'https://www.kommo.com/oauth?client_id={{ client_id_value }}&{{ state_key }}={{ state_value }}',
      access_token_url: 'https://{{ subdomain }}.kommo.com/oauth2/access_token',
      access_token_params: {
        grant_type: 'authorization_code',
        client_id: '{{ client_id_value }}',
        client_secret: '{{ client_secret_value }}',
        code: '{{ auth_code_value }}',
        redirect_uri: '{{ redirect_uri_value }}',
      },
      extract_output: ['access_token', 'refresh_token', 'expires_in'],
    },
    complete_oauth_output_specification: outputs({
      access_token: fromAnswer('access_token'),
      refresh_token: fromAnswer('refresh_token'),
      token_expiry_date: { ...fromAnswer('token_expiry_date'), format: 'date-time' },
    }),
    complete_oauth_server_input_specification: outputs({ client_id: {}, client_secret: {} }),
    complete_oauth_server_output_specification: outputs({
      client_id: { path_in_connector_config: ['credentials', 'client_id'] },
      client_secret: { path_in_connector_config: ['credentials', 'client_secret'] },
    }),
  },
};

function fromAnswer(name: string): object {
  return { path_in_connector_config: ['credentials', name], path_in_oauth_response: [name] };
}

function outputs(properties: Record<string, object>): object {
  return {
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(
      Object.entries(properties).map(([name, rules]) => [name, { type: 'string', ...rules }]),
    ),
  };
}
