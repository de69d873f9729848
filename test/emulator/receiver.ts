// Here: a webhook receiver on loopback that remembers what came and answers as the test says.
// Not here: assertions.
import { createServer } from 'node:http';
import { onTestFinished } from 'vitest';

export type Heard = {
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly params: Record<string, string>;
  readonly body: string;
};
export type Reply = { status?: number; type?: string; body?: string; location?: string; hangUp?: boolean };

export async function receiver(reply: (heard: Heard, nth: number) => Reply | Promise<Reply> = () => ({})) {
  const heard: Heard[] = [];
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', async (): Promise<void> => {
      const body = Buffer.concat(chunks).toString();
      const url = `http://${incoming.headers.host}${incoming.url}`;
      const params = Object.fromEntries(new URLSearchParams(body));
      const one = { method: incoming.method ?? '', url, headers: incoming.headers, params, body };
      heard.push(one);
      const {
        status = 200,
        type = 'text/xml',
        body: text = '',
        location,
        hangUp,
      } = await reply(one, heard.length);
      if (hangUp) {
        incoming.socket.resetAndDestroy();
        return;
      }
      outgoing
        .writeHead(status, { 'content-type': type, ...(location !== undefined && { location }) })
        .end(text);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the receiver has no port');
  return { url: `http://127.0.0.1:${address.port}`, heard };
}

/** An address where nobody listens. */
export async function closedPort(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== 'object' || address === null) throw new Error('the server had no port');
  return `http://127.0.0.1:${address.port}`;
}
