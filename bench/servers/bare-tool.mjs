// What a program of few lines would be: one tool on the same SDK, behind the same doors, that asks by bare undici and shows what it got.
// `node bare-tool.mjs stdio|http <origin> <path> <authorization>`
import { serve } from '@hono/node-server';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { Agent } from 'undici';
import { z } from 'zod';

const [door, origin, path, authorization] = process.argv.slice(2);
const agent = new Agent({ connections: 64 });
const headers = { accept: 'application/json', authorization };

async function read() {
  const { body } = await agent.request({ origin, path, method: 'GET', headers });
  const message = await body.json();
  return { content: [{ type: 'text', text: JSON.stringify(message) }], structuredContent: message };
}

function factory() {
  const mcp = new McpServer({ name: 'bare-tool', version: '1.0.0' });
  const inputSchema = z.object({ sid: z.string() });
  mcp.registerTool('messaging_get_message', { description: 'Gets a message.', inputSchema }, read);
  return mcp;
}

if (door === 'stdio') serveStdio(factory);
else {
  const handler = createMcpHandler(factory);
  serve({ fetch: (request) => handler.fetch(request), port: 0, hostname: '127.0.0.1' }, ({ port }) =>
    process.stderr.write(`"url":"http://127.0.0.1:${port}/mcp"\n`),
  );
}
