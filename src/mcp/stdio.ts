// MCP over stdio, or over any transport that carries one client. Stdout carries JSON-RPC and nothing else; logs go to stderr.
import type { McpServer, Transport } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';

/** Serves over stdin and stdout until stdin ends, then calls `onEnd`. */
export function serveOverStdio(
  factory: () => McpServer,
  onError: (error: Error) => void,
  onEnd: () => void,
): void {
  const handle = serveStdio(factory, { onerror: onError });
  process.stdin.once('end', () => {
    handle.close().then(onEnd, onError);
  });
}

/** Serves one client over a transport of the caller's: a test's, or a socket's. */
export function serveOver(transport: Transport, factory: () => McpServer): void {
  serveStdio(factory, { transport });
}
