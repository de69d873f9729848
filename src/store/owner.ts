// The owner's public key and the salt it was made with: enough to check what the owner signed, of no use to sign.
import type { Database } from './database.ts';

export interface OwnerRow {
  readonly salt: string;
  readonly publicKey: string;
}

export interface Owner {
  readonly get: () => Promise<OwnerRow | undefined>;
  /** False if there is one already. */
  readonly set: (owner: OwnerRow, at: Date) => Promise<boolean>;
  /** For a change of passphrase: in place of the one given, and of no other. */
  readonly replace: (old: OwnerRow, owner: OwnerRow, at: Date) => Promise<boolean>;
}

export function createOwner({ open }: Database): Owner {
  return {
    get: async () => {
      const db = await open();
      const row = await db.selectFrom('owner').selectAll().executeTakeFirst();
      return row && { salt: row.salt, publicKey: row.public_key };
    },
    set: async ({ salt, publicKey }, at) => {
      const db = await open();
      const inserted = await db
        .insertInto('owner')
        .values({ id: 1, salt, public_key: publicKey, at: at.getTime() })
        .onConflict((conflict) => conflict.column('id').doNothing())
        .executeTakeFirst();
      return Number(inserted.numInsertedOrUpdatedRows ?? 0) === 1;
    },
    replace: async (old, { salt, publicKey }, at) => {
      const db = await open();
      const updated = await db
        .updateTable('owner')
        .set({ salt, public_key: publicKey, at: at.getTime() })
        .where('public_key', '=', old.publicKey)
        .executeTakeFirst();
      return Number(updated.numUpdatedRows) === 1;
    },
  };
}
