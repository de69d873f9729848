// What is remembered, where these settings keep it: one store for the server and for its owner's commands.
import { type Config, shownStore, storeUrl } from './config.ts';
import { OperationError } from './operation/errors.ts';
import { keyFrom } from './store/key.ts';
import { createStore, type Store } from './store/open.ts';

/** Throws CONFIGURATION_INVALID where nothing can be kept: without a memory there are no limits. `mustKeep`: in a rehearsal too. */
export function openStore(
  { settings, mode }: Config,
  random: () => Uint8Array,
  { mustKeep = false }: { readonly mustKeep?: boolean } = {},
): Store {
  const { TWILIO_MCP_STORE_KEY: text } = settings;
  const key = text === undefined ? undefined : keyFrom(text);
  try {
    return createStore({ url: storeUrl(settings, mode), key, random });
  } catch (cause) {
    // A rehearsal in a container that keeps nothing is still a rehearsal.
    if (!mustKeep && mode !== 'live' && settings.TWILIO_MCP_DATABASE_URL === undefined)
      return createStore({ url: ':memory:', random });
    throw new OperationError(
      'CONFIGURATION_INVALID',
      `What the server remembers cannot be kept in ${shownStore(settings, mode)}: ${cause instanceof Error ? cause.message : String(cause)}.`,
      {
        next: 'Make the folder writable for this user, or name another file in TWILIO_MCP_DATABASE_URL.',
        cause,
      },
    );
  }
}
