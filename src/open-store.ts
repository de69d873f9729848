// What is remembered, where these settings keep it: one store for the server and for its owner's commands.
import { type Config, storePath } from './config.ts';
import { createStore, type Store } from './store/open.ts';

export function openStore({ settings, mode }: Config, random: () => Uint8Array): Store {
  return createStore({ url: storePath(settings, mode), random });
}
