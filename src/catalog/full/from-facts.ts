// Facts in, an Operation out: the same kind of book as on the hand-shaped shelf, made when somebody asks for it.
// Effects, recipients and words are derived by effect.ts, reach.ts and words.ts.
import { z } from 'zod';
import type { Defaults, Operation, RequestTemplate, Row } from '../../operation/define.ts';
import { stricter } from '../../operation/effect.ts';
import { OperationError } from '../../operation/errors.ts';
import { effectOfTwiml } from '../twiml-effect.ts';
import { answerOf, outputOf } from './answer.ts';
import { effectOf, raisedBy } from './effect.ts';
import type { DomainFacts, OperationFacts } from './facts.ts';
import { bodyOf, type Field, fieldsOf, isAccount, wholeBody } from './fields.ts';
import { productOf } from './products.ts';
import { reachedIn, usedBy } from './reach.ts';
import { retirementOf } from './retired.ts';
import { resolved, withShared, zodOf } from './schema.ts';
import { descriptionOf, titleOf } from './words.ts';

export function operationFrom(domain: DomainFacts, facts: OperationFacts): Operation {
  const id = `${domain.domain}.${facts.id}`;
  const fields = fieldsOf(facts, domain);
  const effect = effectOf(domain.domain, facts);
  const costs = effect === 'send' || effect === 'spend' || id.startsWith('lookups_');
  return {
    name: id,
    title: titleOf(facts.id),
    about: aboutOf(domain, facts, fields),
    effect,
    ...(facts.method === 'PUT' && { idempotent: true }),
    input: inputOf(facts, fields, domain),
    output: outputOf(facts, domain),
    request: requestOf(domain, facts, fields),
    prepare: (input, defaults) => withAccount(withJsonItems(input, facts, fields, domain), defaults, fields),
    answer: (body, input) => answerOf(facts, body, input),
    raises: (input) => stricter(raisedBy(effect, input), effectOfTwiml(input['Twiml'])),
    ...(effect === 'send' && { reaches: (input: Row) => reachedIn(id, input) }),
    ...keptOf(facts, domain),
    ...(costs && { costs: (input: Row) => usedBy(id, input) }),
  };
}

/** The secret of a new API key or OAuth app is shown in this one answer: it goes where the hand-shaped operation puts it. */
function keptOf({ id, answer }: OperationFacts, { answers }: DomainFacts): Pick<Operation, 'keeps'> {
  if (!id.startsWith('Create')) return {};
  const shape = typeof answer === 'string' && answer.startsWith('#') ? answers[answer.slice(1)] : answer;
  if (typeof shape !== 'object') return {};
  if ('sid' in shape && 'secret' in shape) return { keeps: 'secret' };
  return 'api_key_id' in shape && 'api_key' in shape ? { keeps: 'api_key' } : {};
}

function aboutOf({ domain }: DomainFacts, facts: OperationFacts, fields: readonly Field[]): string {
  const ended = retirementOf(domain);
  const needs = groupsOf(facts, fields)
    .map((group) => ` Needs one of ${group.join(', ')}.`)
    .join('');
  const note = ended === undefined ? '' : ` RETIRED: ${ended}.`;
  return `${titleOf(facts.id)}, in ${productOf(domain).title}: ${facts.method} ${facts.path}.${needs}${note}`;
}

function inputOf(facts: OperationFacts, fields: readonly Field[], { schemas }: DomainFacts): z.ZodObject {
  const shape = fields.map((field) => {
    const place = field.in === 'body' ? (facts.body?.type ?? 'json') : 'query';
    const schema = zodOf(field.schema, schemas, place).meta({ description: descriptionOf(field) });
    return [field.name, field.required && !isAccount(field) ? schema : schema.optional()];
  });
  const input = z.strictObject(Object.fromEntries(shape));
  const groups = groupsOf(facts, fields);
  const shapes = resolved(facts.body?.schema ?? {}, schemas).anyOf;
  if (groups.length === 0 && shapes === undefined) return input;
  return input.superRefine((given, context) => {
    for (const group of groups) {
      if (group.some((name) => given[name] !== undefined)) continue;
      context.addIssue({
        code: 'custom',
        path: [group[0] ?? ''],
        message: `give one of ${group.join(', ')}`,
      });
    }
    if (shapes === undefined) return;
    const fault = faultOf(given, facts, fields, schemas);
    if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
  });
}

function groupsOf({ needs = [] }: OperationFacts, fields: readonly Field[]): string[][] {
  return needs.map((group) => group.map((name) => nameLike(name, fields)));
}

/** `media_url` is how a description's note calls MediaUrl. */
function nameLike(name: string, fields: readonly Field[]): string {
  const plain = (each: string) => each.toLowerCase().replaceAll('_', '');
  return fields.find((field) => plain(field.name) === plain(name))?.name ?? name;
}

/** A body that may have one of several shapes must have one of them in full. */
function faultOf(
  given: Row,
  facts: OperationFacts,
  fields: readonly Field[],
  schemas: DomainFacts['schemas'],
): string | undefined {
  const { anyOf = [], ...shared } = resolved(facts.body?.schema ?? {}, schemas);
  const names = fields.filter((field) => field.in === 'body' && given[field.name] !== undefined);
  const body = Object.fromEntries(names.map((field) => [field.wire, given[field.name]]));
  const faults = anyOf.map((each) => {
    const parsed = zodOf(withShared(resolved(each, schemas), shared), schemas, 'json').safeParse(body);
    return parsed.error?.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`).join(', ');
  });
  return faults.includes(undefined)
    ? undefined
    : `the body has none of the shapes it may have (${faults.join(' | ')})`;
}

function requestOf(domain: DomainFacts, facts: OperationFacts, fields: readonly Field[]): RequestTemplate {
  const { method, path, body, accept } = facts;
  const of = (place: Field['in']) => fields.filter((field) => field.in === place);
  const styled = fields.filter((field) => field.style !== undefined);
  const isList = bodyOf(facts, domain.schemas).type === 'array';
  const hasBody = method !== 'GET' && body !== undefined;
  const fixedHeaders = { ...(accept && { accept }), ...(body?.media && { 'content-type': body.media }) };
  return {
    method,
    host: domain.host,
    path,
    verbatim: true,
    names: namesOf(fields.filter((field) => field.in !== 'path' && field.wire !== field.name)),
    headers: namesOf(of('header')),
    ...(hasBody && { body: body.type }),
    ...(isList && { whole: wholeBody }),
    query: of('query').map((field) => field.name),
    asJson:
      body?.type === 'form'
        ? of('body')
            .filter((field) => isJson(field, domain))
            .map((field) => field.name)
        : [],
    styles: Object.fromEntries(styled.map((field) => [field.name, field.style ?? 'comma'])),
    fixedHeaders,
  };
}

function namesOf(fields: readonly Field[]): Record<string, string> {
  return Object.fromEntries(fields.map((field) => [field.name, field.wire]));
}

/** A form carries text: what is no plain value goes as JSON. */
function isJson({ schema }: Field, { schemas }: DomainFacts): boolean {
  const { type, enum: values } = resolved(schema, schemas);
  return values === undefined && (type === undefined || type === 'object');
}

/** In a form's list each item with parts of its own is a JSON text. */
function withJsonItems(
  input: Row,
  facts: OperationFacts,
  fields: readonly Field[],
  { schemas }: DomainFacts,
): Row {
  if (facts.body?.type !== 'form') return input;
  const lists = fields.filter(
    ({ in: place, schema }) => place === 'body' && resolved(schema, schemas).type === 'array',
  );
  const text = (item: unknown) => (typeof item === 'object' && item !== null ? JSON.stringify(item) : item);
  const written = lists.flatMap(({ name }) => {
    const value = input[name];
    return Array.isArray(value) ? [[name, value.map(text)]] : [];
  });
  return { ...input, ...Object.fromEntries(written) };
}

/** The account comes from the configuration. Another one is refused: this server acts for one account. */
function withAccount(input: Row, { account }: Defaults, fields: readonly Field[]): Row {
  const field = fields.find(isAccount);
  if (field === undefined) return input;
  const named = input[field.name];
  if (named !== undefined && account !== undefined && named !== account) {
    throw new OperationError('REFUSED', 'This server acts for another account than AccountSid names.', {
      rule: 'access.account',
      next: 'Leave AccountSid out, or ask the owner to start a server with TWILIO_MCP_SUBACCOUNT_SID.',
    });
  }
  if (named !== undefined || account !== undefined) return { ...input, [field.name]: named ?? account };
  throw new OperationError('CREDENTIALS_MISSING', 'No Twilio account is configured.', {
    next: 'Set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN, or TWILIO_API_KEY and TWILIO_API_SECRET beside the account.',
  });
}
