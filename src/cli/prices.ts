// `twilio-mcp prices show | refresh`: what the spending limits count with. How answers become a table is guards/price-refresh.ts.
import { type App, createApp, ownedNumbers } from '../app.ts';
import { encode } from '../client/encode.ts';
import { type Config, pricesPath } from '../config.ts';
import { countryOf } from '../guards/addressee.ts';
import { publishedPrices } from '../guards/data/prices.ts';
import { refreshPrices } from '../guards/price-refresh.ts';
import type { Prices } from '../guards/prices.ts';
import { OperationError } from '../operation/errors.ts';
import { readPrices, writePrices } from '../prices-file.ts';
import { print } from './desk.ts';

export function showPrices({ settings, mode }: Config): void {
  const path = pricesPath(settings, mode);
  const asked = readPrices(path);
  const { asOf, source, countries, ...rest }: Prices = asked ?? publishedPrices;
  print(`In US dollars, as of ${asOf}; ${source}`, asked === undefined ? 'Built in.' : `From ${path}.`, '');
  for (const [country, { voice, ...prices }] of Object.entries(countries)) {
    const rates = Object.values(voice ?? {});
    const calls = rates.length === 0 ? [] : [`voice ${Math.min(...rates)} to ${Math.max(...rates)} a minute`];
    print(`${country}  ${[...Object.entries(prices).map(told), ...calls].join('  ')}`);
  }
  print(...Object.entries(rest).map(told));
}

function told([name, price]: readonly [string, unknown]): string {
  return `${name} ${typeof price === 'number' ? Number(price.toFixed(6)) : JSON.stringify(price)}`;
}

export interface RefreshOptions {
  readonly countries?: string;
}

const kinds = [
  '/v1/Messaging/Countries/{country}',
  '/v2/Voice/Countries/{country}',
  '/v1/PhoneNumbers/Countries/{country}',
];

/** Asks for the countries named, else for those that the policy lets be reached. */
export async function refresh(config: Config, options: RefreshOptions): Promise<void> {
  const app = await createApp(config);
  try {
    const countries = await wantedCountries(app, options);
    const path = pricesPath(config.settings, config.mode);
    const { prices, skipped } = refreshPrices(
      readPrices(path) ?? publishedPrices,
      await ask(app, countries),
      app.now(),
    );
    for (const each of skipped) process.stderr.write(`Left as it was: ${each}\n`);
    writePrices(path, prices);
    print(
      `Prices of ${countries.join(', ')} are as of ${prices.asOf}; they hold from the next start of the server.`,
    );
  } finally {
    await app.close();
  }
}

async function wantedCountries(app: App, { countries }: RefreshOptions): Promise<readonly string[]> {
  const named = countries?.split(',').map((each) => each.trim().toUpperCase()) ?? [];
  const wrong = named.filter((each) => !/^[A-Z]{2}$/.test(each));
  if (wrong.length > 0) {
    throw new OperationError('INVALID_INPUT', `No country has the code ${wrong.join(', ')}.`, {
      next: 'Give ISO 3166-1 alpha-2 codes with commas between: --countries US,GB.',
    });
  }
  if (named.length > 0) return named;
  const allowed = app.policy.destination.countries;
  const own = allowed.includes('own')
    ? (await ownedNumbers(app.perform)).flatMap((each) => countryOf(each) ?? [])
    : [];
  const found = [...new Set([...allowed.filter((each) => each !== 'own'), ...own])].sort();
  if (found.length > 0) return found;
  throw new OperationError(
    'INVALID_INPUT',
    'The account has no number whose country prices could be asked for.',
    {
      next: 'Name the countries: --countries US,GB.',
    },
  );
}

/** A country in which Twilio sells nothing of a kind answers 404: no price is known there. */
async function ask({ client, account }: App, countries: readonly string[]): Promise<readonly unknown[]> {
  const answers: unknown[] = [];
  for (const country of countries) {
    for (const path of kinds) {
      const request = encode({ method: 'GET', host: 'pricing', path }, { country }, account);
      try {
        answers.push((await client.send(request, { effect: 'read' })).body);
      } catch (error) {
        if (!(error instanceof OperationError) || error.code !== 'NOT_FOUND') throw error;
      }
    }
  }
  return answers;
}
