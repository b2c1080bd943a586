import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';

const schema = JSON.parse(
  readFileSync(new URL('../../fixtures/airbyte-protocol.schema.json', import.meta.url), 'utf8'),
);
const ajv = new Ajv({ allErrors: true, strictRequired: false });
formats.default(ajv);
ajv.addSchema(schema);

const strict = ajv.getSchema(`${schema.$id}#/definitions/StrictSourceMessage`)!;

// biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever came out
export type Message = any;

/** The messages in `text`; throws for a line that is not a valid message of a source. */
export function readMessages(text: string): Message[] {
  if (text === '') return [];
  if (!text.endsWith('\n')) throw new Error(`the last line is cut: ${text.slice(-200)}`);
  return text.slice(0, -1).split('\n').map(readMessage);
}

export function readMessage(line: string): Message {
  const message = JSON.parse(line);
  if (!strict(message)) throw new Error(`${ajv.errorsText(strict.errors)} in ${line.slice(0, 500)}`);
  return message;
}

/** True where `value` is a document of the protocol: `ConfiguredAirbyteCatalog`, `StateFile`. */
export function isValid(definition: string, value: unknown): boolean {
  return ajv.getSchema(`${schema.$id}#/definitions/${definition}`)!(value) as boolean;
}

export const ofType = (messages: Message[], type: string): Message[] =>
  messages.filter((message) => message.type === type).map((message) => message[payloads[type] ?? type]);

const payloads: Record<string, string> = {
  RECORD: 'record',
  STATE: 'state',
  LOG: 'log',
  SPEC: 'spec',
  CONNECTION_STATUS: 'connectionStatus',
  CATALOG: 'catalog',
  TRACE: 'trace',
  CONTROL: 'control',
};

export const errorsIn = (messages: Message[]): Message[] =>
  ofType(messages, 'TRACE')
    .filter((trace) => trace.type === 'ERROR')
    .map((trace) => trace.error);

/** `leads STARTED`, in order. */
export const statusesIn = (messages: Message[]): string[] =>
  ofType(messages, 'TRACE')
    .filter((trace) => trace.type === 'STREAM_STATUS')
    .map(({ stream_status: { stream_descriptor, status } }) => `${stream_descriptor.name} ${status}`);
