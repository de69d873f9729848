// Any JSON object, told apart from every other value.

export type Row = Record<string, unknown>;

export function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A row of the same keys, each value changed; what is changed to undefined is left out. */
export function mapRow(row: Row, change: (value: unknown, key: string) => unknown): Row {
  const changed: Row = {};
  for (const key of Object.keys(row)) {
    const value = change(row[key], key);
    // Assigned to, that one name would set what the row inherits.
    if (value !== undefined && key !== '__proto__') changed[key] = value;
  }
  return changed;
}
