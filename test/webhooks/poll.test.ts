// Asking Twilio instead of being told: what counts, where it goes on, how often it asks.
import { describe, expect, it } from 'vitest';
import type { Row } from '../../src/operation/row.ts';
import { createPoll } from '../../src/webhooks/poll.ts';
import { remember } from '../../src/webhooks/remember.ts';
import { readTwilio } from '../../src/webhooks/twilio.ts';
import { memoryLedgers } from '../support/memory.ts';

const noon = Date.parse('2026-11-24T12:00:00Z');
const at = (minutes: number) => new Date(noon + minutes * 60_000);
const person = '+14155550123';

function inbound(sid: string, body: string, minutes: number): Row {
  const date_sent = at(minutes).toUTCString();
  return {
    sid,
    body,
    from: person,
    to: '+14155550100',
    direction: 'inbound',
    status: 'received',
    date_sent,
    num_media: '0',
  };
}

function world(rows: { messages?: Row[]; calls?: Row[] } = {}) {
  const ledgers = memoryLedgers();
  const clock = { now: at(0) };
  const asked: Date[] = [];
  const twilio = { messages: rows.messages ?? [], calls: rows.calls ?? [], fails: false };
  const poll = createPoll({
    account: 'AC1',
    ledgers,
    now: () => clock.now,
    messagesSince: async (since) => {
      asked.push(since);
      if (twilio.fails) throw new Error('unreachable');
      return twilio.messages;
    },
    callsSince: async () => twilio.calls,
  });
  const ids = () => ledgers.heard.map(({ id }) => id);
  return { poll, ledgers, clock, asked, twilio, ids };
}

describe('what is found', () => {
  it('messages and calls, oldest first, with the time at which they happened', async () => {
    const sent = {
      sid: 'SM2',
      from: '+14155550100',
      to: person,
      direction: 'outbound-api',
      date_sent: at(-5).toUTCString(),
    };
    const { poll, ledgers, ids } = world({
      messages: [
        inbound('SM3', 'Thanks', -1),
        { ...sent, status: 'undelivered', error_code: 30008 },
        inbound('SM1', 'Hi', -9),
      ],
      calls: [
        {
          sid: 'CA1',
          from: person,
          to: '+14155550100',
          direction: 'inbound',
          status: 'completed',
          start_time: at(-7).toUTCString(),
          end_time: at(-6).toUTCString(),
        },
      ],
    });
    expect(await poll()).toHaveLength(5);
    expect(ids()).toEqual([
      'message.inbound:SM1',
      'call.inbound:CA1',
      'call.status:CA1:completed',
      'message.status:SM2:undelivered',
      'message.inbound:SM3',
    ]);
    expect(ledgers.heard[0]).toMatchObject({
      at: at(-9),
      heard: 'poll',
      contact: person,
      channel: 'sms',
      data: { body: 'Hi' },
    });
    expect(ledgers.heard[3]).toMatchObject({ data: { error_code: '30008', status: 'undelivered' } });
  });

  it.each(['queued', 'sending', 'accepted', 'scheduled'])(
    'a message that is %s has nothing to tell yet',
    async (status) => {
      const { poll } = world({
        messages: [
          { sid: 'SM2', to: person, direction: 'outbound-api', status, date_created: at(-5).toUTCString() },
        ],
      });
      expect(await poll()).toEqual([]);
    },
  );

  it('STOP, then START: the later word is the later entry', async () => {
    const { poll, ledgers } = world({ messages: [inbound('SM2', 'START', -1), inbound('SM1', 'STOP', -2)] });
    await poll();
    const sms = ledgers.entries.filter(({ channel }) => channel === 'sms');
    expect(sms.map(({ state, at: when }) => [state, when])).toEqual([
      ['revoked', at(-2)],
      ['granted', at(-1)],
      ['granted', at(-1)],
    ]);
  });

  it('what a webhook told counts once, in either order', async () => {
    const { poll, ledgers, ids } = world({ messages: [inbound('SM1', 'Hi', -1)] });
    const told = readTwilio({ message_sid: 'SM1', from: person, to: '+14155550100', body: 'Hi' });
    const telling = { account: 'AC1', at: at(0), heard: 'webhook' } as const;
    expect(await remember([told], telling, ledgers)).toHaveLength(1);
    expect(await poll()).toEqual([]);
    expect(await remember([told], telling, ledgers)).toEqual([]);
    expect(ids()).toEqual(['message.inbound:SM1']);
    expect(ledgers.entries).toHaveLength(1);
  });
});

describe('how it is asked', () => {
  it('first for a day, then from a little before where it stopped', async () => {
    const { poll, clock, asked } = world();
    await poll();
    clock.now = at(30);
    await poll();
    expect(asked).toEqual([at(-24 * 60), at(-15)]);
  });

  it('not twice at once, nor again within two seconds, whichever process asks', async () => {
    const { poll, clock, asked } = world();
    await Promise.all([poll(), poll()]);
    clock.now = new Date(noon + 1999);
    await poll();
    expect(asked).toHaveLength(1);
    clock.now = new Date(noon + 2000);
    await poll();
    expect(asked).toHaveLength(2);
  });

  it('a clock set back does not end it', async () => {
    const { poll, clock, asked } = world();
    await poll();
    clock.now = at(-60);
    await poll();
    expect(asked).toHaveLength(2);
  });

  it('after a failure it asks again for the same time', async () => {
    const { poll, clock, asked, twilio, ids } = world({ messages: [inbound('SM1', 'Hi', -1)] });
    twilio.fails = true;
    await expect(poll()).rejects.toThrow('unreachable');
    twilio.fails = false;
    clock.now = at(1);
    await poll();
    expect(asked).toEqual([at(-24 * 60), at(1 - 24 * 60)]);
    expect(ids()).toEqual(['message.inbound:SM1']);
  });
});
