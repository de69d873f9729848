// The two MCP clients that most hosts are: SDK 1.x (2025 protocol) and SDK 2.x (2026-07-28), behind one small face.
import {
  Client as ModernClient,
  StreamableHTTPClientTransport as ModernHttp,
  InMemoryTransport as ModernMemory,
} from '@modelcontextprotocol/client';
import { Client as ClassicClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as ClassicHttp } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { InMemoryTransport as ClassicMemory } from '@modelcontextprotocol/sdk/inMemory.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import type { Transport } from '@modelcontextprotocol/server';

export const kinds = ['2.x', '1.x'] as const;

export type Kind = (typeof kinds)[number];

export type Row = Record<string, unknown>;

export interface Answer {
  readonly isError: boolean;
  /** Structured content. */
  readonly data: Row;
  /** All text blocks, joined. */
  readonly text: string;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
  readonly onprogress?: (progress: { progress: number; message?: string | undefined }) => void;
}

export interface TestClient {
  readonly call: (name: string, input?: Row, options?: CallOptions) => Promise<Answer>;
  readonly raw: ModernClient | ClassicClient;
  readonly close: () => Promise<void>;
}

interface ToolAnswer {
  readonly isError?: boolean | undefined;
  readonly structuredContent?: unknown;
  readonly content?: unknown;
}

/** What the human behind a client answers to a question; a client without one cannot show questions at all. */
export type Human = (question: string) => Reply;

export interface Reply {
  readonly action: 'accept' | 'decline' | 'cancel';
  readonly content?: Record<string, string | boolean>;
}

/** Connects a client of the given kind to a server that takes the other end of the transport. */
export async function connectClient(
  kind: Kind,
  serve: (transport: Transport) => void,
  human?: Human,
): Promise<TestClient> {
  const info = { name: `test-${kind}`, version: '1.0.0' };
  const capabilities = human === undefined ? {} : { elicitation: { form: {} } };
  if (kind === '2.x') {
    const [near, far] = ModernMemory.createLinkedPair();
    serve(far);
    const client = new ModernClient(info, { capabilities, versionNegotiation: { mode: 'auto' } });
    if (human !== undefined)
      client.setRequestHandler('elicitation/create', ({ params }) => ({ ...human(params.message) }));
    await client.connect(near);
    return faceOf(client, (name, input, options) => client.callTool({ name, arguments: input }, options));
  }
  const [near, far] = ClassicMemory.createLinkedPair();
  serve(adapted(far));
  const client = new ClassicClient(info, { capabilities });
  if (human !== undefined)
    client.setRequestHandler(ElicitRequestSchema, ({ params }) => ({ ...human(params.message) }));
  await client.connect(near);
  // Listing first is what hosts do; it also makes the 1.x client hold answers against the output schemas.
  await client.listTools();
  return faceOf(client, (name, input, options) =>
    client.callTool({ name, arguments: input }, undefined, options),
  );
}

/** The same over HTTP, with a bearer token if there is one. */
export async function connectOverHttp(kind: Kind, address: string, token?: string): Promise<TestClient> {
  const info = { name: `test-${kind}`, version: '1.0.0' };
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const url = new URL('/mcp', address);
  if (kind === '2.x') {
    const client = new ModernClient(info, { versionNegotiation: { mode: 'auto' } });
    await client.connect(new ModernHttp(url, { requestInit: { headers } }));
    return faceOf(client, (name, input, options) => client.callTool({ name, arguments: input }, options));
  }
  const client = new ClassicClient(info);
  // Its own types disagree under exactOptionalPropertyTypes: `sessionId` may be undefined there, and only absent here.
  await client.connect(Object(new ClassicHttp(url, { requestInit: { headers } })));
  await client.listTools();
  return faceOf(client, (name, input, options) =>
    client.callTool({ name, arguments: input }, undefined, options),
  );
}

function faceOf(
  raw: ModernClient | ClassicClient,
  callTool: (name: string, input: Row, options?: CallOptions) => Promise<unknown>,
): TestClient {
  return {
    raw,
    close: () => raw.close(),
    call: async (name, input = {}, options) => {
      const answer: ToolAnswer = Object(await callTool(name, input, options));
      const blocks = Array.isArray(answer.content) ? answer.content : [];
      const texts = blocks.flatMap((block: unknown) =>
        typeof block === 'object' && block !== null && 'text' in block && typeof block.text === 'string'
          ? [block.text]
          : [],
      );
      const { structuredContent: data } = answer;
      return {
        isError: answer.isError === true,
        data: typeof data === 'object' && data !== null ? { ...data } : {},
        text: texts.join('\n'),
      };
    },
  };
}

/** The 1.x in-memory transport under the 2.x server: the same messages, other type names. */
function adapted(far: ClassicMemory): Transport {
  const transport: Transport = {
    start: () => far.start(),
    close: () => far.close(),
    send: (message) => far.send(JSON.parse(JSON.stringify(message))),
  };
  far.onmessage = (message) => transport.onmessage?.(JSON.parse(JSON.stringify(message)));
  far.onclose = () => transport.onclose?.();
  return transport;
}
