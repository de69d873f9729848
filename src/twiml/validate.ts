// Here: does a parsed document keep TwiML's grammar, and if not, where, why and what to write instead.
// Not here: the grammar (verbs.ts), XML itself (document.ts), whom the document reaches (reach.ts).
import { elementsOf, type TwimlElement, type TwimlProblem, tag, textOf, trimXml } from './document.ts';
import type { ElementRule, Grammar, TwimlKind, ValueRule } from './rule.ts';
import { misfit, nearest, quote } from './value.ts';
import { GRAMMARS, parentsOf, ruleFor } from './verbs.ts';

// An agent mends a few and asks again; a document of nothing but faults must not fill its context.
const MOST_PROBLEMS = 25;

/**
 * The faults in the order of the document, 25 at most; when there are more, errors come before warnings.
 * Twilio only warns of some of them (12200) and skips what it does not know; an agent is better served by a
 * refusal than by a call that does half of what it meant.
 */
export function validateTwiml(root: TwimlElement, kind: TwimlKind): TwimlProblem[] {
  const grammar = GRAMMARS[kind];
  const rule = root.name === 'Response' ? ruleFor(grammar, undefined, 'Response') : undefined;
  if (rule === undefined) {
    return [
      fault(root, `The root is ${tag(root.name)}. TwiML begins with <Response> and ends with </Response>.`),
    ];
  }
  const found = check(root, rule, grammar, kind).sort((a, b) => a.line - b.line || a.column - b.column);
  if (found.length <= MOST_PROBLEMS) return found;
  const errors = found.filter(({ severity }) => severity === 'error');
  return (errors.length > 0 ? errors : found).slice(0, MOST_PROBLEMS);
}

function check(element: TwimlElement, rule: ElementRule, grammar: Grammar, kind: TwimlKind): TwimlProblem[] {
  const problems = [
    ...checkLegacy(element, rule),
    ...checkAttributes(element, rule),
    ...checkText(element, rule),
    ...checkNeeds(element, rule),
    ...checkCounts(element, rule),
  ];
  let ended: TwimlElement | undefined;
  for (const child of elementsOf(element)) {
    if (!rule.children?.includes(child.name)) {
      problems.push(fault(child, misplaced(child, element, rule, grammar, kind)));
      continue;
    }
    const childRule = ruleFor(grammar, element.name, child.name);
    if (childRule === undefined) continue;
    if (ended !== undefined) {
      const reason = `<${child.name}> is never reached: <${ended.name}> on line ${ended.line} ends this document.`;
      problems.push({ ...fault(child, `${reason} Remove one of them.`), severity: 'warning' });
    }
    if (childRule.ends) ended ??= child;
    problems.push(...check(child, childRule, grammar, kind));
  }
  return problems;
}

function fault({ line, column }: TwimlElement, reason: string): TwimlProblem {
  return { line, column, severity: 'error', reason };
}

function misplaced(
  child: TwimlElement,
  parent: TwimlElement,
  rule: ElementRule,
  grammar: Grammar,
  kind: TwimlKind,
): string {
  const other = kind === 'voice' ? 'messaging' : 'voice';
  const parents = parentsOf(grammar, child.name);
  const allowed = rule.children ?? [];
  if (parents.length > 0) {
    return `${tag(child.name)} may not stand in <${parent.name}>. Put it in ${inWords(parents)}.`;
  }
  const near = nearest(child.name, allowed) ?? nearest(child.name, elementNames(grammar));
  if (near !== undefined) {
    const home = allowed.includes(near) ? '' : ` It stands in ${inWords(parentsOf(grammar, near))}.`;
    return `${tag(child.name)} is no TwiML element. Did you mean <${near}>? Names are case-sensitive.${home}`;
  }
  if (ruleFor(GRAMMARS[other], undefined, child.name) !== undefined) {
    return `${tag(child.name)} belongs to ${other} TwiML; this is ${kind} TwiML. ${listOf(parent, allowed)}`;
  }
  return `${tag(child.name)} is no TwiML element. ${listOf(parent, allowed)}`;
}

function inWords(names: readonly string[]): string {
  return names.map(tag).join(' or ');
}

function listOf(parent: TwimlElement, allowed: readonly string[]): string {
  return allowed.length === 0
    ? `<${parent.name}> holds no elements.`
    : `<${parent.name}> may hold ${allowed.map(tag).join(', ')}.`;
}

function elementNames(grammar: Grammar): string[] {
  return Object.keys(grammar).filter((key) => !key.includes('/'));
}

function checkLegacy(element: TwimlElement, rule: ElementRule): TwimlProblem[] {
  if (rule.legacy === undefined) return [];
  return [{ ...fault(element, `<${element.name}> is out of date. ${rule.legacy}.`), severity: 'warning' }];
}

function checkAttributes(element: TwimlElement, rule: ElementRule): TwimlProblem[] {
  return Object.entries(element.attributes).flatMap(([name, value]) => {
    const known = Object.keys(rule.attributes);
    if (!known.includes(name)) {
      // Old generators put schema declarations on the root; Twilio ignores them.
      if (element.name === 'Response' && /^(xmlns(:|$)|xsi:|version$)/.test(name)) return [];
      return [
        fault(element, `<${element.name}> has no attribute ${quote(name)}. ${attributeHint(name, known)}`),
      ];
    }
    const valueRule: ValueRule | undefined = rule.attributes[name];
    const wrong = valueRule === undefined ? undefined : misfit(value, valueRule);
    return wrong === undefined
      ? []
      : [fault(element, `The attribute ${name} of <${element.name}> ${wrong}.`)];
  });
}

function attributeHint(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  if (near !== undefined) return `Did you mean ${near}?`;
  return known.length === 0 ? 'It takes none: remove it.' : `It takes ${known.join(', ')}.`;
}

function checkText(element: TwimlElement, rule: ElementRule): TwimlProblem[] {
  const text = textOf(element);
  if (trimXml(text) === '') return [];
  if (rule.text === undefined) {
    return [
      fault(
        element,
        `<${element.name}> may hold no text, but has ${quote(trimXml(text))}. Remove it or put it in an element.`,
      ),
    ];
  }
  // Twilio dials either the text or the nouns; which of them is not documented. Headers only go with the text.
  const nouns = elementsOf(element).filter(({ name }) => name !== 'Headers' && rule.children?.includes(name));
  if (rule.text.kind === 'pattern' && nouns.length > 0) {
    return [fault(element, `<${element.name}> has both text and elements inside. Keep one of them.`)];
  }
  const wrong = misfit(text, rule.text);
  return wrong === undefined ? [] : [fault(element, `The text of <${element.name}> ${wrong}.`)];
}

function checkNeeds(element: TwimlElement, rule: ElementRule): TwimlProblem[] {
  const has = (need: string): boolean => {
    if (need === 'text') return trimXml(textOf(element)) !== '';
    if (need === 'noun') return elementsOf(element).length > 0;
    return Object.hasOwn(element.attributes, need.slice(1));
  };
  const say = (need: string): string => {
    if (need === 'text') return rule.text?.kind === 'url' ? 'a URL as its text' : 'text';
    if (need === 'noun') return `an element inside (${(rule.children ?? []).map(tag).join(', ')})`;
    return `the attribute ${need.slice(1)}`;
  };
  return (rule.needs ?? [])
    .filter((group) => !group.some(has))
    .map((group) => fault(element, `<${element.name}> needs ${group.map(say).join(' or ')}. Add it.`));
}

function checkCounts(element: TwimlElement, rule: ElementRule): TwimlProblem[] {
  return Object.entries(rule.most ?? {}).flatMap(([name, most]) => {
    const extra = elementsOf(element).filter((child) => child.name === name)[most];
    if (extra === undefined) return [];
    return [fault(extra, `<${element.name}> may hold ${most} <${name}> at most. Remove the others.`)];
  });
}
