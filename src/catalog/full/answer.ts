// What of an answer is kept: its documented fields, strangers' words marked as such, and where a list goes on.
import { z } from 'zod';
import type { Row } from '../../operation/define.ts';
import { strangersWords } from '../../operation/fields.ts';
import { isRow } from '../../operation/row.ts';
import type { AnswerFacts, DomainFacts, OperationFacts } from './facts.ts';
import { wordsOf } from './words.ts';

const deepest = 5;

/** Fields in which a person outside may have written, whatever the product. */
const byStrangers =
  /^(?:body|text|content|subject|message|messages?_body|transcription_?text|transcript|speech_?result|caller_?name|profile_?name|display_?name|author|comment|summary|utterance|answers?|input|words|html|from_name|attributes|data|payload|name|first_?name|last_?name|traits|observations?)$/i;

/** Fields whose words are the owner's own or the provider's. In any other, what reads as a sentence counts as a stranger's. */
const byOwner =
  /^(?:.*friendly_?name|.*unique_?name|description|label|title|nickname|.*carrier(?:_name)?|operator_name|product_?name|.*(?:error|failure|rejection)_?(?:message|reason)|more_info)$/i;

/** Everything is optional and of any type: what came is shown, whether or not it is as documented. */
export function outputOf(facts: OperationFacts, { answers }: DomainFacts): z.ZodObject {
  const told = shapeOf(facts.answer ?? {}, answers, 0);
  const paging =
    facts.rows === undefined
      ? {}
      : {
          next_page: z
            .unknown()
            .meta({ description: 'Fields to add to the input for the page after this one' }),
        };
  const shape = told instanceof z.ZodObject ? told.shape : {};
  const items = told instanceof z.ZodArray ? { items: told.optional() } : {};
  return z.object({ ...shape, ...items, ...optional(paging) }).catchall(undocumented);
}

function optional(shape: Readonly<Record<string, z.ZodType>>) {
  return Object.fromEntries(Object.entries(shape).map(([name, each]) => [name, each.optional()]));
}

function shapeOf(given: AnswerFacts, answers: DomainFacts['answers'], depth: number, name = ''): z.ZodType {
  if (depth > deepest) return leaf(name, 'any');
  if (typeof given === 'string') {
    const shared = given.startsWith('#') ? answers[given.slice(1)] : undefined;
    return shared === undefined ? leaf(name, given) : shapeOf(shared, answers, depth, name);
  }
  if (isList(given)) return z.array(shapeOf(given[0] ?? 'any', answers, depth + 1, name));
  const shape = Object.entries(given).map(([key, each]) => [key, shapeOf(each, answers, depth + 1, key)]);
  return z.object(optional(Object.fromEntries(shape))).catchall(undocumented);
}

function isList(given: AnswerFacts): given is readonly AnswerFacts[] {
  return Array.isArray(given);
}

function leaf(name: string, kind: string): z.ZodType {
  const schema = z.unknown();
  if (byStrangers.test(name)) strangersWords.add(schema, { from: wordsOf(name) });
  else if (kind !== 'string' || !byOwner.test(name))
    strangersWords.add(schema, { from: wordsOf(name), prose: true });
  return schema;
}

const undocumented = z.unknown();
strangersWords.add(undocumented, { from: 'a field that is not documented', prose: true });

/** Paging facts of four kinds become the one thing a caller needs: what to ask for next. */
export function answerOf(facts: OperationFacts, body: Row, input: Row): Row {
  if (facts.rows === undefined) return body;
  const next = nextPage(body, facts, input);
  const kept = Object.entries(body).filter(([key]) => !isPaging(key));
  return { ...Object.fromEntries(kept), ...(next && { next_page: next }) };
}

function isPaging(key: string): boolean {
  return /^(?:meta|end|start|page|page_size|uri|(?:first|next|previous)_page_uri)$/.test(key);
}

function nextPage(body: Row, facts: OperationFacts, input: Row): Row | undefined {
  const meta = isRow(body['meta']) ? body['meta'] : {};
  const link = [body['next_page_uri'], meta['next_page_url']].find(
    (each) => typeof each === 'string' && each !== '',
  );
  const names = (facts.params ?? []).filter((param) => param.in === 'query').map((param) => param.name);
  if (typeof link === 'string') {
    const query = new URLSearchParams(link.slice(link.indexOf('?') + 1));
    const found = [...query].filter(([name]) => /^page/i.test(name) && names.includes(name));
    return Object.fromEntries(
      found.map(([name, value]) => [name, /^\d+$/.test(value) ? Number(value) : value]),
    );
  }
  const token = meta['nextToken'] ?? meta['next_token'];
  const name = names.find((each) => /^page_?token$/i.test(each));
  return typeof token === 'string' && token !== '' && name !== undefined && token !== input[name]
    ? { [name]: token }
    : undefined;
}
