// The providers' own OpenAPI descriptions, as judges: in ../shared/data, or where TWILIO_OPENAPI_DIR and SENDGRID_OPENAPI_DIR
// point. Where they are not, the tests that need them say so aloud. The facts made from them are in src/catalog/full/facts/.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export type Json = Readonly<Record<string, unknown>>;

export interface Described {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly Json[];
  /** Media type → schema and examples. */
  readonly content: Readonly<Record<string, Json>>;
}

const folders = [
  folder('TWILIO_OPENAPI_DIR', 'twilio-openapi'),
  folder('SENDGRID_OPENAPI_DIR', 'sendgrid-openapi'),
].filter((each) => each !== undefined);

export const hasDescriptions = folders.length > 0;
if (!hasDescriptions)
  process.stderr.write(
    'No OpenAPI descriptions are here: requests of the full shelf are not held against them.\n',
  );

function folder(variable: string, name: string): string | undefined {
  const usual = ['../shared/data', '../../shared/data'].map((each) => join(each, name));
  return [process.env[variable], ...usual].find((each) => each !== undefined && existsSync(each));
}

const methods = ['get', 'post', 'put', 'patch', 'delete'];

/** Every described operation by its id on the shelf, references resolved. */
export function described(): ReadonlyMap<string, Described> {
  const found = new Map<string, Described>();
  for (const place of folders) {
    for (const file of readdirSync(place).filter((name) => name.endsWith('.json'))) {
      const root = object(JSON.parse(readFileSync(join(place, file), 'utf8')));
      const domain = file
        .replace(/\.json$/, '')
        .replace(/^twilio_/, '')
        .replace(/^tsg_/, 'sendgrid_')
        .replaceAll('.', '_');
      for (const each of operationsOf(root, domain)) found.set(each.id, each);
    }
  }
  return found;
}

function operationsOf(root: Json, domain: string): Described[] {
  return Object.entries(object(root['paths'])).flatMap(([path, item]) =>
    methods.flatMap((method) => {
      const operation = object(item)[method];
      if (operation === undefined) return [];
      const own = object(operation);
      const parameters = [...list(object(item)['parameters']), ...list(own['parameters'])];
      const body = object(inlined(root, own['requestBody'] ?? {}));
      return [
        {
          id: `${domain}.${String(own['operationId'])}`,
          method: method.toUpperCase(),
          path,
          parameters: parameters.map((each) => object(inlined(root, each))),
          content: Object.fromEntries(
            Object.entries(object(body['content'])).map(([type, media]) => [type, object(media)]),
          ),
        },
      ];
    }),
  );
}

/** The value with every reference replaced by what it refers to; a schema that holds itself ends in anything. */
function inlined(root: Json, value: unknown, above: readonly string[] = []): unknown {
  if (Array.isArray(value)) return value.map((each) => inlined(root, each, above));
  if (typeof value !== 'object' || value === null) return value;
  const reference = object(value)['$ref'];
  if (typeof reference === 'string') {
    if (above.includes(reference)) return {};
    const keys = reference.slice(2).split('/');
    const target = keys.reduce<unknown>((at, key) => object(at)[key.replaceAll('~1', '/')], root);
    return inlined(root, target, [...above, reference]);
  }
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, inlined(root, each, above)]));
}

export function object(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : {};
}

export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
