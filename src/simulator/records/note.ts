import { companyNames, firstNames } from '../texts.ts';
import type { Row } from './row.ts';

/** What the `params` of a note are made of, by its type (kommo-api.md §13, observed-data.md §2). */
const paramsOf: Record<string, (row: Row) => object> = {
  common: (row) => ({
    text: row.pick(['Call at 10', 'Перезвонить в четверг', 'Orçamento enviado ✔', 'שיחה', '']),
  }),
  call_in: call,
  call_out: call,
  service_message: () => ({ service: 'Robot', text: 'Стадия изменена' }),
  extended_service_message: () => ({ service: 'Integration', text: 'Imported row 7\nwith errors' }),
  message_cashier: (row) => ({ status: row.pick(['created', 'shown', 'canceled']), text: 'Total: 120 ₽' }),
  geolocation: () => ({
    text: 'Visit',
    address: 'Rua Augusta, 1',
    longitude: '-46.6541',
    latitude: '-23.5558',
  }),
  sms_in: sms,
  sms_out: sms,
  attachment: (row) =>
    row.index % 2 === 0
      ? { original_name: 'договор.pdf', attachment: `${row.uuid()}.pdf` }
      : {
          is_drive_attachment: true,
          text: 'Contract',
          original_name: 'contract.pdf',
          file_uuid: row.uuid(),
          version_uuid: row.uuid(12),
          file_name: 'contract.pdf',
        },
  amomail_message: (row) => ({
    thread_id: String(row.chance(12)),
    message_id: String(row.chance(13)),
    private: false,
    income: row.index % 2 === 0,
    from: { email: 'ana@example.com', name: row.pick(firstNames) },
    to: { email: 'sales@example.com', name: row.pick(companyNames) },
    version: 2,
    subject: 'Re: предложение',
    access_granted: 1,
    content_summary: 'Thank you for…',
    attach_cnt: 0,
    delivery: { status: 'delivered', time: row.created, reason: '' },
  }),
  // Nothing at all is an empty list or an empty object (kommo-api.md §20, 14).
  lead_auto_created: (row) => {
    const { noteParams } = row.world.readings;
    const isList = noteParams === '[] and {}' ? row.chance(12) % 2 === 0 : noteParams === '[]';
    return isList ? [] : {};
  },
  targeting_in: () => ({ text: 'facebook' }),
  targeting_out: () => ({ text: 'facebook' }),
  site_visit: () => ({ url: 'https://example.com/?q=%D0%BA', pages: 3 }),
  transaction: (row) => ({ text: 'Compra', price: row.chance(14) % 5000 }),
  invoice_paid: () => ({ text: 'Invoice 7 paid', icon_url: '' }),
  zoom_meeting: () => ({ topic: 'Demo', duration: 1800 }),
  link_followed: () => ({ text: 'https://example.com/offer' }),
  ai_result: () => ({ text: 'Summary: the client agreed.' }),
};

/** Every type that is documented or was seen; calls are read as notes of two of them. */
export const noteTypes: readonly string[] = Object.keys(paramsOf);

export function noteParams(type: string, row: Row): object {
  return paramsOf[type]!(row);
}

function call(row: Row): object {
  const status = 1 + (row.chance(12) % 7);
  return {
    // A text, or a list of texts (observed-data.md §0.1).
    uniq: row.index % 9 === 0 ? [row.uuid()] : row.uuid(),
    duration: status === 4 ? row.chance(13) % 1800 : 0,
    source: 'telephony',
    link: status === 4 ? `https://calls.example.com/${row.id}.mp3` : null,
    phone: `+55 11 ${90_000_000 + (row.chance(14) % 9_999_999)}`,
    call_result: status === 4 ? 'Agreed' : null,
    call_status: status,
    call_responsible: row.index % 4 === 0 ? 'Ана' : (row.of('users') ?? 0),
  };
}

/** Old rows hold nothing (observed-data.md §2). */
function sms(row: Row): object {
  return row.chance(12) % 8 === 0
    ? { text: null, phone: null }
    : { text: 'Ваш заказ готов', phone: '+5511900000000' };
}
