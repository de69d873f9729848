// A request on the wire held against its description by openapi-request-validator, which knows nothing of this project.
import validator from 'openapi-request-validator';
import type { WireRequest } from '../../../src/client/encode.ts';
import { type Described, type Json, list, object } from './descriptions.ts';

// The package is CommonJS: its default export is a field of the module.
const Validator = Reflect.get(validator, 'default') ?? validator;

/** What the description has against the request; empty where it has nothing. */
export function faultsOf(request: WireRequest, operation: Described): string[] {
  const [media] = Object.keys(operation.content);
  const schema = object(media === undefined ? {} : object(operation.content[media])['schema']);
  const judge = new Validator({
    parameters: untyped(operation.parameters.filter(isOurs).map(asked)),
    ...(media !== undefined && {
      requestBody: { required: true, content: untyped({ [media]: { schema } }) },
    }),
    // The descriptions are taken as they are: judging them too would cost a second each hundred.
    ajvOptions: {
      coerceTypes: 'array',
      useDefaults: false,
      validateFormats: false,
      validateSchema: false,
      code: { optimize: false },
    },
    additionalQueryProperties: false,
  });
  const verdict = object(
    judge.validateRequest({
      headers: { ...request.headers, ...(media !== undefined && { 'content-type': media }) },
      params: pathValues(operation.path, request.path),
      query: gathered(request.query),
      body: bodyOf(request, schema),
    }),
  );
  return list(verdict['errors']).map((each) => JSON.stringify(each));
}

/** The description as it stands in its file: the judge has types of its own for it, which a file does not. */
function untyped(value: unknown) {
  return JSON.parse(JSON.stringify(value));
}

const ours = /^(?:authorization|accept|accept-encoding|content-encoding)$/i;

function isOurs(parameter: Json): boolean {
  return !(parameter['in'] === 'header' && ours.test(String(parameter['name'])));
}

/** A few parameters borrow the schema of a field that answers alone hold; what is asked for is not read-only. */
function asked({ schema, ...parameter }: Json): Json {
  const { readOnly: _, ...rest } = object(schema);
  const items = object(rest['items']);
  return {
    ...parameter,
    schema: 'readOnly' in items ? { ...rest, items: { ...items, readOnly: false } } : rest,
  };
}

function pathValues(template: string, path: string): Json {
  const names = [...template.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const pattern = template.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{\w+\}/g, '([^/]+?)');
  const found = new RegExp(`^${pattern}$`).exec(path);
  return Object.fromEntries(names.map((name, index) => [name, decodeURIComponent(found?.[index + 1] ?? '')]));
}

/** Repeated names are a list, as every form and query parser has it. */
function gathered(pairs: Iterable<readonly [string, string]>): Json {
  const values: Record<string, string | string[]> = {};
  for (const [name, value] of pairs) {
    const known = values[name];
    values[name] = known === undefined ? value : [known, value].flat();
  }
  return values;
}

function bodyOf({ body }: WireRequest, schema: Json): unknown {
  if (body === undefined) return undefined;
  if (body.type === 'json') return JSON.parse(body.text);
  const values = gathered(new URLSearchParams(body.text));
  const properties = object(schema['properties']);
  // What has no plain type in a form is JSON as text: the description means the value, the wire carries the text.
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      const type = object(properties[name])['type'];
      return [name, type === 'object' && typeof value === 'string' ? JSON.parse(value) : value];
    }),
  );
}
