// The owner's commands: their names, arguments and help. What each does is in a file of its own, loaded when asked for.
import { type Command, InvalidArgumentError } from 'commander';
import type { Config } from '../config.ts';

export interface Shape {
  /** Gives a command the settings as flags. */
  readonly withSettings: (command: Command) => Command;
  readonly configOf: (command: Command) => Promise<Config>;
}

const passphraseFile = [
  '--passphrase-file <path>',
  "file with the owner's passphrase, readable only by its owner; asked for in the terminal when left out",
] as const;

export function addOwnerCommands(program: Command, { withSettings, configOf }: Shape): void {
  withSettings(program.command('init'))
    .description('choose the passphrase that only the owner knows, or change it')
    .option('--passphrase-file <path>', 'file with the new passphrase, readable only by its owner')
    .option('--old-passphrase-file <path>', 'file with the passphrase to be replaced')
    .action(async (options: { passphraseFile?: string; oldPassphraseFile?: string }, command: Command) =>
      (await import('./init.ts')).init(await configOf(command), options),
    );
  addConsent(program, { withSettings, configOf });
  addApprovals(program, { withSettings, configOf });
  addAudit(program, { withSettings, configOf });
  addPolicy(program, { withSettings, configOf });
  addPrices(program, { withSettings, configOf });
}

function addConsent(program: Command, { withSettings, configOf }: Shape): void {
  const consent = program.command('consent').description('who has agreed to be contacted, how and for what');
  withSettings(consent.command('grant <contact>'))
    .description('record that somebody agreed')
    .requiredOption('--channel <channel>', 'sms, whatsapp, rcs, voice, messenger or email')
    .requiredOption('--purpose <purpose>', 'transactional, marketing, verification or conversational')
    .requiredOption('--evidence <text>', 'how and when they agreed, in words that would convince a stranger')
    .option('--source <source>', 'web_form, paper, verbal, import or owner', 'owner')
    .option('--at <time>', 'when they agreed; now when left out')
    .option('--expires <time>', 'until when it holds')
    .option(...passphraseFile)
    .action(async (contact: string, options: GrantFlags, command: Command) =>
      (await import('./consent.ts')).grant(await configOf(command), contact, options),
    );
  withSettings(consent.command('revoke <contact>'))
    .description('record that somebody asked not to be contacted; needs no passphrase')
    .option(
      '--channel <channel>',
      'sms, whatsapp, rcs, voice, messenger or email; all on which they can be reached when left out',
    )
    .option('--purpose <purpose>', 'one purpose; all when left out')
    .option('--evidence <text>', 'what they said')
    .action(async (contact: string, options: RevokeFlags, command: Command) =>
      (await import('./consent.ts')).revoke(await configOf(command), contact, options),
    );
  withSettings(consent.command('show [contact]'))
    .description('what is on record, newest first')
    .action(async (contact: string | undefined, _options, command: Command) =>
      (await import('./consent.ts')).show(await configOf(command), contact),
    );
  withSettings(consent.command('import [file]'))
    .description('record consents from a CSV file: contact,channel,purpose,state,source,evidence,at,expires')
    .option('--from-twilio', 'in place of a file: who has written in, and who has said STOP')
    .option('--since <day>', 'with --from-twilio, only messages since that day')
    .option('--dry-run', 'only say what would be recorded')
    .option(...passphraseFile)
    .action(async (file: string | undefined, options: ImportFlags, command: Command) => {
      const { fromTwilio, ...rest } = options;
      const config = await configOf(command);
      if (file !== undefined && !fromTwilio)
        return (await import('./consent-file.ts')).importFile(config, file, rest);
      if (file === undefined && fromTwilio)
        return (await import('./consent-from-twilio.ts')).importFromTwilio(config, rest);
      return command.error('Give either a CSV file or --from-twilio.');
    });
  withSettings(consent.command('export'))
    .description('write all that is on record as CSV, oldest first')
    .option('--output <file>', 'a file in place of standard output')
    .action(async (options: { output?: string }, command: Command) =>
      (await import('./consent-file.ts')).exportFile(await configOf(command), options),
    );
}

interface GrantFlags {
  readonly channel: string;
  readonly purpose: string;
  readonly evidence: string;
  readonly source: string;
  readonly at?: string;
  readonly expires?: string;
  readonly passphraseFile?: string;
}

interface RevokeFlags {
  readonly channel?: string;
  readonly purpose?: string;
  readonly evidence?: string;
}

interface ImportFlags {
  readonly fromTwilio?: boolean;
  readonly since?: string;
  readonly dryRun?: boolean;
  readonly passphraseFile?: string;
}

function addApprovals(program: Command, { withSettings, configOf }: Shape): void {
  withSettings(program.command('approvals'))
    .description("what waits for the owner's yes, in full")
    .action(async (_options, command: Command) =>
      (await import('./approvals.ts')).listApprovals(await configOf(command)),
    );
  withSettings(program.command('approve <id>'))
    .description('say yes to exactly what waits under this id, once')
    .option('--evidence <text>', 'how these people agreed to be contacted, where no consent is on record')
    .option(...passphraseFile)
    .action(async (id: string, options: { evidence?: string; passphraseFile?: string }, command: Command) =>
      (await import('./approvals.ts')).approve(await configOf(command), id, options),
    );
  withSettings(program.command('deny <id>'))
    .description('say no to it; needs no passphrase')
    .action(async (id: string, _options, command: Command) =>
      (await import('./approvals.ts')).deny(await configOf(command), id),
    );
}

function addAudit(program: Command, { withSettings, configOf }: Shape): void {
  const audit = program.command('audit').description('what was done, by whom');
  withSettings(audit.command('list'))
    .description('the newest entries')
    .option('--limit <number>', 'how many', wholeNumber, 50)
    .action(async (options: { limit: number }, command: Command) =>
      (await import('./audit.ts')).listAudit(await configOf(command), options),
    );
  withSettings(audit.command('verify'))
    .description(
      'follow every entry of audit and consents; exit code 1 if one was changed, removed or cut off',
    )
    .action(async (_options, command: Command) =>
      (await import('./audit.ts')).verifyAudit(await configOf(command)),
    );
  withSettings(audit.command('export'))
    .description('every entry as a line of JSON, oldest first')
    .action(async (_options, command: Command) =>
      (await import('./audit.ts')).exportAudit(await configOf(command)),
    );
}

function addPolicy(program: Command, { withSettings, configOf }: Shape): void {
  const policy = program.command('policy').description('the rules that the server keeps to');
  withSettings(policy.command('show'))
    .description('every rule in force, with its default where it differs')
    .action(async (_options, command: Command) =>
      (await import('./policy.ts')).showPolicy(await configOf(command)),
    );
  withSettings(policy.command('explain'))
    .argument('<operation>', 'operation name, such as messaging_send_message')
    .argument('[flags...]', "the input: --json '{…}', or one flag a field")
    .description('what each guard says of one call; nothing is sent')
    .allowUnknownOption()
    .passThroughOptions()
    .action(async (name: string, args: string[], _options, command: Command) =>
      (await import('./policy.ts')).explain(await configOf(command), name, args),
    );
  withSettings(policy.command('accept'))
    .description('sign the policy file as it is now: once there is an owner, a changed file stops the server')
    .option(...passphraseFile)
    .action(async (options: { passphraseFile?: string }, command: Command) =>
      (await import('./policy.ts')).acceptPolicy(await configOf(command), options),
    );
}

function addPrices(program: Command, { withSettings, configOf }: Shape): void {
  const prices = program.command('prices').description('what the spending limits count with');
  withSettings(prices.command('show'))
    .description('the table in use, its date and source')
    .action(async (_options, command: Command) =>
      (await import('./prices.ts')).showPrices(await configOf(command)),
    );
  withSettings(prices.command('refresh'))
    .description("ask Twilio's Pricing API for the prices of this account")
    .option('--countries <list>', 'country codes with commas; those that may be reached when left out')
    .action(async (options: { countries?: string }, command: Command) =>
      (await import('./prices.ts')).refresh(await configOf(command), options),
    );
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0 && value <= 10_000) return value;
  throw new InvalidArgumentError('It must be a whole number from 1 to 10000.');
}
