// The least an MCP server can be, on the same SDK: what a start costs before anything of ours is loaded.
import { McpServer } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { z } from 'zod';

serveStdio(() => {
  const mcp = new McpServer({ name: 'hello-world', version: '1.0.0' });
  mcp.registerTool(
    'hello',
    { description: 'Says hello.', inputSchema: z.object({ name: z.string() }) },
    async ({ name }) => ({ content: [{ type: 'text', text: `Hello, ${name}` }] }),
  );
  return mcp;
});
