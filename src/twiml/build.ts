// Here: a list of steps becomes a TwiML document with everything escaped, and is read back before it is handed out.
// Not here: the shape of a step (steps.ts), the grammar (verbs.ts).
import { codePointName, ILLEGAL_XML, parseTwiml, type TwimlElement, type TwimlProblem } from './document.ts';
import type { TwimlKind } from './rule.ts';
import type { PromptStep, TwimlStep } from './steps.ts';
import { validateTwiml } from './validate.ts';

/** `step` counts from 0, in the order given. */
type BuildProblem = {
  readonly step: number;
  readonly severity: TwimlProblem['severity'];
  readonly reason: string;
};

export type BuiltTwiml =
  | {
      readonly ok: true;
      readonly xml: string;
      readonly kind: TwimlKind;
      readonly root: TwimlElement;
      readonly warnings: readonly BuildProblem[];
    }
  | { readonly ok: false; readonly problems: readonly BuildProblem[] };

type Value = string | number | boolean | undefined;
type Node = {
  name: string;
  attributes: Readonly<Record<string, Value>>;
  children: readonly (Node | string)[];
};
type Made = { node: Node } | { reason: string };

const VERBS = [
  'say',
  'play',
  'pause',
  'press',
  'gather',
  'dial',
  'record',
  'redirect',
  'hangup',
  'reject',
  'message',
] as const;
const TARGETS = [
  ['number', 'Number'],
  ['client', 'Client'],
  ['sip', 'Sip'],
  ['whatsapp', 'WhatsApp'],
  ['conference', 'Conference'],
  ['queue', 'Queue'],
] as const;

/** Builds a document of calls, or of messaging when a step is a message. Never throws. */
export function buildTwiml(steps: readonly TwimlStep[]): BuiltTwiml {
  const kind: TwimlKind = steps.some((step) => step.message !== undefined) ? 'messaging' : 'voice';
  const problems: BuildProblem[] = [];
  const lines: string[] = [];
  for (const [index, step] of steps.entries()) {
    const made = makeStep(step);
    const reason = 'reason' in made ? made.reason : illegal(made.node);
    if (reason !== undefined) problems.push({ step: index, severity: 'error', reason });
    else if ('node' in made) lines.push(write(made.node));
  }
  if (problems.length > 0) return { ok: false, problems };

  // One step, one line (line breaks inside are escaped): a problem's line says which step it belongs to.
  const body = lines.length === 0 ? '' : `\n${lines.join('\n')}\n`;
  const xml = `<?xml version="1.0" encoding="UTF-8"?><Response>${body}</Response>`;
  const parsed = parseTwiml(xml);
  const found = parsed.ok ? validateTwiml(parsed.root, kind) : parsed.problems;
  const ofSteps = found.map(({ line, severity, reason }) => ({
    step: Math.max(0, line - 2),
    severity,
    reason,
  }));
  const broken = ofSteps.some(({ severity }) => severity === 'error');
  if (!parsed.ok || broken) return { ok: false, problems: ofSteps };
  return { ok: true, xml, kind, root: parsed.root, warnings: ofSteps };
}

function makeStep(step: TwimlStep): Made {
  const verbs = VERBS.filter((verb) => step[verb] !== undefined);
  const [verb] = verbs;
  if (verb === undefined || verbs.length > 1) {
    const given = verbs.length === 0 ? 'none' : verbs.join(' and ');
    return {
      reason: `A step has exactly one of ${VERBS.join(', ')}; this one has ${given}. Make each its own step.`,
    };
  }
  const stray = strayOption(step, verb);
  if (stray !== undefined) return { reason: stray };
  if (verb === 'say' || verb === 'play' || verb === 'pause') return { node: spoken(step) };
  if (step.press !== undefined) return { node: element('Play', { digits: step.press }) };
  if (step.gather !== undefined) return makeGather(step.gather);
  if (step.dial !== undefined) return makeDial(step.dial);
  if (step.record !== undefined) return { node: makeRecord(step.record) };
  if (step.redirect !== undefined) return { node: element('Redirect', {}, [step.redirect]) };
  if (step.reject !== undefined) return { node: element('Reject', { reason: step.reject }) };
  if (step.message !== undefined) return { node: makeMessage(step.message) };
  return { node: element('Hangup') };
}

const OPTIONS = ['voice', 'language', 'loop'] as const;
const TAKES: Readonly<Record<string, readonly string[]>> = { say: OPTIONS, play: ['loop'] };

function strayOption(step: PromptStep, verb: string): string | undefined {
  const stray = OPTIONS.find((name) => step[name] !== undefined && !TAKES[verb]?.includes(name));
  return stray === undefined ? undefined : `The option ${stray} does not go with ${verb}. Remove it.`;
}

function spoken({ say, play, pause, voice, language, loop }: PromptStep): Node {
  if (say !== undefined) return element('Say', { voice, language, loop }, [say]);
  if (play !== undefined) return element('Play', { loop }, [play]);
  return element('Pause', { length: pause });
}

function makeGather(gather: NonNullable<TwimlStep['gather']>): Made {
  const prompt = gather.prompt ?? [];
  for (const step of prompt) {
    const verbs = (['say', 'play', 'pause'] as const).filter((verb) => step[verb] !== undefined);
    const [verb] = verbs;
    if (verb === undefined || verbs.length > 1) {
      return { reason: 'Each step of a prompt has exactly one of say, play, pause. Make each its own step.' };
    }
    const stray = strayOption(step, verb);
    if (stray !== undefined) return { reason: stray };
  }
  const attributes = {
    input: gather.input === undefined ? undefined : [...new Set(gather.input)].sort().join(' '),
    numDigits: gather.digits,
    finishOnKey: gather.finish_on_key,
    timeout: gather.timeout,
    language: gather.language,
    hints: gather.hints,
    action: gather.action,
    method: gather.method,
    actionOnEmptyResult: gather.action_on_empty_result,
  };
  return { node: element('Gather', attributes, prompt.map(spoken)) };
}

function makeDial(dial: NonNullable<TwimlStep['dial']>): Made {
  const targets = TARGETS.flatMap(([key, noun]) => {
    const address = dial[key];
    return address === undefined ? [] : [element(noun, {}, [address])];
  });
  if (targets.length !== 1) {
    const known = TARGETS.map(([key]) => key).join(', ');
    return { reason: `dial names ${targets.length} parties. Give exactly one of ${known}.` };
  }
  const attributes = {
    callerId: dial.caller_id,
    timeout: dial.timeout,
    timeLimit: dial.time_limit,
    record: dial.record,
    answerOnBridge: dial.answer_on_bridge,
    action: dial.action,
    method: dial.method,
  };
  return { node: element('Dial', attributes, targets) };
}

function makeRecord(record: NonNullable<TwimlStep['record']>): Node {
  return element('Record', {
    maxLength: record.max_length,
    timeout: record.timeout,
    finishOnKey: record.finish_on_key,
    playBeep: record.play_beep,
    trim: record.trim,
    transcribe: record.transcribe,
    action: record.action,
    method: record.method,
    recordingStatusCallback: record.status_callback,
  });
}

function makeMessage({ to, body, media }: NonNullable<TwimlStep['message']>): Node {
  const bodies = body === undefined ? [] : [element('Body', {}, [body])];
  return element('Message', { to }, [...bodies, ...(media ?? []).map((url) => element('Media', {}, [url]))]);
}

function element(name: string, attributes: Node['attributes'] = {}, children: Node['children'] = []): Node {
  return { name, attributes, children };
}

function write({ name, attributes, children }: Node): string {
  const written = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [` ${key}="${escapeXml(String(value))}"`],
  );
  const inside = children
    .map((child) => (typeof child === 'string' ? escapeXml(child) : write(child)))
    .join('');
  const start = `<${name}${written.join('')}`;
  return inside === '' ? `${start}/>` : `${start}>${inside}</${name}>`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

// Tabs and line breaks as numbers: XML readers turn bare ones into spaces (in attributes) or \n (for \r).
function escapeXml(value: string): string {
  return value.replace(
    /[&<>"'\t\n\r]/g,
    (character) => ESCAPES[character] ?? `&#${character.charCodeAt(0)};`,
  );
}

function illegal({ name, attributes, children }: Node): string | undefined {
  for (const value of [...Object.values(attributes), ...children]) {
    if (value !== null && typeof value === 'object') {
      const reason = illegal(value);
      if (reason !== undefined) return reason;
      continue;
    }
    const found = ILLEGAL_XML.exec(String(value ?? ''))?.[0];
    if (found === undefined) continue;
    return `<${name}> would hold the character ${codePointName(found)}, which XML cannot carry. Remove it.`;
  }
  return undefined;
}
