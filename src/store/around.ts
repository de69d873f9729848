// A database driver with something done around each of its steps, such as waiting or telling what went wrong. Which, its caller says.
import type { CompiledQuery, DatabaseConnection, Driver } from 'kysely';
import { storable } from './text.ts';

export type Step = <T>(work: () => Promise<T>) => Promise<T>;

export function around(driver: Driver, step: Step): Driver {
  const inner = new WeakMap<DatabaseConnection, DatabaseConnection>();
  const of = (outer: DatabaseConnection) => inner.get(outer) ?? outer;
  return {
    init: () => step(() => driver.init()),
    acquireConnection: async () => {
      const connection = await step(() => driver.acquireConnection());
      const outer: DatabaseConnection = {
        // A driver may throw before it promises anything.
        executeQuery: (query) => step(async () => connection.executeQuery(kept(query))),
        streamQuery: (query, size) => connection.streamQuery(query, size),
      };
      inner.set(outer, connection);
      return outer;
    },
    beginTransaction: (outer, settings) => step(() => driver.beginTransaction(of(outer), settings)),
    commitTransaction: (outer) => step(() => driver.commitTransaction(of(outer))),
    rollbackTransaction: (outer) => step(() => driver.rollbackTransaction(of(outer))),
    releaseConnection: (outer) => driver.releaseConnection(of(outer)),
    destroy: () => driver.destroy(),
  };
}

function kept<R>(query: CompiledQuery<R>): CompiledQuery<R> {
  const parameters = query.parameters.map((each) => (typeof each === 'string' ? storable(each) : each));
  return { ...query, parameters };
}
