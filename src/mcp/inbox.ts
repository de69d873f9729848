// The inbox as MCP resources: all of it, by person, by message, by call; and who is told when it changes. It is read through the
// corridor like any operation, so strangers' words come fenced and count as read.
import {
  type McpServer,
  ProtocolError,
  ProtocolErrorCode,
  ResourceTemplate,
} from '@modelcontextprotocol/server';
import { listEvents } from '../catalog/inbox.ts';
import { type Actor, permits } from '../operation/actor.ts';
import type { InboxEvent } from '../operation/ledgers.ts';
import type { Row } from '../operation/row.ts';
import type { Perform } from '../perform.ts';
import { failureText } from './tools.ts';

export interface InboxParts {
  readonly perform: Perform;
  readonly actor: Actor;
  readonly inbox: InboxSource;
}

export interface InboxSource {
  /** Calls for each new event. Returns the end of it. */
  readonly watch: (listener: (event: InboxEvent) => void) => () => void;
  /** People of the newest events, without a word of theirs: to list them is not to read them. */
  readonly contacts: () => Promise<readonly string[]>;
}

const root = 'twilio://inbox';
const json = 'application/json';
const most = 50;

/** What is read now is out of date with the next event. */
const cacheHint = { ttlMs: 0, cacheScope: 'private' as const };

export function registerInbox(mcp: McpServer, parts: InboxParts): void {
  const read = async (uri: URL, filter: Row) => ({
    contents: [{ uri: uri.href, mimeType: json, text: JSON.stringify(await eventsOf(parts, filter)) }],
  });
  mcp.registerResource(
    'inbox',
    root,
    { title: 'Inbox', description: 'What came in, newest first', mimeType: json, cacheHint },
    (uri) => read(uri, {}),
  );
  mcp.registerResource(
    'inbox-contact',
    new ResourceTemplate(`${root}/contact/{contact}`, { list: () => recentContacts(parts) }),
    {
      title: 'Inbox of one person',
      description: 'What one person wrote, and what became of what they were sent',
      mimeType: json,
      cacheHint,
    },
    (uri, { contact }) => read(uri, { contact: given(contact) }),
  );
  for (const [kind, title] of [
    ['message', 'Events of one message'],
    ['call', 'Events of one call'],
  ] as const) {
    mcp.registerResource(
      `inbox-${kind}`,
      new ResourceTemplate(`${root}/${kind}/{sid}`, { list: undefined }),
      { title, description: `${title}, newest first`, mimeType: json, cacheHint },
      (uri, { sid }) => read(uri, { sid: given(sid) }),
    );
  }
}

function given(value: string | readonly string[] | undefined): string {
  if (typeof value !== 'string')
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'The URI is not complete.');
  return decodeURIComponent(value);
}

async function eventsOf({ perform, actor }: InboxParts, filter: Row): Promise<Row> {
  const result = await perform({ operation: listEvents, input: { ...filter, limit: most }, actor });
  if (result.ok) return result.data;
  throw new ProtocolError(ProtocolErrorCode.InvalidParams, failureText(result));
}

async function recentContacts({ actor, inbox }: InboxParts) {
  const contacts = permits(actor, 'read') ? await inbox.contacts() : [];
  return {
    resources: contacts.map((contact) => ({ name: contact, uri: uriOf('contact', contact), mimeType: json })),
  };
}

/** The resources that an event changes. */
export function changedBy({ contact, sid, type }: InboxEvent): string[] {
  const about =
    sid === undefined
      ? []
      : type.startsWith('message')
        ? [uriOf('message', sid)]
        : sid.startsWith('CA')
          ? [uriOf('call', sid)]
          : [];
  return [root, ...(contact === undefined ? [] : [uriOf('contact', contact)]), ...about];
}

function uriOf(kind: 'contact' | 'message' | 'call', key: string): string {
  return `${root}/${kind}/${encodeURIComponent(key)}`;
}

/** Every resource of this server; those of the inbox change by themselves. */
const ours =
  /^twilio:\/\/(?:skill|audit|policy|references\/[^/]+(?:\/[^/]+)?|inbox(?:\/(?:contact|message|call)\/[^/]+)?)$|^skill:\/\/twilio\//;

const soonMs = 500;

/**
 * Tells the one client at the other end. Clients of 2025 name what they want by resources/subscribe; for those of 2026 the
 * transport sorts out who listens.
 */
export function tellOfInbox(mcp: McpServer, { watch }: InboxSource): void {
  const subscribed = new Set<string>();
  const contacts = new Set<string>();
  mcp.server.setRequestHandler('resources/subscribe', ({ params }) => {
    if (!ours.test(params.uri))
      throw new ProtocolError(
        ProtocolErrorCode.InvalidParams,
        `There is no resource ${params.uri}, so nothing will be told of it. resources/list and resources/templates/list name those there are.`,
      );
    subscribed.add(params.uri);
    begin();
    return {};
  });
  mcp.server.setRequestHandler('resources/unsubscribe', ({ params }) => {
    subscribed.delete(params.uri);
    return {};
  });
  const tell = (event: InboxEvent): void => {
    // Only a client of 2025 has introduced itself to this instance.
    const legacy = mcp.server.getClientCapabilities() !== undefined;
    for (const uri of changedBy(event))
      if (!legacy || subscribed.has(uri)) mcp.server.sendResourceUpdated({ uri }).catch(() => undefined);
    if (event.contact === undefined || contacts.has(event.contact)) return;
    contacts.add(event.contact);
    mcp.server.sendResourceListChanged().catch(() => undefined);
  };
  let stop: (() => void) | undefined;
  const begin = (): void => {
    stop ??= watch(tell);
  };
  // A host asks for the tools first, and should not wait for the store to be opened.
  const soon = setTimeout(begin, soonMs).unref();
  const { onclose } = mcp.server;
  mcp.server.onclose = () => {
    clearTimeout(soon);
    stop?.();
    onclose?.();
  };
}
