// MCP over stdio. Stdout carries JSON-RPC and nothing else; logs go to stderr.
import type { McpServer } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';

/** Serves until stdin ends, then calls `onEnd`. */
export function serveOverStdio(factory: () => McpServer, onError: (error: Error) => void, onEnd: () => void): void {
  const handle = serveStdio(factory, { onerror: onError });
  process.stdin.once('end', () => {
    handle.close().then(onEnd, onError);
  });
}
