// Any JSON object, told apart from every other value.
import type { Row } from './define.ts';

export function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
