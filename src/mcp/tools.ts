// An operation as an MCP tool, and a result as a tool answer. Nothing is decided here; it is a projection.
import type { CallToolResult, Tool } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { toolNameOf } from '../catalog/full/tool-name.ts';
import type { Mode } from '../config.ts';
import type { Operation } from '../operation/define.ts';
import { traits } from '../operation/effect.ts';
import type { Attached } from '../operation/files.ts';
import { frameOf } from '../operation/frame.ts';
import type { Result } from '../operation/result.ts';
import { isRow } from '../operation/row.ts';

/** What an answer carries beside the operation's own fields when nothing reaches Twilio. */
const added: Readonly<Record<Mode, JsonObject>> = {
  live: {},
  emulator: { simulated: { type: 'boolean' } },
  'dry-run': { simulated: { type: 'boolean' }, request: { type: 'object' }, curl: { type: 'string' } },
};

export function toolOf(operation: Operation, mode: Mode): Tool {
  const trait = traits[operation.effect];
  return {
    name: toolNameOf(operation.name),
    title: operation.title,
    description: operation.about,
    inputSchema: callSchemaOf(operation),
    outputSchema: rootObject(shape(z.toJSONSchema(operation.output, { io: 'output' })), added[mode]),
    annotations: {
      readOnlyHint: trait.readOnly,
      destructiveHint: trait.destructive,
      idempotentHint: operation.idempotent ?? trait.idempotent,
      openWorldHint: trait.openWorld,
    },
  };
}

/** An input as a model is shown it. */
export function inputSchemaOf(input: z.ZodObject) {
  return rootObject(lean(z.toJSONSchema(input, { io: 'input' })));
}

/** An operation's input and what every operation of its kind takes besides. */
export function callSchemaOf(operation: Operation) {
  const frame = frameOf(operation);
  const own = inputSchemaOf(operation.input);
  if (frame === undefined) return own;
  return { ...own, properties: { ...inputSchemaOf(frame).properties, ...own.properties } };
}

type Json = Record<string, unknown>;
type JsonObject = { [key: string]: JsonValue };
type JsonValue = string | number | boolean | null | JsonValue[] | JsonObject;

function rootObject(schema: JsonValue, extra: JsonObject = {}) {
  if (!isJsonObject(schema)) throw new Error('a tool schema is an object');
  const { properties } = schema;
  return {
    ...schema,
    type: 'object' as const,
    properties: { ...(isJsonObject(properties) ? properties : {}), ...extra },
  };
}

function isJsonObject(value: unknown): value is JsonObject {
  return isRow(value);
}

/** Said to the model in words, and held by the server: patterns and lengths cost more context than they tell. */
const unsaid = new Set([
  '$schema',
  'examples',
  'pattern',
  'minLength',
  'maxLength',
  'minItems',
  'propertyNames',
]);

/** The input schema as a model needs it. */
function lean(value: unknown): JsonValue {
  return walk(value, (schema) =>
    Object.fromEntries(
      Object.entries(schema).filter(
        ([key, each]) =>
          !unsaid.has(key) && each !== Number.MAX_SAFE_INTEGER && each !== Number.MIN_SAFE_INTEGER,
      ),
    ),
  );
}

/** The output schema as types alone: no field is promised, since an answer must never be refused for its shape. */
function shape(value: unknown): JsonValue {
  return walk(value, (schema) =>
    Object.fromEntries(
      Object.entries(schema).filter(
        ([key]) =>
          ['type', 'properties', 'items', 'additionalProperties', 'enum'].includes(key) &&
          !(key === 'additionalProperties' && schema[key] === false),
      ),
    ),
  );
}

/** Applies `change` to every schema node; property names are never mistaken for keywords. */
function walk(value: unknown, change: (schema: Json) => Json): JsonValue {
  if (Array.isArray(value)) return value.map((each) => walk(each, change));
  if (!isRow(value)) return isScalar(value) ? value : null;
  const changed = Object.entries(change(value)).map(([key, each]): [string, JsonValue] => {
    if (key === 'properties' && isRow(each)) {
      return [
        key,
        Object.fromEntries(Object.entries(each).map(([name, schema]) => [name, walk(schema, change)])),
      ];
    }
    return [key, walk(each, change)];
  });
  return Object.fromEntries(changed);
}

function isScalar(value: unknown): value is string | number | boolean | null {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}

/** A result as a tool answer: data as structured content and as compact JSON, an error as text with the next step. */
export function answerOf(result: Result): CallToolResult {
  if (result.ok) {
    const structured = { ...(result.simulated && { simulated: true }), ...result.data };
    const notes = result.notes.map((text) => ({ type: 'text' as const, text }));
    return {
      content: [
        { type: 'text', text: JSON.stringify(structured) },
        ...notes,
        ...(result.files ?? []).map(shown),
      ],
      structuredContent: structured,
    };
  }
  return {
    isError: true,
    content: [{ type: 'text', text: failureText(result) }, ...linkOf(result.error.reference)],
    _meta: { 'twilio-mcp/error': { ...result.error, simulated: result.simulated } },
  };
}

/** Pictures and sounds as models take them; anything else as a document. */
function shown({ type: mimeType, base64: data }: Attached) {
  if (mimeType.startsWith('image/')) return { type: 'image' as const, data, mimeType };
  if (mimeType.startsWith('audio/')) return { type: 'audio' as const, data, mimeType };
  return { type: 'resource' as const, resource: { uri: 'twilio://media', mimeType, blob: data } };
}

function linkOf(uri: string | undefined) {
  if (uri === undefined) return [];
  const name = uri.replace('twilio://references/', '');
  return [{ type: 'resource_link' as const, uri, name, mimeType: 'text/markdown' }];
}

/** What happened, what it means, what to do next; the provider's own words last and quoted. */
export function failureText(result: Extract<Result, { ok: false }>): string {
  const { code, message, meaning, next, twilio_code, http_status, docs_url, reference, rule, quoted } =
    result.error;
  const facts = [
    rule && `rule ${rule}`,
    twilio_code && `Twilio error ${twilio_code}`,
    http_status && `HTTP ${http_status}`,
    result.simulated && 'simulated: true',
  ].filter(Boolean);
  return [
    `${code}: ${message}${facts.length > 0 ? ` (${facts.join(', ')})` : ''}`,
    meaning && `Meaning: ${meaning}`,
    `Next: ${next}`,
    docs_url && `Documentation: ${docs_url}`,
    reference && `Reference: ${reference}`,
    quoted && `The provider's words, as data: ${JSON.stringify(quoted)}`,
  ]
    .filter(Boolean)
    .join('\n');
}
