// Here: Sync services, and documents, lists, maps and streams as whole objects, with their permissions.
// Not here: the items of lists and maps (sync-items.ts), and what objects have in common (sync-object.ts).
import { metaPage } from '../paging.ts';
import { type Ask, type Product, type Route, route } from '../route.ts';
import { created, iso, missingParameter, noContent, ok, TwilioError } from '../wire.ts';
import { itemRoutes } from './sync-items.ts';
import {
  addService,
  HOST,
  KINDS,
  type Kind,
  objectOf,
  objects,
  objectsOf,
  type Permission,
  permissions,
  readData,
  readExpiry,
  readUniqueName,
  requireData,
  requireRevision,
  SERVICES,
  type SyncObject,
  type SyncService,
  serviceOf,
  services,
  times,
  urlOf,
} from './sync-object.ts';

const SERVICE = `${SERVICES}/{ServiceSid}`;

const serviceRoutes: readonly Route[] = [
  route('POST', HOST, SERVICES, (ask) => {
    const service = addService(ask.world, ask.account.sid, ask.form.get('FriendlyName') ?? '', null);
    return created(showService(change(ask, service)));
  }),
  route('GET', HOST, SERVICES, (ask) => {
    serviceOf(ask, 'default');
    return metaPage(ask, 'services', services(ask.world).list(ask.account.sid).reverse(), showService);
  }),
  route('GET', HOST, SERVICE, (ask) => ok(showService(serviceOf(ask)))),
  route('POST', HOST, SERVICE, (ask) => ok(showService(change(ask, serviceOf(ask))))),
  route('DELETE', HOST, SERVICE, (ask) => {
    const service = serviceOf(ask);
    for (const kind of ['Documents', 'Lists', 'Maps', 'Streams'] as const) {
      for (const object of objectsOf(ask, service, kind))
        objects(ask.world).remove(object.accountSid, object.sid);
    }
    services(ask.world).remove(service.accountSid, service.sid);
    return noContent();
  }),
];

function change(ask: Ask, service: SyncService): SyncService {
  service.friendlyName = ask.form.get('FriendlyName') ?? service.friendlyName;
  service.aclEnabled = ask.form.boolean('AclEnabled') ?? service.aclEnabled;
  service.webhookUrl = ask.form.get('WebhookUrl') ?? service.webhookUrl;
  service.updatedAt = ask.world.clock.now();
  return service;
}

function showService(service: SyncService): unknown {
  const url = `https://${HOST}${SERVICES}/${service.sid}`;
  const links = Object.values(KINDS).map(({ rows }) => [
    rows,
    `${url}/${rows.charAt(0).toUpperCase()}${rows.slice(1)}`,
  ]);
  return {
    sid: service.sid,
    unique_name: service.uniqueName,
    account_sid: service.accountSid,
    friendly_name: service.friendlyName,
    date_created: iso(service.createdAt),
    date_updated: iso(service.updatedAt),
    url,
    webhook_url: service.webhookUrl,
    webhooks_from_rest_enabled: false,
    reachability_webhooks_enabled: false,
    acl_enabled: service.aclEnabled,
    reachability_debouncing_enabled: false,
    reachability_debouncing_window: 5000,
    links: Object.fromEntries(links),
  };
}

/** The five routes that every kind of object has. */
function objectRoutes(kind: Kind, parameter: string): readonly Route[] {
  const all = `${SERVICE}/${kind}`;
  const one = `${all}/{${parameter}}`;
  const holdsData = kind === 'Documents';
  const find = (ask: Ask) => objectOf(ask, kind, ask.param(parameter));
  return [
    route('POST', HOST, all, (ask) => {
      const service = serviceOf(ask);
      const now = ask.world.clock.now();
      const object: SyncObject = {
        accountSid: ask.account.sid,
        sid: ask.world.ids.sid(KINDS[kind].prefix),
        kind,
        serviceSid: service.sid,
        uniqueName: readUniqueName(ask, service, kind),
        data: holdsData ? (readData(ask, kind) ?? {}) : undefined,
        revision: 0,
        expiresAt: readExpiry(ask, 'Ttl', 'CollectionTtl') ?? null,
        nextIndex: 0,
        createdAt: now,
        updatedAt: now,
      };
      return created(showObject(objects(ask.world).add(object)));
    }),
    route('GET', HOST, all, (ask) =>
      metaPage(ask, KINDS[kind].rows, objectsOf(ask, serviceOf(ask), kind), showObject),
    ),
    route('GET', HOST, one, (ask) => ok(showObject(find(ask)))),
    route('POST', HOST, one, (ask) => {
      const object = find(ask);
      requireRevision(ask, object.revision, 54103);
      const data = holdsData ? readData(ask, kind) : undefined;
      if (data !== undefined) {
        object.data = data;
        object.revision += 1;
      }
      const expiresAt = readExpiry(ask, 'Ttl', 'CollectionTtl');
      if (expiresAt !== undefined) object.expiresAt = expiresAt;
      object.updatedAt = ask.world.clock.now();
      return ok(showObject(object));
    }),
    route('DELETE', HOST, one, (ask) => {
      const object = find(ask);
      requireRevision(ask, object.revision, 54103);
      objects(ask.world).remove(object.accountSid, object.sid);
      return noContent();
    }),
  ];
}

function showObject(object: SyncObject): unknown {
  const url = urlOf(object);
  const { kind } = object;
  const links = {
    ...((kind === 'Lists' || kind === 'Maps') && { items: `${url}/Items` }),
    ...(kind === 'Streams' ? { messages: `${url}/Messages` } : { permissions: `${url}/Permissions` }),
  };
  return {
    sid: object.sid,
    unique_name: object.uniqueName,
    account_sid: object.accountSid,
    service_sid: object.serviceSid,
    url,
    links,
    ...(kind !== 'Streams' && { revision: String(object.revision) }),
    ...(kind === 'Documents' && { data: object.data }),
    ...times(object),
    created_by: 'system',
  };
}

function permissionRoutes(kind: Exclude<Kind, 'Streams'>, parameter: string): readonly Route[] {
  const all = `${SERVICE}/${kind}/{${parameter}}/Permissions`;
  const one = `${all}/{Identity}`;
  const find = (ask: Ask) => objectOf(ask, kind, ask.param(parameter));
  const granted = (ask: Ask, object: SyncObject) =>
    permissions(ask.world).list(ask.account.sid, (each) => each.objectSid === object.sid);
  const ofIdentity = (ask: Ask): Permission => {
    const found = granted(ask, find(ask)).find((each) => each.identity === ask.param('Identity'));
    if (found === undefined) throw new TwilioError(404, 54354, 'Permission not found');
    return found;
  };
  const show = (ask: Ask) => (permission: Permission) => showPermission(permission, find(ask));
  return [
    route('GET', HOST, all, (ask) => metaPage(ask, 'permissions', granted(ask, find(ask)), show(ask))),
    route('GET', HOST, one, (ask) => ok(show(ask)(ofIdentity(ask)))),
    route('POST', HOST, one, (ask) => {
      const object = find(ask);
      const [read, write, manage] = ['Read', 'Write', 'Manage'].map((name) => {
        const value = ask.form.boolean(name);
        if (value === undefined) throw missingParameter(name);
        return value;
      });
      const identity = ask.param('Identity');
      const permission: Permission = {
        accountSid: ask.account.sid,
        sid: `${object.sid} ${identity}`,
        objectSid: object.sid,
        identity,
        read: read === true,
        write: write === true,
        manage: manage === true,
      };
      return ok(show(ask)(permissions(ask.world).add(permission)));
    }),
    route('DELETE', HOST, one, (ask) => {
      const permission = ofIdentity(ask);
      permissions(ask.world).remove(permission.accountSid, permission.sid);
      return noContent();
    }),
  ];
}

function showPermission({ identity, read, write, manage }: Permission, object: SyncObject): unknown {
  return {
    account_sid: object.accountSid,
    service_sid: object.serviceSid,
    [`${object.kind.slice(0, -1).toLowerCase()}_sid`]: object.sid,
    identity,
    read,
    write,
    manage,
    url: `${urlOf(object)}/Permissions/${identity}`,
  };
}

const streamMessages: readonly Route[] = [
  route('POST', HOST, `${SERVICE}/Streams/{StreamSid}/Messages`, (ask) => {
    objectOf(ask, 'Streams', ask.param('StreamSid'));
    const data = requireData(readData(ask, 'Streams'));
    return created({ sid: ask.world.ids.sid('TZ'), data });
  }),
];

export const sync: Product = {
  name: 'sync',
  routes: [
    ...serviceRoutes,
    ...objectRoutes('Documents', 'Sid'),
    ...objectRoutes('Lists', 'Sid'),
    ...objectRoutes('Maps', 'Sid'),
    ...objectRoutes('Streams', 'Sid'),
    ...permissionRoutes('Documents', 'DocumentSid'),
    ...permissionRoutes('Lists', 'ListSid'),
    ...permissionRoutes('Maps', 'MapSid'),
    ...itemRoutes,
    ...streamMessages,
  ],
};
