// Here: profiles and events as the emulated Unify keeps them: found by any ID, merged when two turn out to be one person.
// Not here: the routes that write (segment.ts) and read them (segment-profiles.ts).
import { defineTable, type World } from '../state.ts';

export type ExternalId = { readonly type: string; readonly id: string; readonly at: number };

export type Profile = {
  readonly accountSid: string;
  readonly sid: string;
  traits: Record<string, unknown>;
  ids: ExternalId[];
};

export type Tracked = {
  readonly accountSid: string;
  readonly sid: string;
  profileSid: string;
  readonly type: string;
  readonly event: string;
  readonly messageId: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly timestamp: string;
  readonly at: number;
};

export const profiles = defineTable<Profile>('segment.profiles');
export const tracked = defineTable<Tracked>('segment.events');

export function findProfile(world: World, accountSid: string, type: string, id: string): Profile | undefined {
  const has = (profile: Profile) => profile.ids.some((one) => one.type === type && one.id === id);
  return profiles(world).list(accountSid, has)[0];
}

/** The one profile that these IDs belong to: new, known, or several become one. */
export function profileOf(world: World, accountSid: string, ids: readonly Omit<ExternalId, 'at'>[]): Profile {
  const found = ids.flatMap(({ type, id }) => findProfile(world, accountSid, type, id) ?? []);
  const [first, ...others] = [...new Set(found)];
  const profile =
    first ?? profiles(world).add({ accountSid, sid: `use_${world.ids.hex(24)}`, traits: {}, ids: [] });
  for (const other of others) absorb(world, profile, other);
  for (const { type, id } of ids) {
    if (!profile.ids.some((one) => one.type === type && one.id === id))
      profile.ids.push({ type, id, at: world.clock.now() });
  }
  return profile;
}

function absorb(world: World, kept: Profile, other: Profile): void {
  kept.traits = { ...other.traits, ...kept.traits };
  kept.ids.push(...other.ids);
  for (const event of tracked(world).list(kept.accountSid, (one) => one.profileSid === other.sid))
    event.profileSid = kept.sid;
  profiles(world).remove(other.accountSid, other.sid);
}
