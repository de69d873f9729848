// TaskRouter's expressions, read only as far as to tell what is wrong with one. No operation lives here.
// Grammar: https://www.twilio.com/docs/taskrouter/expression-syntax

const token =
  /\s*(?:(?<text>"[^"]*"|'[^']*')|(?<number>-?\d+(?:\.\d+)?)|(?<word>[A-Za-z_]\w*(?:\.\w+|\[\d+\])*)|(?<sign>==|!=|>=|<=|>|<|[()[\],]))/y;

type Token = { readonly kind: 'text' | 'number' | 'word' | 'sign'; readonly value: string };

const scalar = new Set(['==', '!=', '>', '>=', '<', '<=', 'CONTAINS', 'HAS']);

/** What is wrong, and what would be right; undefined when nothing is. */
export function faultIn(expression: string): string | undefined {
  const tokens = tokensOf(expression);
  if (typeof tokens === 'string') return tokens;
  const reader = createReader(tokens);
  return reader.any() ?? (reader.done() ? undefined : `has ${reader.here()} where AND or OR must stand`);
}

function tokensOf(expression: string): readonly Token[] | string {
  const tokens: Token[] = [];
  for (let at = 0; expression.slice(at).trim() !== ''; at = token.lastIndex) {
    token.lastIndex = at;
    const groups = token.exec(expression)?.groups;
    if (groups === undefined) return strayed(expression.slice(at).trim());
    for (const kind of ['text', 'number', 'word', 'sign'] as const) {
      const value = groups[kind];
      if (value !== undefined) tokens.push({ kind, value });
    }
  }
  return tokens;
}

function strayed(rest: string): string {
  if (/^["']/.test(rest)) return 'has a text without its closing quote';
  if (rest.startsWith('-'))
    return 'has a hyphen, which names of attributes cannot have: rename the attribute, such as skill_level';
  if (rest.startsWith('=')) return 'has a single =; equal is ==';
  if (/^[&|]/.test(rest)) return 'has && or ||; write AND, OR';
  return `has ${JSON.stringify(rest.slice(0, 20))}, which no expression has. Such as: skills HAS "billing" AND level >= 2`;
}

function createReader(tokens: readonly Token[]) {
  let at = 0;
  const here = () => tokens[at]?.value ?? 'its end';
  const isSign = (value: string) => tokens[at]?.kind === 'sign' && tokens[at]?.value === value;
  const isWord = (...words: readonly string[]) =>
    tokens[at]?.kind === 'word' && words.includes(here().toUpperCase());

  /** One or more comparisons or groups, joined. */
  const any = (): string | undefined => {
    for (;;) {
      const fault = one();
      if (fault !== undefined) return fault;
      if (!isWord('AND', 'OR')) return undefined;
      at += 1;
    }
  };

  const one = (): string | undefined => {
    if (!isSign('(')) return comparison();
    at += 1;
    const fault = any();
    if (fault !== undefined) return fault;
    if (!isSign(')')) return `has ${here()} where ) must stand`;
    at += 1;
    return undefined;
  };

  const comparison = (): string | undefined => {
    const left = operand();
    if (left !== undefined) return left;
    if (isWord('NOT')) {
      at += 1;
      if (!isWord('IN')) return 'has NOT without IN';
    }
    const operator = here().toUpperCase();
    if (!scalar.has(operator) && operator !== 'IN')
      return `has ${here()} where an operator must stand: ==, !=, >, >=, <, <=, HAS, IN, NOT IN or CONTAINS`;
    at += 1;
    return operator === 'IN' && isSign('[') ? list() : operand();
  };

  const list = (): string | undefined => {
    do {
      at += 1;
      const fault = operand();
      if (fault !== undefined) return fault;
    } while (isSign(','));
    if (!isSign(']')) return `has ${here()} where , or ] must stand`;
    at += 1;
    return undefined;
  };

  const operand = (): string | undefined => {
    const kind = tokens[at]?.kind;
    if (kind === undefined || kind === 'sign' || isWord('AND', 'OR', 'IN', 'HAS', 'NOT', 'CONTAINS'))
      return `has ${here()} where an attribute, a number or a quoted text must stand`;
    at += 1;
    return undefined;
  };

  return { any, here, done: () => at === tokens.length };
}
