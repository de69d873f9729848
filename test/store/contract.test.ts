// What every ledger promises, over SQLite and over a real PostgreSQL: each test has a database of its own and several stores on it,
// as several processes would have. Real processes are ../replicas.test.ts and ../killed.test.ts; tampering is tampering.test.ts.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Approval, Limit, Reservation } from '../../src/operation/ledgers.ts';
import type { Store } from '../../src/store/open.ts';
import { databaseKinds, freshDatabase, type TestDatabase } from '../support/databases.ts';

const account = `AC${'a'.repeat(32)}`;
const other = `AC${'b'.repeat(32)}`;
const at = new Date('2026-11-24T09:00:00Z');
const later = (seconds: number) => new Date(at.getTime() + seconds * 1000);
const anna = '+14155550123';
const ben = '+14155550124';

describe.each(databaseKinds)('over %s', (kind) => {
  let database: TestDatabase;
  let store: Store;
  const many = (count = 6) => Array.from({ length: count }, () => database.store());

  beforeEach(async () => {
    database = await freshDatabase(kind);
    store = database.store();
  });

  afterEach(() => database.close());

  it('makes its tables once, however many open it at once', async () => {
    const stores = many(8);
    expect(await Promise.all(stores.map((each) => each.owner.get()))).toEqual(stores.map(() => undefined));
    const steps = await database.meddle('select name from kysely_migration');
    expect(new Set(steps.map(({ name }) => name)).size).toBe(steps.length);
    expect(steps.length).toBeGreaterThan(1);
  });

  if (kind === 'SQLite' && process.platform !== 'win32') {
    it('keeps its folder and file to the owner', async () => {
      await store.owner.get();
      for (const path of [database.url, join(database.url, '..')])
        expect(statSync(path).mode & 0o077).toBe(0);
    });
  }

  describe('sends', () => {
    const key = { account, batch: 'reminder', recipient: anna };

    it('gives a claim to one of many', async () => {
      const answers = await Promise.all(many().map((each) => each.sends.claim(key, at)));
      expect(answers.filter((answer) => answer === undefined)).toHaveLength(1);
      expect(answers.filter((answer) => answer?.state === 'claimed')).toHaveLength(5);
    });

    it('remembers what was settled, for whoever opens it next', async () => {
      await store.sends.claim(key, at);
      await store.sends.settle(key, { state: 'done', sid: 'SM1' });
      await store.close();
      const known = await database.store().sends.claim(key, later(60));
      expect(known).toEqual({ state: 'done', since: at, sid: 'SM1' });
    });

    it('gives a released claim again, and never releases what was settled', async () => {
      await store.sends.claim(key, at);
      await store.sends.release(key);
      expect(await store.sends.claim(key, at)).toBeUndefined();
      await store.sends.settle(key, { state: 'unknown', code: 'OUTCOME_UNKNOWN' });
      await store.sends.release(key);
      const known = await store.sends.claim(key, at);
      expect(known).toEqual({ state: 'unknown', since: at, code: 'OUTCOME_UNKNOWN' });
    });
  });

  describe('reservations', () => {
    const hourly: Limit = { rule: 'limits.hour', of: 'contacts', per: 'all', seconds: 3600, most: 10 };
    const reservation = (id: string, more: Partial<Reservation> = {}): Reservation => ({
      id,
      account,
      actor: 'agent',
      operation: 'messaging_send_message',
      at,
      recipients: [{ contact: anna, channel: 'sms' }],
      verification: false,
      microdollars: 8000,
      ...more,
    });

    it('lets nobody past a cap, however many ask at once', async () => {
      const stores = many(4);
      const asked = Array.from({ length: 40 }, (_, index) =>
        stores[index % 4]?.reservations.reserve(reservation(`r${index}`), [hourly]),
      );
      const answers = await Promise.all(asked);
      expect(answers.filter((answer) => answer === undefined)).toHaveLength(10);
      expect(answers.find((answer) => answer !== undefined)).toEqual({
        limit: hourly,
        used: 10,
        roomAt: later(3600),
      });
      expect(await store.reservations.used(account, later(-1))).toEqual({
        contacts: 10,
        microdollars: 80_000,
      });
    });

    it('has room again when the window is over, and none for a clock set back', async () => {
      const one = { ...hourly, most: 1 };
      expect(await store.reservations.reserve(reservation('a'), [one])).toBeUndefined();
      const soon = reservation('b', { at: later(3599) });
      expect(await store.reservations.reserve(soon, [one])).toMatchObject({ used: 1 });
      const before = reservation('b', { at: later(-86_400) });
      expect(await store.reservations.reserve(before, [one])).toMatchObject({ used: 1 });
      const then = reservation('b', { at: later(3600) });
      expect(await store.reservations.reserve(then, [one])).toBeUndefined();
    });

    it('counts by person, by actor, by words and by account', async () => {
      const say = (id: string, more: Partial<Reservation>) =>
        store.reservations.reserve(reservation(id, { content: 'hello', ...more }), limits);
      const limits: Limit[] = [
        { ...hourly, rule: 'person', per: 'recipient', most: 2 },
        { ...hourly, rule: 'actor', per: 'actor', most: 3 },
        { ...hourly, rule: 'words', of: 'same_content', per: 'recipient', most: 1 },
      ];
      expect(await say('a', {})).toBeUndefined();
      expect(await say('b', {})).toMatchObject({ limit: { rule: 'words' }, contact: `sms ${anna}` });
      expect(await say('c', { content: 'well?' })).toBeUndefined();
      expect(await say('d', { content: 'so?' })).toMatchObject({ limit: { rule: 'person' } });
      const toBen = { recipients: [{ contact: ben, channel: 'sms' as const }] };
      expect(await say('e', toBen)).toBeUndefined();
      expect(await say('f', { ...toBen, content: 'so?' })).toMatchObject({ limit: { rule: 'actor' } });
      expect(await say('g', { ...toBen, content: 'so?', actor: 'another' })).toBeUndefined();
      expect(await say('h', { account: other })).toBeUndefined();
    });

    it('counts the real price once it is known, and nothing of what was given back', async () => {
      await store.reservations.reserve(reservation('a'), []);
      await store.reservations.settle('a', { state: 'done', microdollars: 20_000 });
      await store.reservations.reserve(reservation('b'), []);
      await store.reservations.release('b');
      expect(await store.reservations.used(account, later(-1))).toEqual({
        contacts: 1,
        microdollars: 20_000,
      });
    });

    it('tells what was never settled, with its input, and takes nothing back from what was done', async () => {
      for (const id of ['lost', 'done', 'unknown'])
        await store.reservations.reserve(reservation(id, { input: { to: anna } }), []);
      await store.reservations.settle('done', { state: 'done' });
      await store.reservations.settle('done', { state: 'unknown' });
      await store.reservations.settle('unknown', { state: 'unknown' });
      const open = await database.store().reservations.open(account, later(1));
      expect(open).toEqual([reservation('lost', { input: { to: anna } })]);
      const states = await database.meddle('select id, state from reservations order by id');
      expect(states.map(({ state }) => state)).toEqual(['done', 'open', 'unknown']);
    });
  });

  describe('answers', () => {
    it('gives a key to one of many, and its answer to all others', async () => {
      const claims = await Promise.all(
        many().map((each) => each.answers.claim(account, 'order-1', 'print', at)),
      );
      expect(claims.filter((claim) => claim === undefined)).toHaveLength(1);
      expect(claims.find((claim) => claim !== undefined)).toEqual({ fingerprint: 'print', at });
      await store.answers.keep(account, 'order-1', { sid: 'SM1' });
      const kept = await database.store().answers.claim(account, 'order-1', 'another', later(60));
      expect(kept).toEqual({ fingerprint: 'print', at, result: { sid: 'SM1' } });
      expect(await store.answers.claim(other, 'order-1', 'print', at)).toBeUndefined();
    });

    it('gives a released key again, but none that has its answer', async () => {
      await store.answers.claim(account, 'order-1', 'print', at);
      await store.answers.release(account, 'order-1');
      expect(await store.answers.claim(account, 'order-1', 'print', at)).toBeUndefined();
      await store.answers.keep(account, 'order-1', { sid: 'SM1' });
      await store.answers.release(account, 'order-1');
      expect(await store.answers.claim(account, 'order-1', 'print', at)).toMatchObject({
        result: { sid: 'SM1' },
      });
    });
  });

  describe('approvals', () => {
    const asked: Omit<Approval, 'state' | 'decision'> = {
      id: 'A1',
      account,
      actor: 'agent',
      operation: 'messaging_send_message',
      fingerprint: 'print',
      rules: ['consent.missing'],
      summary: 'Send “See you at 9” to +1 415 555 0123 for $0.01',
      at,
      expires: later(600),
    };
    const yes = { yes: true, by: 'owner', at: later(10), evidence: 'they told me', signature: 'x' };

    it('lets each yes be used once, whoever is first', async () => {
      await store.approvals.ask(asked);
      expect(await store.approvals.use('A1', later(5))).toBe(false);
      expect(await store.approvals.decide('A1', yes)).toBe(true);
      expect(await store.approvals.decide('A1', { ...yes, yes: false })).toBe(false);
      const found = await database.store().approvals.find(account, 'agent', 'print', later(20));
      expect(found).toEqual({ ...asked, state: 'approved', decision: yes });
      const used = await Promise.all(many().map((each) => each.approvals.use('A1', later(20))));
      expect(used.filter(Boolean)).toHaveLength(1);
      expect(await store.approvals.find(account, 'agent', 'print', later(20))).toBeUndefined();
    });

    it('lets nobody use what was denied or has expired', async () => {
      await store.approvals.ask(asked);
      await store.approvals.ask({ ...asked, id: 'A2' });
      expect((await store.approvals.list(account, at)).map(({ id }) => id).sort()).toEqual(['A1', 'A2']);
      await store.approvals.decide('A1', { ...yes, yes: false });
      expect(await store.approvals.use('A1', later(20))).toBe(false);
      await store.approvals.decide('A2', yes);
      expect(await store.approvals.use('A2', later(600))).toBe(false);
      expect(await store.approvals.list(account, at)).toEqual([]);
    });
  });

  describe('events', () => {
    const event = (id: string, more = {}) => ({
      id,
      account,
      type: 'message.inbound',
      at,
      contact: anna,
      channel: 'sms' as const,
      sid: 'SM1',
      heard: 'webhook',
      data: { body: 'Yes, please. 👍' },
      ...more,
    });

    it('counts each once, in one order, whoever hears it', async () => {
      const stores = many();
      const added = await Promise.all(
        Array.from({ length: 30 }, (_, index) => stores[index % 6]?.events.add(event(`E${index % 10}`))),
      );
      expect(added.filter(Boolean)).toHaveLength(10);
      const all = await store.events.list(account, { limit: 100 });
      expect(all.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
      expect(await store.events.get(account, 'E3')).toMatchObject(event('E3'));
    });

    it('finds by person, kind, message, time and place', async () => {
      await store.events.add(event('E1'));
      await store.events.add(event('E2', { contact: ben, at: later(60) }));
      await store.events.add(event('E3', { type: 'message.status', sid: 'SM2', at: later(120) }));
      await store.events.add(event('E4', { account: other, at: later(180) }));
      const ids = async (filter: object) =>
        (await store.events.list(account, { limit: 9, ...filter })).map(({ id }) => id);
      expect(await ids({ contact: anna })).toEqual(['E1', 'E3']);
      expect(await ids({ types: ['message.status', 'call.status'] })).toEqual(['E3']);
      expect(await ids({ sid: 'SM1' })).toEqual(['E1', 'E2']);
      expect(await ids({ after: at })).toEqual(['E2', 'E3']);
      expect(await ids({ afterSequence: 1, newestFirst: true })).toEqual(['E3', 'E2']);
      expect(await ids({ beforeSequence: 3, limit: 1 })).toEqual(['E1']);
      expect(await store.events.lastInbound(account, anna, 'sms')).toEqual(at);
      expect(await store.events.lastInbound(account, anna, 'whatsapp')).toBeUndefined();
    });

    it('tells whoever waits that one was added: here, and in a PostgreSQL everywhere, once it is there to read', async () => {
      const waiting = kind === 'SQLite' ? store : database.store();
      const seen: number[] = [];
      const told = new Promise<void>((resolve) => {
        const stop = waiting.events.onChange(() => {
          void waiting.events.list(account, { limit: 9 }).then((events) => {
            seen.push(events.length);
            if (events.length === 0) return;
            stop();
            resolve();
          });
        });
      });
      await waiting.ask();
      await store.events.add(event('E1'));
      await told;
      expect(seen.at(-1)).toBe(1);
    });

    it('remembers where asking stopped', async () => {
      expect(await store.events.mark(account, 'messages')).toBeUndefined();
      await Promise.all(many().map((each) => each.events.setMark(account, 'messages', 'here')));
      expect(await database.store().events.mark(account, 'messages')).toBe('here');
    });
  });

  it('gives a mark to the first of many who claim it, and tells the others what stands there', async () => {
    const claims = many().flatMap((each, nth) => [
      each.events.claimMark(account, 'delivery', `${nth}a`),
      each.events.claimMark(account, 'delivery', `${nth}b`),
    ]);
    const earlier = await Promise.all(claims);
    const first = await store.events.mark(account, 'delivery');
    expect(earlier.filter((each) => each === undefined)).toHaveLength(1);
    expect(earlier.filter((each) => each === first)).toHaveLength(claims.length - 1);
    expect(await store.events.claimMark(`${account}x`, 'delivery', 'theirs')).toBeUndefined();
  });

  it('remembers whose words each actor has read, and when last', async () => {
    await store.taints.add('agent', [anna, ben, anna], at);
    await store.taints.add('agent', [anna], later(60));
    await store.taints.add('another', ['unknown'], later(60));
    expect(await store.taints.since('agent', later(-1))).toEqual([anna, ben]);
    expect(await store.taints.since('agent', later(30))).toEqual([anna]);
  });

  describe('consents and audit', () => {
    const agreed = {
      account,
      contact: anna,
      channel: 'sms' as const,
      purpose: 'transactional' as const,
      state: 'granted' as const,
      source: 'web_form' as const,
      by: 'owner',
      at,
    };
    const entry = {
      at,
      account,
      actor: 'agent',
      phase: 'done' as const,
      operation: 'a',
      facts: { sid: 'SM1' },
    };

    it('gives the newest of each purpose and state, oldest first', async () => {
      const full = { ...agreed, evidence: 'form 7', expires: later(3600), signature: 's' };
      const revoked = {
        ...agreed,
        purpose: 'any' as const,
        state: 'revoked' as const,
        source: 'stop_word' as const,
      };
      await store.consents.append([agreed, { ...agreed, contact: ben }, revoked, full]);
      expect(await store.consents.current(account, anna, 'sms')).toEqual([revoked, full]);
      expect(await store.consents.current(account, anna, 'voice')).toEqual([]);
      expect(await store.consents.list(account, { limit: 2, offset: 1 })).toEqual([
        revoked,
        { ...agreed, contact: ben },
      ]);
    });

    it('binds what many write at once into one chain without a gap', async () => {
      const writers = many(4);
      await Promise.all(
        Array.from({ length: 40 }, async (_, index) => {
          const writer = writers[index % 4];
          await writer?.audit.append({ ...entry, facts: { index } });
          await writer?.consents.append([agreed, { ...agreed, contact: ben }]);
        }),
      );
      const reader = database.store();
      expect(await reader.audit.verify(true)).toEqual({ entries: 40 });
      expect(await reader.consents.verify(true)).toEqual({ entries: 80 });
      expect(await reader.integrity()).toBeUndefined();
      const rows = await reader.audit.list(account, 100);
      expect(rows.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 40 }, (_, n) => 40 - n));
      expect((await reader.audit.list(account, 2, 11)).map(({ sequence }) => sequence)).toEqual([10, 9]);
    });

    it('takes a thousand at once, and text that no database keeps to the letter', async () => {
      const people = Array.from({ length: 1200 }, (_, n) => ({ ...agreed, contact: `+1415556${1000 + n}` }));
      await store.consents.append(people);
      await store.consents.append([
        { ...agreed, evidence: `half ${'👍'.slice(0, 1)} and \0 nothing`, by: '\0' },
      ]);
      await store.audit.append({ ...entry, actor: '\uD800\0', facts: { text: '\0 \uDC00' } });
      expect(await database.store().integrity()).toBeUndefined();
      expect(await store.consents.verify(true)).toEqual({ entries: 1201 });
      const [odd] = await store.consents.current(account, anna, 'sms');
      expect(odd?.evidence).toBe('half \uFFFD and  nothing');
    });
  });

  describe('what is old', () => {
    const event = (id: string, when: Date) => ({
      id,
      account,
      type: 'other',
      at: when,
      heard: 'poll',
      data: {},
    });
    const entry = (when: Date, phase: 'done' | 'refused' = 'done') =>
      store.audit.append({ at: when, account, actor: 'agent', phase, operation: 'a', facts: {} });

    it('is forgotten when asked, but for the newest event, open sends, mailings and every consent', async () => {
      for (const [n, when] of [at, later(10), later(20)].entries())
        await store.events.add(event(`E${n}`, when));
      await store.answers.claim(account, 'order-1', 'print', at);
      await store.sends.claim({ account, batch: 'b', recipient: anna }, at);
      await store.taints.add('agent', [anna], at);
      await store.forget({ events: later(3600) });
      expect((await store.events.list(account, { limit: 9 })).map(({ id }) => id)).toEqual(['E2']);
      await store.events.add(event('E3', later(3600)));
      expect((await store.events.list(account, { limit: 9 })).map(({ sequence }) => sequence)).toEqual([
        3, 4,
      ]);
      expect(await store.answers.claim(account, 'order-1', 'print', at)).toBeUndefined();
      expect(await store.sends.claim({ account, batch: 'b', recipient: anna }, at)).toMatchObject({
        state: 'claimed',
      });
      expect(await store.taints.since('agent', later(-1))).toEqual([]);
    });

    it('leaves an audit that is whole, for those who look from the start and for those who looked before', async () => {
      const other = database.store();
      for (let n = 0; n < 5; n += 1) await entry(later(n));
      expect(await other.integrity()).toBeUndefined();
      await store.forget({ audit: later(3) });
      await entry(later(60));
      for (const each of [store, other, database.store()]) expect(await each.integrity()).toBeUndefined();
      expect((await store.audit.list(account, 9)).map(({ sequence }) => sequence)).toEqual([6, 5, 4]);
      await store.forget({ audit: later(3600) });
      expect((await store.audit.list(account, 9)).map(({ sequence }) => sequence)).toEqual([6]);
      await entry(later(3700));
      expect(await database.store().audit.verify(true)).toEqual({ entries: 7 });
    });

    it('hides nothing: what was changed before is found after, and a beginning without a seal counts for none', async () => {
      for (let n = 0; n < 5; n += 1) await entry(later(n));
      await database.meddle("update audit set phase = 'refused' where sequence = 2");
      await store.forget({ audit: later(3) });
      expect(await store.audit.list(account, 9)).toHaveLength(5);
      expect(await database.store().integrity()).toMatch(/audit ledger/);
      await database.meddle("update audit set phase = 'done' where sequence = 2");
      expect(await database.store().integrity()).toBeUndefined();
      await database.meddle('delete from audit where sequence < 4');
      const forged = "insert into heads (chain, sequence, hash, seal) select 'audit from', 3, 'x', 'x'";
      await database.meddle(forged);
      expect(await database.store().integrity()).toMatch(/audit ledger/);
    });
  });

  it('has one owner, who changes their key in place of the one they had', async () => {
    const [first, second] = [
      { salt: 's1', publicKey: 'k1' },
      { salt: 's2', publicKey: 'k2' },
    ];
    const set = await Promise.all(many().map((each) => each.owner.set(first, at)));
    expect(set.filter(Boolean)).toHaveLength(1);
    expect(await store.owner.replace(second, first, at)).toBe(false);
    expect(await store.owner.replace(first, second, at)).toBe(true);
    expect(await database.store().owner.get()).toEqual(second);
  });

  it('derives the same key for one purpose in every process, and another for each purpose', () => {
    const [one, two] = [database.store(), database.store()];
    expect(one.keyFor('request state')).toEqual(two.keyFor('request state'));
    expect(one.keyFor('request state')).not.toEqual(one.keyFor('something else'));
    const stranger = database.store('00'.repeat(32));
    expect(stranger.keyFor('request state')).not.toEqual(one.keyFor('request state'));
  });
});
