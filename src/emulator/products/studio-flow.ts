// Here: Studio flows as rows with their revisions, and what makes a definition valid.
// Not here: executions (studio-run.ts), routes (studio.ts).
import type { Ask } from '../route.ts';
import { defineTable } from '../state.ts';
import { type Answer, invalidParameter, iso, missingParameter, notFound, parseJson } from '../wire.ts';

export type State = {
  readonly name: string;
  readonly type: string;
  readonly transitions: readonly Transition[];
  readonly properties: Json;
};
export type Transition = {
  readonly event: string;
  readonly next: string | undefined;
  readonly conditions: readonly Json[];
};
export type Json = Readonly<Record<string, unknown>>;

type Revision = {
  readonly revision: number;
  readonly friendlyName: string;
  readonly status: 'draft' | 'published';
  readonly definition: Json;
  readonly commitMessage: string | null;
  readonly createdAt: number;
};
export type Flow = {
  readonly accountSid: string;
  readonly sid: string;
  /** Oldest first. */
  readonly revisions: Revision[];
  readonly createdAt: number;
};

export const HOST = 'studio.twilio.com';
export const FLOWS = '/v2/Flows';

export const flows = defineTable<Flow>('studio flows');

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function list(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

export function text(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === undefined || value === null
    ? ''
    : typeof value === 'object'
      ? JSON.stringify(value)
      : String(value);
}

export function statesOf(definition: Json): State[] {
  return list(definition['states']).map((each) => ({
    name: text(each['name']),
    type: text(each['type']),
    transitions: list(each['transitions']).map(({ event, next, conditions }) => ({
      event: text(event),
      next: typeof next === 'string' ? next : undefined,
      conditions: list(conditions),
    })),
    properties: isObject(each['properties']) ? each['properties'] : {},
  }));
}

type Fault = { readonly message: string; readonly property_path: string };

/** What each kind of widget cannot do without (docs/studio/rest-api/v2/schemas). */
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  'send-message': ['from', 'to'],
  'send-and-wait-for-reply': ['from', 'timeout'],
  'make-outgoing-call-v2': ['from', 'to'],
  'split-based-on': ['input'],
  'set-variables': ['variables'],
};

function faultsOf(definition: unknown): Fault[] {
  if (!isObject(definition)) return [{ message: 'definition must be an object', property_path: '#' }];
  const states = statesOf(definition);
  const names = states.map(({ name }) => name);
  const initial = text(definition['initial_state']);
  return [
    ...(states.length > 0 ? [] : [{ message: 'states must not be empty', property_path: '#/states' }]),
    ...(names.includes(initial)
      ? []
      : [{ message: `state '${initial}' does not exist`, property_path: '#/initial_state' }]),
    ...states.flatMap(({ name, type, transitions, properties }, index) => [
      ...(names.indexOf(name) === index
        ? []
        : [
            {
              message: `widget name '${name}' is not unique`,
              property_path: `#/states/${index}/name`,
            },
          ]),
      ...transitions.flatMap(({ next }, at) =>
        next === undefined || names.includes(next)
          ? []
          : [
              {
                message: `transition to '${next}', which does not exist`,
                property_path: `#/states/${index}/transitions/${at}/next`,
              },
            ],
      ),
      ...(REQUIRED[type] ?? [])
        .filter((property) => text(properties[property]) === '')
        .map((property) => ({
          message: `'${property}' is required`,
          property_path: `#/states/${index}/properties/${property}`,
        })),
    ]),
  ];
}

/** Twilio's refusal of a definition, which lists each fault (docs/api/errors/81022). */
export function refuseInvalid(ask: Ask): Answer | undefined {
  const given = ask.form.get('Definition');
  if (given === undefined) return undefined;
  const errors = faultsOf(parseJson(given));
  if (errors.length === 0) return undefined;
  return {
    status: 400,
    body: {
      code: 81_022,
      message: 'Flow definition validation failed',
      more_info: 'https://www.twilio.com/docs/errors/81022',
      status: 400,
      details: { errors },
    },
  };
}

export function flowOf(ask: Ask, name: string): Flow {
  const found = flows(ask.world).get(ask.account.sid, ask.param(name));
  if (found === undefined) throw notFound(ask.path);
  return found;
}

export function latest({ revisions, sid }: Flow): Revision {
  const last = revisions.at(-1);
  if (last === undefined) throw new Error(`${sid} has no revision.`);
  return last;
}

/** What runs: a draft waits, whatever was published before it goes on. */
export function published({ revisions }: Flow): Revision | undefined {
  return revisions.findLast(({ status }) => status === 'published');
}

function readRevision(ask: Ask, before: Revision | undefined): Revision {
  const { form, world } = ask;
  const status = form.get('Status');
  if (status === undefined) throw missingParameter('Status');
  if (status !== 'draft' && status !== 'published') throw invalidParameter('Status');
  const definition = parseJson(form.get('Definition') ?? '') ?? before?.definition;
  if (!isObject(definition)) throw missingParameter('Definition');
  const friendlyName = form.get('FriendlyName') ?? before?.friendlyName;
  if (friendlyName === undefined) throw missingParameter('FriendlyName');
  return {
    revision: (before?.revision ?? 0) + 1,
    friendlyName,
    status,
    definition,
    commitMessage: form.get('CommitMessage') ?? null,
    createdAt: world.clock.now(),
  };
}

/** Only looks whether it could be saved. */
export function checkRevision(ask: Ask): void {
  readRevision(ask, undefined);
}

export function createFlow(ask: Ask): Flow {
  const first = readRevision(ask, undefined);
  return flows(ask.world).add({
    accountSid: ask.account.sid,
    sid: ask.world.ids.sid('FW'),
    revisions: [first],
    createdAt: first.createdAt,
  });
}

export function updateFlow(ask: Ask): Flow {
  const flow = flowOf(ask, 'Sid');
  flow.revisions.push(readRevision(ask, latest(flow)));
  return flow;
}

/** Lists leave the definition and its judgement out. */
export function showFlow(flow: Flow, listed = false): unknown {
  const url = `https://${HOST}${FLOWS}/${flow.sid}`;
  const now = latest(flow);
  return {
    sid: flow.sid,
    account_sid: flow.accountSid,
    author_sid: null,
    friendly_name: now.friendlyName,
    definition: listed ? null : now.definition,
    status: now.status,
    revision: now.revision,
    commit_message: now.commitMessage,
    valid: listed ? null : true,
    errors: listed ? null : [],
    warnings: listed ? null : [],
    date_created: iso(flow.createdAt),
    date_updated: now.revision === 1 ? null : iso(now.createdAt),
    webhook_url: `https://webhooks.twilio.com/v1/Accounts/${flow.accountSid}/Flows/${flow.sid}`,
    url,
    links: {
      test_users: `${url}/TestUsers`,
      revisions: `${url}/Revisions`,
      executions: `${url}/Executions`,
    },
  };
}

export function showRevision({ sid, accountSid }: Flow, one: Revision, listed = false): unknown {
  return {
    sid,
    account_sid: accountSid,
    author_sid: null,
    friendly_name: one.friendlyName,
    definition: listed ? null : one.definition,
    status: one.status,
    revision: one.revision,
    commit_message: one.commitMessage,
    valid: listed ? null : true,
    errors: listed ? null : [],
    date_created: iso(one.createdAt),
    date_updated: null,
    url: `https://${HOST}${FLOWS}/${sid}/Revisions/${one.revision}`,
  };
}

/** By number, or by the two names Twilio has for the newest (docs/api/errors/81021). */
export function revisionOf(ask: Ask): { readonly flow: Flow; readonly revision: Revision } {
  const flow = flowOf(ask, 'Sid');
  const name = ask.param('Revision');
  const revision =
    name === 'LatestRevision'
      ? latest(flow)
      : name === 'LatestPublished'
        ? published(flow)
        : flow.revisions.find((one) => String(one.revision) === name);
  if (revision === undefined) throw notFound(ask.path);
  return { flow, revision };
}
