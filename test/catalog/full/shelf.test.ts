// What must hold for every operation of the full shelf: its words, its schemas for strict hosts, its class, whom it reaches.
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { classOf } from '../../../src/catalog/full/effect.ts';
import { factsOf, findOnShelf, idsNamed, shelfCards, shelfDomains } from '../../../src/catalog/full/index.ts';
import { ruled } from '../../../src/catalog/full/reach.ts';
import { operations as handShaped } from '../../../src/catalog/index.ts';
import { encode } from '../../../src/client/encode.ts';
import { hostNames } from '../../../src/client/hosts.ts';
import { toolOf } from '../../../src/mcp/tools.ts';
import type { Operation, Row } from '../../../src/operation/define.ts';
import { effects, stricter } from '../../../src/operation/effect.ts';
import { object } from './descriptions.ts';
import { sampleInput } from './sample.ts';

const cards = [...shelfCards().values()];
const operations = cards.flatMap(({ id }) => findOnShelf(id) ?? []);

/** The names of operations for which the check fails; a check may also say what is wrong. */
function failing(check: (operation: Operation) => boolean): string[] {
  return operations.filter((each) => !check(each)).map((each) => each.name);
}

function find(id: string): Operation {
  const operation = findOnShelf(id);
  if (operation === undefined) throw new Error(`no ${id}`);
  return operation;
}

describe('the full shelf', () => {
  it('holds every operation of the descriptions it was made from', () => {
    expect(operations.length).toBe(cards.length);
    const by = (test: RegExp) => cards.filter(({ domain }) => test.test(domain)).length;
    expect(by(/^(?!sendgrid_|segment_)/)).toBe(1589);
    expect(by(/^sendgrid_/)).toBe(391);
    expect(by(/^segment_/)).toBe(213);
  });

  it('names each operation once, by domain and operationId; the operationId alone where it is unique', () => {
    expect(new Set(operations.map((each) => each.name)).size).toBe(operations.length);
    expect(findOnShelf('CreateVerificationCheck')?.name).toBe('verify_v2.CreateVerificationCheck');
    expect(idsNamed('CreateMessage')[0]).toBe('api_v2010.CreateMessage');
    expect(findOnShelf('CreateMessage')?.name, 'the others are of retired products').toBe(
      'api_v2010.CreateMessage',
    );
    expect(findOnShelf('CreateService')).toBeUndefined();
    expect(findOnShelf('api_v2010.CreateMassage')).toBeUndefined();
    expect(findOnShelf('../../package.json')).toBeUndefined();
  });

  it('has facts that say where they came from and copies no sentence', () => {
    for (const domain of shelfDomains()) {
      const facts = factsOf(domain);
      expect(facts?.source, domain).toMatch(/ \S*\d/);
      expect(Object.keys(hostNames)).toContain(facts?.host);
      expect(facts?.operations.flatMap(sentencesIn), domain).toEqual([]);
      expect(sentencesIn([facts?.schemas, facts?.answers]), domain).toEqual([]);
    }
  });

  it('tells each in few words of our own', () => {
    expect(failing(({ title }) => title.length > 3 && title.length <= 60)).toEqual([]);
    expect(failing(({ about }) => about.length > 20 && about.length <= 400)).toEqual([]);
  });

  it('has closed schemas that the strictest hosts accept, each field described', () => {
    const faults = operations.flatMap((operation) => {
      const { name, input } = operation;
      const tool = toolOf(operation, 'live');
      const schema = JSON.stringify([tool.inputSchema, tool.outputSchema]);
      const properties = Object.entries(object(tool.inputSchema.properties));
      return [
        ...(schema.includes('"$ref"') ? [`${name} has a reference`] : []),
        ...['anyOf', 'oneOf', 'allOf']
          .filter((key) => key in tool.inputSchema)
          .map((key) => `${name}: ${key} at its root`),
        ...keysOf(tool.inputSchema)
          .filter((key) => !/^[a-zA-Z0-9_.-]{1,64}$/.test(key))
          .map((key) => `${name} has a field ${key}`),
        ...properties
          .filter(([, each]) => !object(each)['description'])
          .map(([key]) => `${name}.${key} is not told`),
        ...(input.safeParse({ surely_unknown: 1 }).success ? [`${name} takes unknown fields`] : []),
      ];
    });
    expect(faults).toEqual([]);
  });

  it('refuses what is not described, also inside', () => {
    const send = find('api_v2010.CreateMessage').input;
    const message = { To: '+14155550123', From: '+14155550100', Body: 'Hi' };
    expect(send.safeParse(message).success).toBe(true);
    expect(send.safeParse({ ...message, Boddy: 'Hi' }).success).toBe(false);
    expect(send.safeParse({ To: '+14155550123', From: '+14155550100' }).error?.issues[0]?.message).toMatch(
      /one of Body/,
    );
    const mail = find('sendgrid_mail_v3.SendMail').input;
    const sample = sampleInput(find('sendgrid_mail_v3.SendMail'));
    expect(mail.safeParse(sample).success).toBe(true);
    const [first] = z.array(z.record(z.string(), z.unknown())).parse(sample['personalizations']);
    expect(mail.safeParse({ ...sample, personalizations: [{ ...first, too: [] }] }).success).toBe(false);
    const template = find('content_v1.CreateContent').input;
    const ask = (types: Row) => template.safeParse({ language: 'en', types }).success;
    expect([
      ask({ 'twilio/text': { body: 'Hi' } }),
      ask({ 'twilio/text': {} }),
      ask({ 'twilio/tekst': { body: 'Hi' } }),
    ]).toEqual([true, false, false]);
  });

  it('keeps the secrets of new API keys from everybody, as the hand-shaped operation does', () => {
    const keeping = [...shelfCards().keys()].filter((id) => findOnShelf(id)?.keeps !== undefined);
    expect(keeping).toEqual([
      'api_v2010.CreateNewKey',
      'api_v2010.CreateNewSigningKey',
      'iam_v1.CreateNewKey',
      'iam_v1.CreateOauthAppAccount',
      'sendgrid_api_keys_v3.CreateApiKey',
    ]);
  });

  it('writes range filters, lists and JSON as the wire wants them', () => {
    const names = find('api_v2010.ListMessage').request?.names;
    expect(names).toMatchObject({ DateSentBefore: 'DateSent<', DateSentAfter: 'DateSent>' });
    expect(find('verify_v2.CreateVerification').request?.asJson).toContain('ChannelConfiguration');
    const contacts = find('accounts_v1.CreateBulkContacts');
    const items = { Items: [{ contact_id: '+14155550123' }, { contact_id: '+14155550124' }] };
    expect(encoded(contacts, items)).toBe(
      `Items=${encodeURIComponent('{"contact_id":"+14155550123"}')}&Items=${encodeURIComponent('{"contact_id":"+14155550124"}')}`,
    );
    const mute = {
      ServiceSid: `VA${'0'.repeat(32)}`,
      To: '+14155550123',
      Channel: 'sms',
      RateLimits: { ip: '192.0.2.1' },
    };
    expect(encoded(find('verify_v2.CreateVerification'), mute)).toContain(
      `RateLimits=${encodeURIComponent('{"ip":"192.0.2.1"}')}`,
    );
    expect(find('lookups_v1.FetchPhoneNumber').request?.styles).toEqual({ AddOnsData: 'dotted' });
  });
});

/** Four words in a row; a pattern is none. */
function sentencesIn(value: unknown): string[] {
  if (typeof value === 'string') return /^[A-Za-z]+ [a-z]+ [a-z]+ [a-z]+/.test(value) ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(sentencesIn);
}

/** The body on the wire. */
function encoded(operation: Operation, input: Row): string | undefined {
  const parsed = operation.input.parse(input);
  if (operation.request === undefined) return undefined;
  return encode(operation.request, operation.prepare?.(parsed, {}) ?? parsed, undefined).body?.text;
}

function keysOf(schema: unknown): string[] {
  if (Array.isArray(schema)) return schema.flatMap(keysOf);
  if (typeof schema !== 'object' || schema === null) return [];
  const own = 'properties' in schema ? Object.keys(object(schema.properties)) : [];
  return [...own, ...Object.values(schema).flatMap(keysOf)];
}

describe('effects', () => {
  it('are said of every operation: one that nobody has classed is admin, and is named here', () => {
    const unclassed = cards.filter(
      ({ domain, operationId: id, method }) => classOf(domain, { id, method }) === undefined,
    );
    expect(unclassed.map(({ id }) => id)).toEqual([]);
    expect(classOf('api_v2010', { id: 'CreateSomethingNew', method: 'POST' })).toBeUndefined();
    expect(classOf('new_v1', { id: 'CreateMessage', method: 'POST' })).toBeUndefined();
  });

  it('are read only where nothing changes, delete or stricter where something goes', () => {
    const queries = operations.filter(
      ({ effect, request }) => effect === 'read' && request?.method !== 'GET',
    );
    expect(queries.map((each) => each.name).sort()).toEqual(pureQueries);
    expect(
      failing(({ effect, request }) => request?.method !== 'GET' || effect === 'read'),
      'a link that confirms, when it is followed',
    ).toEqual(['sendgrid_verified_senders_v3.VerifySenderToken']);
    expect(
      failing(
        ({ effect, request }) => request?.method !== 'DELETE' || ['delete', 'admin', 'send'].includes(effect),
      ),
    ).toEqual([]);
  });

  it('are send wherever a person is reached, by the parameters that name one', () => {
    const reaching = operations.filter(
      ({ request, input }) =>
        request?.method !== 'GET' && Object.keys(input.shape).some((name) => namesAPerson.test(name)),
    );
    const unguarded = reaching
      .filter(({ effect }) => effect === 'write' || effect === 'read')
      .map((each) => each.name);
    expect(unguarded.filter((name) => !harmless.includes(name)).sort()).toEqual([]);
    expect(harmless.filter((name) => !unguarded.includes(name))).toEqual([]);
  });

  it('have recipients and costs where they send, and costs where they buy', () => {
    expect(failing(({ effect, reaches }) => effect !== 'send' || reaches !== undefined)).toEqual([]);
    expect(
      failing(({ effect, costs }) => !['send', 'spend'].includes(effect) || costs !== undefined),
    ).toEqual([]);
    expect(ruled.filter((id) => find(id).effect !== 'send')).toEqual([]);
  });

  it('reach somebody in every sample of a send: a named address or the unknown one', () => {
    const silent = operations.filter((operation) => {
      if (operation.effect !== 'send') return false;
      return (operation.reaches?.(sampleInput(operation)) ?? []).length === 0;
    });
    expect(silent.map((each) => each.name)).toEqual([]);
  });

  it('are never milder than those of the hand-shaped operation that makes the same request', () => {
    const plain = (path: string) => path.replace(/\{\w+\}/g, '{}');
    const milder = handShaped.flatMap(({ name, effect, request }) => {
      if (request === undefined || request.fixed !== undefined) return [];
      const twins = operations.filter(
        (each) =>
          each.request?.method === request.method &&
          each.request.host === request.host &&
          plain(each.request.path) === plain(request.path),
      );
      return twins
        .filter((twin) => !pureQueries.includes(twin.name))
        .filter((twin) => {
          const strictest = stricter(twin.effect, twin.raises?.(sampleInput(twin)) ?? twin.effect);
          return stricter(strictest, effect) !== strictest;
        })
        .map((twin) => `${twin.name} is milder than ${name} (${effect})`);
    });
    expect(milder).toEqual([]);
  });

  it('are raised to admin by fields that redirect people or loosen a rule, and never lowered', () => {
    const raised = (id: string, input: Row) => find(id).raises?.(input);
    const configured = (configuration: Row) =>
      raised('conversations_v2.PatchConversationById', { id: 'c', configuration });
    expect(configured({ statusCallbacks: [{ url: 'https://hooks.example.com/x' }] })).toBe('admin');
    expect(configured({})).toBe('write');
    expect(raised('api_v2010.UpdateIncomingPhoneNumber', { FriendlyName: 'Desk' })).toBe('write');
    expect(raised('api_v2010.UpdateIncomingPhoneNumber', { SmsUrl: 'https://example.com' })).toBe('admin');
    expect(raised('api_v2010.UpdateIncomingPhoneNumber', { VoiceApplicationSid: 'AP' })).toBe('admin');
    expect(raised('api_v2010.UpdateIncomingPhoneNumber', { AccountSidInBody: 'AC' })).toBe('admin');
    expect(
      raised('api_v2010.CreateIncomingPhoneNumber', { PhoneNumber: '+1', SmsUrl: 'https://example.com' }),
    ).toBe('admin');
    expect(raised('api_v2010.CreateMessage', { To: '+1', StatusCallback: 'https://example.com' })).toBe(
      'send',
    );
    expect(raised('api_v2010.CreateMessage', { To: '+1', RiskCheck: 'disable' })).toBe('admin');
    const bypass = { mail_settings: { bypass_unsubscribe_management: { enable: true } } };
    expect(raised('sendgrid_mail_v3.SendMail', bypass)).toBe('admin');
    expect(
      failing((each) => {
        const got = each.raises?.(sampleInput(each)) ?? each.effect;
        return effects.includes(got) && stricter(got, each.effect) === got;
      }),
    ).toEqual([]);
  });
});

/** POSTs that ask and change nothing. */
const pureQueries = [
  'insights_v3.CreateQueryResults',
  'knowledge_v2.CreateKnowledgeSearch',
  'memory_v1.CreateFetchProfileMemory',
  'memory_v1.CreateProfilesLookup',
  'numbers_v1.CreateBulkEligibility',
  'numbers_v1.CreateEligibility',
  'segment_public.batchQueryMessagingSubscriptionsForSpace',
  'segment_public.createAudiencePreview',
  'segment_public.previewDestinationFilter',
  'sendgrid_lmc_contactdb_v3.SearchRecipient',
  'sendgrid_logs_v3.ListMessagesByFilter',
  'sendgrid_mc_contacts_v3.GetContactByIdentifiers',
  'sendgrid_mc_contacts_v3.ListBatchedContact',
  'sendgrid_mc_contacts_v3.ListContactByEmail',
  'sendgrid_mc_contacts_v3.SearchContact',
  'sendgrid_mc_singlesends_v3.SearchSingleSend',
  'sendgrid_suppressions_v3.SearchSuppressionFromAsmGroup',
  'studio_v2.UpdateFlowValidate',
  'taskrouter_v1.CreateTaskQueueBulkRealTimeStatistics',
];

const namesAPerson =
  /^(?:to|recipients?|.*\.address|address|addresses|identifiers?|identity|participants?|phone_?numbers?|emails?|recipient_emails|contacts|personalizations|to_?binding)$/i;

/** They name a person without reaching one: records, memberships, lists of who is not to be written to. */
const harmless: readonly string[] = [
  'chat_v1.CreateMember',
  'chat_v1.CreateUser',
  'chat_v2.CreateMember',
  'chat_v2.CreateUser',
  'conversations_v1.CreateConversation',
  'conversations_v1.CreateServiceConversation',
  'conversations_v1.CreateServiceUser',
  'conversations_v1.CreateUser',
  'conversations_v1.UpdateConversation',
  'conversations_v1.UpdateServiceConversation',
  'ip_messaging_v1.CreateMember',
  'ip_messaging_v1.CreateUser',
  'ip_messaging_v2.CreateMember',
  'ip_messaging_v2.CreateUser',
  'notify_v1.CreateBinding',
  'numbers_v2.CreateBundle',
  'numbers_v2.UpdateBundle',
  'sendgrid_mc_contacts_v3.GetContactByIdentifiers',
  'sendgrid_mc_contacts_v3.ListContactByEmail',
  'sendgrid_mc_contacts_v3.UpdateContact',
  'sendgrid_suppressions_v3.AddSuppressionToAsmGroup',
  'sendgrid_suppressions_v3.CreateGlobalSuppression',
  'sendgrid_suppressions_v3.SearchSuppressionFromAsmGroup',
  'trusthub_v1.CreateCustomerProfile',
  'trusthub_v1.CreateTrustProduct',
  'trusthub_v1.UpdateCustomerProfile',
  'trusthub_v1.UpdateTrustProduct',
  'verify_v2.CreateChallengePasskeys',
  'verify_v2.CreateEntity',
  'verify_v2.CreateNewFactor',
  'verify_v2.CreateNewFactorPasskey',
  'verify_v2.CreateVerificationCheck',
  'verify_v2.UpdateChallenge',
  'verify_v2.UpdateFactor',
];
