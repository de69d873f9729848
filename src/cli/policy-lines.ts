// The rules in force, a line each. What they mean is told in references/guardrails.md.
import { defaultPolicy, type Policy } from '../guards/policy.ts';
import { isRow } from '../operation/row.ts';

/** One line a rule, with what would hold by default where that differs. */
export function policyLines(policy: Policy): readonly string[] {
  const usual = new Map(flat(defaultPolicy));
  return flat(policy).map(([name, value]) => {
    const other = usual.get(name);
    return `${name}: ${value}${other === value ? '' : `   (default: ${other ?? 'none'})`}`;
  });
}

function flat(value: unknown, name = ''): [string, string][] {
  if (!isRow(value)) return [[name, typeof value === 'string' ? value : JSON.stringify(value)]];
  return Object.entries(value).flatMap(([key, each]) => flat(each, name === '' ? key : `${name}.${key}`));
}
