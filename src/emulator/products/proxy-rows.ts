// Here: what Proxy keeps: services, pooled numbers, sessions, participants, interactions.
// Not here: any route (proxy-pool.ts, proxy.ts).
import type { Ask } from '../route.ts';
import { defineTable } from '../state.ts';
import { notFound } from '../wire.ts';

export type Service = {
  readonly accountSid: string;
  readonly sid: string;
  uniqueName: string;
  readonly settings: Record<string, string | number | null>;
  readonly createdAt: number;
};
export type Pooled = {
  readonly accountSid: string;
  readonly sid: string;
  readonly serviceSid: string;
  readonly phone: string;
  readonly isReserved: boolean;
  readonly createdAt: number;
};
export type Session = {
  readonly accountSid: string;
  readonly sid: string;
  readonly serviceSid: string;
  readonly uniqueName: string | null;
  readonly mode: string;
  status: string;
  ttl: number;
  expiresAt: number | null;
  lastAt: number | null;
  endedAt: number | null;
  closedReason: string;
  readonly createdAt: number;
};
export type Participant = {
  readonly accountSid: string;
  readonly sid: string;
  readonly sessionSid: string;
  readonly identifier: string;
  readonly friendlyName: string | null;
  readonly proxy: Pooled;
  deletedAt: number | null;
  readonly createdAt: number;
};
export type Interaction = {
  readonly accountSid: string;
  readonly sid: string;
  readonly sessionSid: string;
  readonly participantSid: string;
  readonly messageSid: string;
  readonly body: string;
  status: string;
  readonly createdAt: number;
};

export const services = defineTable<Service>('proxy services');
export const pool = defineTable<Pooled>('proxy numbers');
export const sessions = defineTable<Session>('proxy sessions');
export const participants = defineTable<Participant>('proxy participants');
export const interactions = defineTable<Interaction>('proxy interactions');

export const HOST = 'proxy.twilio.com';
export const SERVICES = '/v1/Services';
export const SERVICE = `${SERVICES}/{ServiceSid}`;
export function serviceOf(ask: Ask, name = 'ServiceSid'): Service {
  const found = services(ask.world).get(ask.account.sid, ask.param(name));
  if (found === undefined) throw notFound(ask.path);
  return found;
}

export function inUse(ask: Ask, { sid }: Pooled): number {
  return participants(ask.world)
    .list(ask.account.sid, (one) => one.proxy.sid === sid && one.deletedAt === null)
    .filter((one) => sessions(ask.world).get(ask.account.sid, one.sessionSid)?.status !== 'closed').length;
}
