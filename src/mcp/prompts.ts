// Prompts: workflows a person starts from their host's menu. The tools they name do the work; the words come from the catalog's plans.
import { completable, type McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { type Plan, plans } from '../catalog/plans.ts';

const verifyChannels = ['sms', 'call', 'whatsapp', 'email'];

/** Made once: over HTTP every request has a server of its own. */
const inputs = {
  message: z.object({
    to: z.string().describe('Recipient in E.164, such as +14155550123'),
    about: z.string().describe('What the message should say'),
  }),
  verification: z.object({
    to: z.string().describe('Phone number in E.164, or email address'),
    channel: completable(z.string().describe(`One of ${verifyChannels.join(', ')}`), (start) =>
      verifyChannels.filter((each) => each.startsWith(start)),
    ),
  }),
  call: z.object({
    to: z.string().describe('Number to call in E.164'),
    say: z.string().describe('Words to speak'),
  }),
  plan: z.object({ details: z.string().optional().describe('Who it is for, and anything particular') }),
};

export function registerPrompts(mcp: McpServer): void {
  for (const [name, plan] of Object.entries(plans)) registerPlan(mcp, name, plan);
  mcp.registerPrompt(
    'send_message',
    {
      title: 'Send a message and see it delivered',
      description: 'Send one SMS to someone who agreed to it, then follow it to its final status',
      argsSchema: inputs.message,
    },
    ({ to, about }) =>
      ask(
        `Write a text message to ${to} about: ${about}`,
        'Show me the text and the recipient and wait for my yes.',
        'Then send it with messaging_send_message, and follow it with messaging_wait_for_delivery.',
        'If it failed, tell me the cause and the next step. Do not send it again.',
      ),
  );
  mcp.registerPrompt(
    'verify_person',
    {
      title: 'Verify a phone number or an email address',
      description: 'Send a one-time passcode and check what the person reads back',
      argsSchema: inputs.verification,
    },
    ({ to, channel }) =>
      ask(
        `Verify ${to} by ${channel}.`,
        'Start with verify_start_verification; use verify_list_services when no service is configured.',
        'Ask me for the code the person received, and check it with verify_check_verification. Never repeat the code in your answer.',
        'Approved means verified; pending means the code was wrong. After five wrong codes a new verification is needed.',
      ),
  );
  mcp.registerPrompt(
    'call_with_message',
    {
      title: 'Call someone and read a message aloud',
      description: 'Place a call that speaks a text, and report how it ended',
      argsSchema: inputs.call,
    },
    ({ to, say }) =>
      ask(
        `Call ${to} and say: ${say}`,
        'Show me number and words and wait for my yes.',
        'Then use voice_place_call with say, and voice_get_call until the status is final. Tell me whether it was answered and how long it took.',
      ),
  );
}

function registerPlan(mcp: McpServer, name: string, plan: Plan): void {
  mcp.registerPrompt(
    `plan_${name}`,
    {
      title: plan.title,
      description: `A plan for ${plan.title}, filled with what this account has`,
      argsSchema: inputs.plan,
    },
    ({ details }) =>
      ask(
        `Plan this workflow: ${plan.title}.${details === undefined ? '' : ` ${details}`}`,
        `Call plan_get_workflow with workflow ${name} and tell me what is there, what is missing and what only I can answer.`,
        `Steps:\n${plan.steps.map((step, index) => `${index + 1}. ${step}`).join('\n')}`,
        `Methods:\n${plan.methods.map(({ tool, why }) => `- ${tool}: ${why}`).join('\n')}`,
        `Guardrails:\n${plan.guardrails.map((rule) => `- ${rule}`).join('\n')}`,
        'Contact nobody before I said yes to people and words.',
      ),
  );
}

function ask(...lines: readonly string[]) {
  return {
    messages: [{ role: 'user' as const, content: { type: 'text' as const, text: lines.join('\n') } }],
  };
}
