// TwiML without a call: build it from a small description, or check what somebody wrote. Nothing is sent.
import { z } from 'zod';
import { defineOperation } from '../operation/define.ts';
import { OperationError } from '../operation/errors.ts';
import * as fields from '../operation/fields.ts';
import { buildTwiml } from '../twiml/build.ts';
import { parseTwiml, TWIML_MAX_BYTES } from '../twiml/document.ts';
import { reachedBy } from '../twiml/reach.ts';
import { twimlStep } from '../twiml/steps.ts';
import { validateTwiml } from '../twiml/validate.ts';

const page = 'twilio-voice';

const problem = z.object({
  line: fields.field(z.number(), 'Line, from 1', 2),
  severity: fields.field(z.enum(['error', 'warning']), 'Errors are refused, warnings are not', 'error'),
  reason: fields.field(z.string(), 'What is wrong and what to do', '<Speak> is no TwiML element.'),
});

export const buildDocument = defineOperation({
  name: 'voice_build_twiml',
  title: 'Build TwiML',
  about:
    'Build a TwiML document from steps such as {"say": "Hello"} or {"dial": {"number": "+14155550123"}}. Nothing is called.',
  effect: 'read',
  input: z.strictObject({
    steps: fields.field(z.array(twimlStep).min(1).max(100), 'What happens, in order', [
      { say: 'Hello.' },
      { hangup: true },
    ]),
  }),
  output: z.object({
    twiml: fields.field(z.string(), 'The document', '<Response><Say>Hello.</Say><Hangup/></Response>'),
    kind: fields.field(z.enum(['voice', 'messaging']), 'What it is for', 'voice'),
    warnings: fields.field(z.array(problem), 'What Twilio would only warn of', []),
  }),
  async run({ steps }) {
    const built = buildTwiml(steps);
    if (built.ok) return { twiml: built.xml, kind: built.kind, warnings: built.warnings };
    const reasons = built.problems.map(({ step, reason }) => `step ${step}: ${reason}`);
    throw new OperationError('INVALID_INPUT', `These steps make no TwiML: ${reasons.join('; ')}`, {
      next: 'Mend the steps named; steps are counted from 0.',
    });
  },
  page,
});

export const validateDocument = defineOperation({
  name: 'voice_validate_twiml',
  title: 'Validate TwiML',
  about: 'Check a TwiML document: what is wrong in which line, and whom it would reach. Nothing is called.',
  effect: 'read',
  input: z.strictObject({
    twiml: fields.field(
      z.string().min(1).max(TWIML_MAX_BYTES),
      'The document',
      '<Response><Say>Hello.</Say></Response>',
    ),
    kind: fields.field(z.enum(['voice', 'messaging']), 'What it is for', 'voice').default('voice'),
  }),
  output: z.object({
    valid: fields.field(z.boolean(), 'True without errors; warnings may remain', true),
    problems: fields.field(z.array(problem), 'What is wrong, in order', []),
    reaches: fields.field(z.array(z.string()), 'Numbers and addresses it would reach', ['+14155550123']),
    dynamic: fields.field(z.boolean(), 'True: it goes on elsewhere, so it may reach others', false),
  }),
  async run({ twiml, kind }) {
    const parsed = parseTwiml(twiml);
    if (!parsed.ok) return { valid: false, problems: parsed.problems, reaches: [], dynamic: false };
    const problems = validateTwiml(parsed.root, kind);
    const { recipients, dynamic } = reachedBy(parsed.root);
    return {
      valid: problems.every(({ severity }) => severity !== 'error'),
      problems,
      reaches: recipients.map(({ to }) => to),
      dynamic,
    };
  },
  page,
});
