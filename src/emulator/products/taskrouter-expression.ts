// Here: TaskRouter's expressions, evaluated against the attributes of a worker or a task (docs/taskrouter/expression-syntax).
// Not here: where they stand: queues, workflow filters and targets.
import { invalidParameter, type TwilioError } from '../wire.ts';

export type Values = Readonly<Record<string, unknown>>;
export type Expression = (values: Values) => boolean;

const TOKEN = /"[^"]*"|'[^']*'|-?\d+(?:\.\d+)?|[A-Za-z_][\w.[\]]*|==|!=|>=|<=|[<>()[\],]|\S/g;
const NAME = /^[A-Za-z_]/;

/** Compiles one; whatever is no expression is refused in the name of its parameter. */
export function compile(text: string, parameter: string): Expression {
  const tokens = text.match(TOKEN) ?? [];
  let at = 0;
  const refuse = (): TwilioError => invalidParameter(parameter, `syntax error in expression '${text}'`);
  const peek = (): string => tokens[at] ?? '';
  const take = (): string => {
    const token = peek();
    at += 1;
    if (token === '') throw refuse();
    return token;
  };
  const expect = (token: string): void => {
    if (take() !== token) throw refuse();
  };

  // AND binds tighter than OR.
  const either = (): Expression => joined('OR', () => joined('AND', one));
  const joined = (word: 'AND' | 'OR', part: () => Expression): Expression => {
    const parts = [part()];
    while (peek().toUpperCase() === word) {
      at += 1;
      parts.push(part());
    }
    return (values) =>
      word === 'OR' ? parts.some((fits) => fits(values)) : parts.every((fits) => fits(values));
  };

  const one = (): Expression => {
    if (peek() !== '(') return comparison();
    at += 1;
    const inner = either();
    expect(')');
    return inner;
  };

  const comparison = (): Expression => {
    const left = operand();
    const first = take().toUpperCase();
    if (first === 'NOT' && peek().toUpperCase() !== 'IN') throw refuse();
    const operator = first === 'NOT' ? `NOT ${take().toUpperCase()}` : first;
    const compare = OPERATORS[operator];
    if (compare === undefined) throw refuse();
    const right = operator.endsWith('IN') && peek() === '[' ? list() : operand();
    return (values) => compare(left(values), right(values));
  };

  const list = (): ((values: Values) => unknown) => {
    const items: ((values: Values) => unknown)[] = [];
    do {
      at += 1;
      items.push(operand());
    } while (peek() === ',');
    expect(']');
    return (values) => items.map((item) => item(values));
  };

  const operand = (): ((values: Values) => unknown) => {
    const token = take();
    if (/^["']/.test(token) && token.length > 1) return () => token.slice(1, -1);
    if (/^-?\d/.test(token)) return () => Number(token);
    if (/^(true|false)$/i.test(token)) return () => token.toLowerCase() === 'true';
    if (/^null$/i.test(token)) return () => null;
    if (!NAME.test(token)) throw refuse();
    return (values) => resolve(values, token);
  };

  const whole = either();
  if (at < tokens.length) throw refuse();
  return whole;
}

/** `languages[0]`, `customer.tier`; what is not there is null. */
function resolve(values: Values, path: string): unknown {
  return path
    .split(/[.[\]]+/)
    .filter((key) => key !== '')
    .reduce<unknown>((at, key) => {
      if (typeof at !== 'object' || at === null) return null;
      return Object.entries(at).find(([name]) => name === key)?.[1] ?? null;
    }, values);
}

type Compare = (left: unknown, right: unknown) => boolean;

/** Scalar operators on arrays are false, and so are array operators on two scalars. */
const scalars =
  (
    compare: (left: string | number | boolean | null, right: string | number | boolean | null) => boolean,
  ): Compare =>
  (left, right) =>
    isScalar(left) && isScalar(right) && compare(left, right);

function isScalar(value: unknown): value is string | number | boolean | null {
  return typeof value !== 'object' || value === null;
}

const ordered = (compare: (left: number, right: number) => boolean): Compare =>
  scalars((left, right) => compare(Number(left ?? Number.NaN), Number(right ?? Number.NaN)));

function equal(left: unknown, right: unknown): boolean {
  return left === right || (left !== null && right !== null && String(left) === String(right));
}

const OPERATORS: Readonly<Record<string, Compare>> = {
  '==': scalars(equal),
  '!=': scalars((left, right) => !equal(left, right)),
  '>': ordered((left, right) => left > right),
  '>=': ordered((left, right) => left >= right),
  '<': ordered((left, right) => left < right),
  '<=': ordered((left, right) => left <= right),
  CONTAINS: scalars((left, right) => String(left ?? '').includes(String(right ?? ''))),
  HAS: (left, right) => Array.isArray(left) && left.some((one) => equal(one, right)),
  IN: (left, right) => Array.isArray(right) && right.some((one) => equal(one, left)),
  'NOT IN': (left, right) => Array.isArray(right) && !right.some((one) => equal(one, left)),
};
