// What each kind of package says of itself, from package.json and the table of settings.
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { settingRows } from '../../src/config.ts';

const manifest = z
  .object({
    name: z.string(),
    version: z.string(),
    description: z.string(),
    license: z.string(),
    mcpName: z.string(),
    engines: z.object({ node: z.string() }),
    keywords: z.array(z.string()),
  })
  .parse(JSON.parse(readFileSync('package.json', 'utf8')));

export const { version } = manifest;
/** Of what people install by hand; the npm package has a scope before it. */
export const name = 'twilio-mcp';
const { description, license, mcpName, engines, keywords } = manifest;
const author = { name: 'The twilio-mcp authors' };

/** For the MCP registry: how to start it, and which variables it takes. */
export function registryEntry() {
  return {
    $schema: 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json',
    name: mcpName,
    title: 'Twilio',
    description: 'Every Twilio operation as a tool, with guardrails the server enforces and a local Twilio',
    version,
    packages: [
      {
        registryType: 'npm',
        identifier: manifest.name,
        version,
        runtimeHint: 'npx',
        transport: { type: 'stdio' },
        environmentVariables: settingRows().map((row) => ({
          name: row.env,
          description: row.description,
          isRequired: false,
          isSecret: row.secret,
          ...(row.fallback !== undefined && { default: row.fallback }),
        })),
      },
    ],
  };
}

/** What Claude Desktop asks the person who installs it. With nothing filled in, the server runs against the local Twilio. */
const asked = [
  ['account_sid', 'TWILIO_ACCOUNT_SID', 'Account SID', false],
  ['api_key', 'TWILIO_API_KEY', 'API key SID', false],
  ['api_secret', 'TWILIO_API_SECRET', 'API key secret', true],
  ['from', 'TWILIO_FROM', 'Number or sender to send from', false],
] as const;

export function desktopManifest(platform: 'darwin' | 'win32' | 'linux', tools: readonly Tool[]) {
  return {
    manifest_version: '0.3' as const,
    name,
    display_name: 'Twilio',
    version,
    description,
    author,
    license,
    keywords,
    server: {
      type: 'node' as const,
      entry_point: 'server/dist/cli/main.js',
      mcp_config: {
        command: 'node',
        args: [`\${__dirname}/server/dist/cli/main.js`],
        env: Object.fromEntries(asked.map(([key, env]) => [env, `\${user_config.${key}}`])),
      },
    },
    tools: [...tools],
    prompts_generated: true,
    privacy_policies: ['https://www.twilio.com/legal/privacy'],
    compatibility: { platforms: [platform], runtimes: { node: engines.node } },
    user_config: Object.fromEntries(
      asked.map(([key, env, title, sensitive]) => [
        key,
        {
          type: 'string' as const,
          title,
          description: describe(env),
          sensitive,
          required: false,
          default: '',
        },
      ]),
    ),
  };
}

export interface Tool {
  readonly name: string;
  readonly description: string;
}

export function pluginManifest() {
  return { name: 'twilio', version, description, author, license, keywords };
}

/** The variables of the person's shell reach the server by themselves. */
export function pluginServers() {
  return {
    mcpServers: { twilio: { command: 'node', args: [`\${CLAUDE_PLUGIN_ROOT}/server/dist/cli/main.js`] } },
  };
}

function describe(env: string): string {
  return settingRows().find((row) => row.env === env)?.description ?? env;
}
