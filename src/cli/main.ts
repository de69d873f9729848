#!/usr/bin/env node
// The human's door: reads the command line, hands over, sets the exit code. Each command has a file of its own, loaded when asked for.
import module from 'node:module';
import { Command, CommanderError, Option } from 'commander';
import { type Config, readConfig, type Sources, settingRows } from '../config.ts';
import { nearest } from '../nearest.ts';
import { OperationError } from '../operation/errors.ts';
import { versionOfPackage } from '../package.ts';
import { addOwnerCommands } from './owner-commands.ts';
import type { RotateOptions } from './rotate.ts';
import type { TokenRequest } from './token.ts';
import type { SetupOptions } from './webhooks.ts';

// Node 22 keeps what it has compiled: a start is a sixth shorter. Older ones have no such thing.
if ('enableCompileCache' in module && typeof module.enableCompileCache === 'function')
  module.enableCompileCache();

const flags = settingRows().flatMap((row) => (row.flag === undefined ? [] : [{ ...row, flag: row.flag }]));

const switches = ['TWILIO_MCP_READ_ONLY', 'TWILIO_MCP_METRICS', 'TWILIO_MCP_WEBHOOKS'];

/** Made once and shared: every command takes them. */
const options = [
  new Option('--env-file <path>', 'read settings from this file instead of .env'),
  ...flags.map(
    ({ env, flag, description }) =>
      new Option(switches.includes(env) ? `--${flag}` : `--${flag} <value>`, `${description} (${env})`),
  ),
];

/** Settings may be given before or after the command's name, as people expect of either. */
function withSettings(command: Command): Command {
  for (const option of options) command.addOption(option);
  return command;
}

function sourcesOf(command: Command): Sources {
  const given: Record<string, unknown> = command.optsWithGlobals();
  const values = flags.map(({ env, flag }): [string, string | undefined] => {
    const value = given[flag.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())];
    return [env, value === true ? 'true' : typeof value === 'string' ? value : undefined];
  });
  const envFile = given['envFile'];
  return { flags: Object.fromEntries(values), ...(typeof envFile === 'string' && { envFile }) };
}

function configOf(command: Command): Promise<Config> {
  return readConfig(sourcesOf(command));
}

const program = withSettings(new Command('twilio-mcp'))
  .description('Twilio for AI agents: an MCP server over stdio or HTTP, and the same operations by hand.')
  .version(versionOfPackage())
  .enablePositionalOptions()
  .exitOverride();

withSettings(program.command('serve', { isDefault: true }))
  .description('serve MCP over stdio (the default)')
  .action(async (_options, command: Command) => (await import('./serve.ts')).serve(await configOf(command)));

withSettings(program.command('http'))
  .description('serve MCP over HTTP, for many callers')
  .action(async (_options, command: Command) =>
    (await import('./http.ts')).serveOverHttp(sourcesOf(command)),
  );

const token = program.command('token').description('the tokens that callers over HTTP show');

withSettings(token.command('create'))
  .description('make a token; it is printed once and kept as a hash')
  .requiredOption('--name <name>', 'who gets it; audit lines name it')
  .requiredOption('--scopes <list>', 'what it allows: read, write, send, spend, admin, with commas')
  .option('--days <number>', 'how long it is good; without end when left out')
  .action(async (options: TokenRequest, command: Command) => {
    const { name, scopes, days, profile } = options;
    const request = { name, scopes, ...(days && { days }), ...(profile && { profile }) };
    (await import('./token.ts')).createToken(await configOf(command), request);
  });

withSettings(token.command('list'))
  .description('list the tokens, without the tokens')
  .action(async (_options, command: Command) =>
    (await import('./token.ts')).listTokens(await configOf(command)),
  );

withSettings(token.command('revoke'))
  .argument('<name>', 'whose token')
  .description('take a token back; running servers refuse it from now on')
  .action(async (name: string, _options, command: Command) =>
    (await import('./token.ts')).revokeToken(await configOf(command), name),
  );

withSettings(program.command('rotate'))
  .description('a new API key in the place of the one before; goes on where a crashed rotation stopped')
  .option(
    '--auth-token',
    'change the Auth Token instead: make the secondary one, put it in place, promote it',
  )
  .option(
    '--wait <seconds>',
    'with --auth-token: time for running servers to read it; default TWILIO_MCP_SECRETS_REFRESH',
  )
  .option('--standard', 'make a key that may do all, not a restricted one (which Twilio has in US1 only)')
  .option('--policy <file>', 'permissions of the key, as JSON; those of the key before when left out')
  .action(async (options: RotateOptions, command: Command) =>
    (await import('./rotate.ts')).rotate(sourcesOf(command), options),
  );

withSettings(program.command('tools'))
  .description('list the tools this configuration would serve')
  .action(async (_options, command: Command) =>
    (await import('./tools.ts')).listTools(await configOf(command)),
  );

withSettings(program.command('call'))
  .argument('<operation>', 'operation name, such as messaging_send_message')
  .argument('[flags...]', "the input: --json '{…}', or one flag a field")
  .description('run one operation and print its answer as JSON')
  .allowUnknownOption()
  .passThroughOptions()
  .action(async (name: string, args: string[], _options, command: Command) =>
    (await import('./call.ts')).callOperation(await configOf(command), name, args),
  );

program
  .command('emulator')
  .description('serve the local Twilio by itself')
  .option('--port <number>', 'port on this machine', '4010')
  .option('--host <address>', 'address to bind', '127.0.0.1')
  .action(async (options: { port: string; host: string }) =>
    (await import('./emulator.ts')).runEmulator(options),
  );

const webhooks = program.command('webhooks').description('what Twilio is to tell this server');

withSettings(webhooks.command('setup <target>'))
  .description("point a number (E.164 or PN…) or a Messaging Service (MG…) at this server's public address")
  .option('--calls', 'its calls as well as its messages')
  .option('--yes', 'do not ask')
  .action(async (target: string, options: SetupOptions, command: Command) =>
    (await import('./webhooks.ts')).setUp(await configOf(command), target, options),
  );

withSettings(webhooks.command('test'))
  .description('send a signed request to the public address and see whether the running server hears it')
  .action(async (_options, command: Command) =>
    (await import('./webhooks.ts')).testWebhooks(await configOf(command)),
  );

withSettings(program.command('doctor'))
  .description('check credentials, sender, webhooks and clock; exit code 1 if anything is wrong')
  .action(async (_options, command: Command) =>
    (await import('./doctor.ts')).diagnose(() => configOf(command)),
  );

addOwnerCommands(program, { withSettings, configOf });

// What runs without a name would take a misspelt name for its argument.
program.hook('preSubcommand', ({ args: [name], commands }, chosen) => {
  if (chosen.name() !== 'serve' || name === undefined || name === 'serve' || name.startsWith('-')) return;
  const near = nearest(
    name,
    commands.map((each) => each.name()),
  );
  throw new OperationError('INVALID_INPUT', `There is no command ${name}.`, {
    next: `${near === undefined ? '' : `Did you mean \`twilio-mcp ${near}\`? `}\`twilio-mcp --help\` lists all.`,
  });
});

/** What is missing, or too much, is told with a next step like every other error. */
function pointToHelp(command: Command, path: string): void {
  command.showHelpAfterError(`Next: \`${path} --help\` shows what it takes.`);
  for (const each of command.commands) pointToHelp(each, `${path} ${each.name()}`);
}

pointToHelp(program, 'twilio-mcp');

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode;
  } else {
    const told =
      error instanceof OperationError
        ? `${error.code}: ${error.message}\nNext: ${error.details.next}\n`
        : `INTERNAL: ${String(error)}\nNext: See with \`twilio-mcp doctor\` whether the settings are in order; if they are, report this.\n`;
    // Once the error is out, nothing that was left open keeps the process alive.
    process.stderr.write(told, () => process.exit(1));
  }
}
