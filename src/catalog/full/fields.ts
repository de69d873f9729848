// The fields of one operation: lawful names for the caller, and where each goes on the wire.
import type { DomainFacts, OperationFacts, ParamFacts, SchemaFacts } from './facts.ts';
import { resolved, withShared } from './schema.ts';

export interface Field {
  /** As the caller writes it: the provider's own name wherever that is lawful as a property name. */
  readonly name: string;
  readonly wire: string;
  readonly in: ParamFacts['in'] | 'body';
  readonly required: boolean;
  readonly schema: SchemaFacts;
  readonly style?: ParamFacts['style'];
}

/** The whole body as one field, where it is a list and has no fields of its own. */
export const wholeBody = 'body';

/** The account in the path: filled in from the configuration, so that no caller need know it. */
export function isAccount({ name, in: place }: Field): boolean {
  return place === 'path' && name === 'AccountSid';
}

export function fieldsOf(facts: OperationFacts, { schemas }: Pick<DomainFacts, 'schemas'>): readonly Field[] {
  const params = (facts.params ?? []).map((param): Field => {
    const { name, in: place, schema, style } = param;
    return {
      name: lawfulName(name),
      wire: name,
      in: place,
      required: param.required === true,
      schema,
      style,
    };
  });
  const taken = new Set(params.map(({ name }) => name));
  const { properties = {}, required = [], type } = bodyOf(facts, schemas);
  if (type === 'array') {
    const schema = bodyOf(facts, schemas);
    return [...params, { name: wholeBody, wire: wholeBody, in: 'body', required: true, schema }];
  }
  const inBody = Object.entries(properties).map(
    ([wire, schema]): Field => ({
      name: taken.has(wire) ? `${wire}InBody` : lawfulName(wire),
      wire,
      in: 'body',
      required: required.includes(wire),
      schema,
    }),
  );
  return [...params, ...inBody];
}

/** The body's schema; of several shapes the fields of all, required where all require them. */
export function bodyOf(facts: OperationFacts, schemas: DomainFacts['schemas']): SchemaFacts {
  const { anyOf, ...shared } = resolved(facts.body?.schema ?? {}, schemas);
  if (anyOf === undefined) return shared;
  const shapes = anyOf.map((each) => withShared(resolved(each, schemas), shared));
  const names = [...new Set(shapes.flatMap((each) => Object.keys(each.properties ?? {})))];
  return {
    type: 'object',
    properties: Object.fromEntries(
      names.map((name) => {
        const told = shapes.flatMap((each) => each.properties?.[name] ?? []);
        const [first] = told;
        const same = told.every((each) => JSON.stringify(each) === JSON.stringify(first));
        return [name, same && first !== undefined ? first : { anyOf: told }];
      }),
    ),
    required: names.filter((name) => shapes.every((each) => each.required?.includes(name))),
  };
}

/** `DateSent<` is no property name to a strict host: it is DateSentBefore, and `DateSent>` DateSentAfter. */
export function lawfulName(wire: string): string {
  return wire
    .replace(/<$/, 'Before')
    .replace(/>$/, 'After')
    .replace(/[^a-zA-Z0-9_.-]/g, '');
}
