// Ledgers of events and consents in plain memory, for tests that are not about the store.
import type { ConsentEntry, InboxEvent, Ledgers } from '../../src/operation/ledgers.ts';

export interface Memory extends Pick<Ledgers, 'events' | 'consents'> {
  readonly heard: (InboxEvent & { readonly sequence: number })[];
  readonly entries: ConsentEntry[];
}

export function memoryLedgers(): Memory {
  const heard: Memory['heard'] = [];
  const entries: ConsentEntry[] = [];
  const marks = new Map<string, string>();
  const listeners = new Set<() => void>();
  return {
    heard,
    entries,
    events: {
      add: async (event) => {
        if (heard.some((each) => each.id === event.id && each.account === event.account)) return false;
        heard.push({ ...event, sequence: heard.length + 1 });
        for (const listener of listeners) listener();
        return true;
      },
      onChange: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      get: async (account, id) => heard.find((each) => each.id === id && each.account === account),
      list: async (account, { types, contact, sid, after, afterSequence, limit }) =>
        heard
          .filter((each) => each.account === account)
          .filter((each) => types === undefined || types.includes(each.type))
          .filter((each) => contact === undefined || each.contact === contact)
          .filter((each) => sid === undefined || each.sid === sid)
          .filter((each) => after === undefined || each.at > after)
          .filter((each) => afterSequence === undefined || each.sequence > afterSequence)
          .slice(0, limit),
      lastInbound: async (account, contact, channel) =>
        heard
          .filter((each) => each.account === account && each.contact === contact && each.channel === channel)
          .filter((each) => each.type.endsWith('.inbound'))
          .map((each) => each.at)
          .sort((a, b) => b.getTime() - a.getTime())[0],
      mark: async (account, name) => marks.get(`${account} ${name}`),
      setMark: async (account, name, value) => {
        marks.set(`${account} ${name}`, value);
      },
      claimMark: async (account, name, value) => {
        const earlier = marks.get(`${account} ${name}`);
        if (earlier === undefined) marks.set(`${account} ${name}`, value);
        return earlier;
      },
    },
    consents: {
      append: async (more) => {
        entries.push(...more);
      },
      current: async (account, contact, channel) => {
        const theirs = entries.filter(
          (each) => each.account === account && each.contact === contact && each.channel === channel,
        );
        return [...new Map(theirs.map((each) => [each.purpose, each])).values()];
      },
      list: async (account, { contact, limit, offset = 0 }) =>
        entries
          .filter((each) => each.account === account && (contact === undefined || each.contact === contact))
          .reverse()
          .slice(offset, offset + limit),
    },
  };
}
