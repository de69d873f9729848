// MCP over stdio, or over any transport that carries one client. Stdout carries JSON-RPC and nothing else; logs go to stderr.
import type { Transport } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import type { ServerFactory } from './server.ts';

/** Serves over stdin and stdout until stdin ends, then calls `onEnd`. */
export function serveOverStdio(
  factory: ServerFactory,
  onError: (error: Error) => void,
  onEnd: () => void,
): void {
  const handle = serveStdio(factory, { onerror: onError });
  process.stdin.once('end', () => {
    handle.close().then(onEnd, onError);
  });
}

/** Serves one client over a transport of the caller's: a test's, or a socket's. */
export function serveOver(transport: Transport, factory: ServerFactory): void {
  serveStdio(factory, { transport });
}
