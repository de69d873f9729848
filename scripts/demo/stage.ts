// What a scene of the demo can do: call a tool, expect a refusal, act as the other phone. It prints what it does.
import type { Client } from '@modelcontextprotocol/client';

export type Row = Record<string, unknown>;

export interface Stage {
  /** Calls a tool that must succeed; prints the fields named. */
  readonly call: (tool: string, input: Row, show?: readonly string[]) => Promise<Row>;
  /** Calls a tool that must be refused; prints the refusal. */
  readonly refused: (tool: string, input: Row) => Promise<string>;
  /** The emulator's control door. */
  readonly control: (method: string, path: string, body?: Row) => Promise<Row>;
  /** What the human does when the client shows them a question. */
  readonly human: (does: 'says yes' | 'looks away') => void;
  readonly wait: (seconds: number) => Promise<void>;
  readonly tell: (text: string) => void;
  readonly expect: (what: string, value: unknown, wanted: unknown) => void;
}

export function createStage({
  client,
  url,
  say,
}: {
  client: Client;
  url: string;
  say: (line?: string) => void;
}): Stage {
  let human: 'says yes' | 'looks away' = 'says yes';
  client.setRequestHandler('elicitation/create', ({ params }) => {
    const [what, ...why] = params.message.split('\n').filter((line) => !line.startsWith('  '));
    for (const line of [what, ...why.filter((each) => each !== 'With:')]) say(`   ? ${line}`);
    say(`   ☺ the human ${human}`);
    if (human === 'looks away') return { action: 'cancel' };
    return { action: 'accept', content: { confirm: true, evidence: 'Said so at the counter today.' } };
  });

  async function ask(tool: string, input: Row) {
    say(`   → ${tool} ${JSON.stringify(input)}`);
    const answer = await client.callTool({ name: tool, arguments: input });
    const text = answer.content.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('\n');
    const data: Row =
      typeof answer.structuredContent === 'object' && answer.structuredContent !== null
        ? { ...answer.structuredContent }
        : {};
    return { failed: answer.isError === true, text, data };
  }

  async function control(method: string, path: string, body?: Row): Promise<Row> {
    const response = await fetch(`${url}/_emulator${path}`, {
      method,
      ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    const answer: unknown = await response.json();
    if (!response.ok) throw new Error(`the control door said ${response.status}: ${JSON.stringify(answer)}`);
    return typeof answer === 'object' && answer !== null ? { ...answer } : {};
  }

  return {
    control,
    human: (does) => {
      human = does;
    },
    tell: (text) => say(`   · ${text}`),
    wait: async (seconds) => {
      await control('POST', '/clock/advance', { seconds });
      say(`   · ${seconds} s pass`);
    },
    call: async (tool, input, show) => {
      const { failed, text, data } = await ask(tool, input);
      if (failed) throw new Error(`${tool} failed: ${text}`);
      const shown = show === undefined ? data : Object.fromEntries(show.map((field) => [field, data[field]]));
      say(`   ← ${JSON.stringify({ simulated: data['simulated'], ...shown })}`);
      return data;
    },
    refused: async (tool, input) => {
      const { failed, text } = await ask(tool, input);
      if (!failed) throw new Error(`${tool} should have been refused`);
      say(
        text
          .split('\n')
          .map((line) => `   ✋ ${line}`)
          .join('\n'),
      );
      return text;
    },
    expect: (what, value, wanted) => {
      if (value !== wanted)
        throw new Error(`${what} is ${JSON.stringify(value)}, not ${JSON.stringify(wanted)}`);
      say(`   ✓ ${what}: ${JSON.stringify(value)}`);
    },
  };
}

/** The objects of a list in an answer. */
export function rows(answer: Record<string, unknown>, key: string): Record<string, unknown>[] {
  const found = answer[key];
  return Array.isArray(found) ? found : [];
}
