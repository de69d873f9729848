#!/usr/bin/env node
// The human's door: reads the command line, hands over, sets the exit code. Each command has a file of its own, loaded when asked for.
import { Command, CommanderError } from 'commander';
import { type Config, loadConfig, settingRows } from '../config.ts';
import { OperationError } from '../operation/errors.ts';
import { versionOfPackage } from '../package.ts';
import { addOwnerCommands } from './owner-commands.ts';

const flags = settingRows().flatMap((row) => (row.flag === undefined ? [] : [{ ...row, flag: row.flag }]));

/** Settings may be given before or after the command's name, as people expect of either. */
function withSettings(command: Command): Command {
  command.option('--env-file <path>', 'read settings from this file instead of .env');
  for (const { env, flag, description } of flags) {
    const isSwitch = env === 'TWILIO_MCP_READ_ONLY';
    command.option(isSwitch ? `--${flag}` : `--${flag} <value>`, `${description} (${env})`);
  }
  return command;
}

function configOf(command: Command): Config {
  const given: Record<string, unknown> = command.optsWithGlobals();
  const values = flags.map(({ env, flag }): [string, string | undefined] => {
    const value = given[flag.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())];
    return [env, value === true ? 'true' : typeof value === 'string' ? value : undefined];
  });
  const envFile = given['envFile'];
  return loadConfig({ flags: Object.fromEntries(values), ...(typeof envFile === 'string' && { envFile }) });
}

const program = withSettings(new Command('twilio-mcp'))
  .description('Twilio for AI agents: an MCP server over stdio, and the same operations by hand.')
  .version(versionOfPackage())
  .enablePositionalOptions()
  .exitOverride();

withSettings(program.command('serve', { isDefault: true }))
  .description('serve MCP over stdio (the default)')
  .action(async (_options, command: Command) => (await import('./serve.ts')).serve(configOf(command)));

withSettings(program.command('tools'))
  .description('list the tools this configuration would serve')
  .action(async (_options, command: Command) => (await import('./tools.ts')).listTools(configOf(command)));

withSettings(program.command('call'))
  .argument('<operation>', 'operation name, such as messaging_send_message')
  .argument('[flags...]', "the input: --json '{…}', or one flag a field")
  .description('run one operation and print its answer as JSON')
  .allowUnknownOption()
  .passThroughOptions()
  .action(async (name: string, args: string[], _options, command: Command) =>
    (await import('./call.ts')).callOperation(configOf(command), name, args),
  );

program
  .command('emulator')
  .description('serve the local Twilio by itself')
  .option('--port <number>', 'port on this machine', '4010')
  .option('--host <address>', 'address to bind', '127.0.0.1')
  .action(async (options: { port: string; host: string }) =>
    (await import('./emulator.ts')).runEmulator(options),
  );

withSettings(program.command('doctor'))
  .description('check credentials, sender, webhooks and clock; exit code 1 if anything is wrong')
  .action(async (_options, command: Command) =>
    (await import('./doctor.ts')).diagnose(() => configOf(command)),
  );

addOwnerCommands(program, { withSettings, configOf });

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode;
  } else {
    process.stderr.write(
      error instanceof OperationError
        ? `${error.code}: ${error.message}\nNext: ${error.details.next}\n`
        : `INTERNAL: ${String(error)}\n`,
    );
    process.exitCode = 1;
  }
}
