import { counted, type ListDeclaration, plain } from '../list-declaration.ts';
import { shaped } from '../records/row.ts';

/** How an account is reached, and what is connected with it (kommo-api.md §18.4). */
export const channelLists: readonly ListDeclaration[] = [
  {
    ...plain,
    name: 'chat_templates',
    path: 'chats/templates',
    key: 'chat_templates',
    limit: 50,
    values: { id: 'id', external_id: 'external_id' },
    rows: () => 6,
    firstId: 20_000,
    builder: shaped('chat_templates', {
      fields: (row) => {
        const waba = row.index % 2 === 1;
        return {
          id: row.id,
          account_id: row.world.accountId,
          name: row.turn(['Hello', 'Привет 👋', 'Lembrete', 'Order ready', '预约', 'Thanks']),
          content: 'Hi {{contact.name}}, спасибо!\nSecond line',
          is_editable: !waba,
          type: waba ? 'waba' : 'amocrm',
          buttons: waba ? [{ type: 'url', text: 'Open', url: 'https://example.com/?a=1&b=2' }] : [],
          attachment:
            row.index % 3 === 0
              ? { id: row.uuid(), name: 'price.pdf', type: 'document', is_external: false }
              : null,
          created_at: row.created,
          updated_at: row.updated,
          external_id: row.index % 3 === 0 ? null : `template-${row.index}`,
          review_status: waba ? 'approved' : null,
          is_on_review: waba ? row.index % 3 === 0 : null,
          waba_footer: waba ? 'Reply STOP' : null,
          waba_category: waba ? 'MARKETING' : null,
          waba_language: waba ? 'pt_BR' : null,
          waba_examples: waba ? { 'contact.name': 'Ana' } : null,
          waba_header: waba ? 'Loja' : null,
          waba_header_type: waba ? 'text' : null,
        };
      },
      embedsWith: {
        reviews: (row) =>
          row.index % 2 === 0
            ? []
            : [{ id: row.index, source_id: row.of('sources'), status: 'approved', reject_reason: '' }],
      },
    }),
  },
  {
    ...plain,
    name: 'website_buttons',
    path: 'website_buttons',
    key: 'website_buttons',
    identity: 'source_id',
    rows: () => 2,
    firstId: 30_000,
    builder: shaped('website_buttons', {
      fields: (row) => ({
        account_id: row.world.accountId,
        source_id: row.id,
        button_id: row.index === 1 ? null : 100 + row.index,
        is_duplication_control_enabled: row.index % 2 === 0,
        name: row.turn(['Кнопка на сайте', 'Landing']),
        creation_status: row.index === 1 ? 'creation_pending' : 'created',
        pipeline_id: row.of('pipelines') ?? 0,
      }),
      extraCalled: { script: 'scripts', is_deleted: 'deleted' },
      extra: {
        script: (row) => (row.index === 1 ? null : `<script>window.button = "${row.id}";</script>`),
        is_deleted: () => false,
      },
    }),
  },
  {
    ...plain,
    name: 'widgets',
    path: 'widgets',
    key: 'widgets',
    byId: 'code',
    marker: 'version',
    rows: () => 5,
    firstId: 50_000,
    builder: shaped('widgets', {
      fields: (row) => ({
        id: row.id,
        code: `widget_${row.index + 1}`,
        version: `1.${row.index}.${row.chance() % 40}`,
        // A text with a decimal comma (observed-data.md §2).
        rating: row.turn(['2,8', '5', null]),
        settings_template:
          row.index % 2 === 0 ? [] : [{ key: 'api_key', name: 'Ключ', type: 'text', is_required: true }],
        is_lead_source: row.index % 4 === 0,
        is_work_with_dp: row.index % 2 === 0,
        is_crm_template: false,
        client_uuid: row.index % 3 === 0 ? null : row.uuid(),
        is_active_in_account: row.index % 2 === 0,
        pipeline_id: row.index % 4 === 0 ? row.of('pipelines') : null,
        settings: row.index % 2 === 0 ? null : { login: 'loja', api_key: '***' },
      }),
    }),
  },
  {
    ...plain,
    name: 'webhooks',
    path: 'webhooks',
    key: 'webhooks',
    envelope: ['_total_items'],
    paged: false,
    values: { id: 'id', destination: 'destination' },
    marker: { field: 'sort', unit: 1, modulus: Number.MAX_SAFE_INTEGER },
    rows: () => 3,
    firstId: 60_000,
    builder: shaped('webhooks', {
      fields: (row) => ({
        id: row.id,
        destination: `https://hooks.example.com/kommo/${row.index + 1}?s=%D0%BA`,
        created_at: row.created,
        updated_at: row.updated,
        account_id: row.world.accountId,
        created_by: row.of('users') ?? 0,
        sort: row.version,
        disabled: row.index === 1,
        settings: row.turn([
          ['add_lead', 'status_lead'],
          ['add_message'],
          ['add_contact', 'update_contact', 'note_contact'],
        ]),
      }),
    }),
  },
  {
    ...plain,
    name: 'bots',
    path: 'bots',
    // Not "bots" (kommo-api.md §18.4).
    key: 'items',
    envelope: counted,
    values: { id: 'id', type_functionality: 'type_functionality' },
    missing: 204,
    rows: () => 4,
    firstId: 70_000,
    builder: shaped('bots', {
      fields: (row) => ({
        id: row.id,
        name: row.turn(['Greeting', 'Опрос NPS', 'Promoção', '客服']),
        type_functionality: row.turn(['greeting', 'nps', 'marketing', 'regular']),
        is_visual_editor: row.index % 2 === 0,
        settings: { active: row.index % 3 !== 0 },
      }),
      extraCalled: { is_favorite: 'favorite' },
      extra: { is_favorite: (row) => row.index === 0 },
    }),
  },
];
