// A workflow plan for this account: the steps, the methods and the guardrails, and what of it the account already has.
import { z } from 'zod';
import { defineOperation, type Hands } from '../operation/define.ts';
import { OperationError } from '../operation/errors.ts';
import * as fields from '../operation/fields.ts';
import { isRow } from '../operation/row.ts';
import { isWorkflow, type Plan, plans } from './plans.ts';

const names = Object.keys(plans).filter(isWorkflow);

const found = z.object({
  need: fields.field(z.string(), 'What the workflow needs', 'a number that can text'),
  status: fields.field(z.enum(['there', 'missing', 'ask']), 'ask: only the owner can tell', 'there'),
  examples: fields.field(z.array(z.string()), 'Some of what is there', ['+14155550100']),
  mend: fields.field(z.string(), 'How to get it', 'messaging_create_service').optional(),
});

export const getPlan = defineOperation({
  name: 'plan_get_workflow',
  title: 'Plan a workflow',
  about:
    'Get a plan for a workflow: steps, tools, guardrails, and what of it this account has or lacks. It only looks.',
  effect: 'read',
  input: z.strictObject({ workflow: fields.field(z.enum(names), 'Which workflow', 'two_factor_sign_in') }),
  output: z.object({
    workflow: fields.field(z.string(), 'Its title', 'Two-factor sign-in'),
    ready: fields.field(z.boolean(), 'True when nothing is missing that can be looked up', false),
    account: fields.field(z.array(found), 'What the account has of what is needed', []),
    steps: fields.field(z.array(z.string()), 'What to do, in order', ['Start a verification.']),
    methods: fields.field(
      z.array(
        z.object({
          tool: fields.field(z.string(), 'Tool', 'verify_start_verification'),
          why: fields.field(z.string(), 'What for', 'sends the code'),
        }),
      ),
      'The checklist of methods; the page has the raw requests',
      [],
    ),
    guardrails: fields.field(z.array(z.string()), 'What must hold', ['Opt-in first.']),
    reference: fields.field(z.string(), 'Page to read', 'twilio://references/twilio-verify'),
  }),
  async run({ workflow }, hands) {
    const plan: Plan = plans[workflow];
    const account = await Promise.all(plan.needs.map((need) => look(need, hands)));
    return {
      workflow: plan.title,
      ready: account.every(({ status }) => status !== 'missing'),
      account,
      steps: [...plan.steps],
      methods: plan.methods.map(({ tool, why }) => ({ tool, why })),
      guardrails: [...plan.guardrails],
      reference: `twilio://references/${plan.page}`,
    };
  },
});

async function look(
  { what, look: operation, rows, fits, mend }: Plan['needs'][number],
  hands: Hands,
): Promise<z.output<typeof found>> {
  if (operation === undefined || rows === undefined) return { need: what, status: 'ask', examples: [], mend };
  try {
    const answer = await hands.call(operation, { limit: 100 });
    const all = answer[rows];
    const fitting = (Array.isArray(all) ? all : []).filter(isRow).filter((row) => fits?.(row) ?? true);
    if (fitting.length === 0) return { need: what, status: 'missing', examples: [], mend };
    const examples = fitting
      .slice(0, 3)
      .map((row) => String(row['phone_number'] ?? row['friendly_name'] ?? row['unique_name'] ?? row['sid']));
    return { need: what, status: 'there', examples };
  } catch (error) {
    // A key that may not look at one thing shall not hide the rest of the plan.
    if (!(error instanceof OperationError)) throw error;
    return {
      need: what,
      status: 'ask',
      examples: [],
      mend: `${mend} (could not be looked up: ${error.code})`,
    };
  }
}
