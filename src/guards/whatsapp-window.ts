// WhatsApp takes free text only within 24 hours of the person's last message; a template at any time. docs/whatsapp/key-concepts
import { isRow } from '../operation/row.ts';
import type { JudgedCall } from './call.ts';
import { allowed, refuse, type Verdict } from './verdict.ts';

const WINDOW_MS = 24 * 3600_000;

export function judgeWhatsAppWindow({ composed, usage, effect, people, input, now }: JudgedCall): Verdict {
  const writes = effect === 'send' && (usage.kind === 'message' || usage.kind === 'unknown');
  if (composed || !writes || namesTemplate(input)) return allowed;
  const outside = people.find(
    ({ channel, lastInbound }) => channel === 'whatsapp' && !isOpen(lastInbound, now),
  );
  if (outside === undefined) return allowed;
  const { contact, lastInbound } = outside;
  const why =
    lastInbound === undefined
      ? `${contact} has not written to you on WhatsApp`
      : `${contact} last wrote to you on WhatsApp at ${lastInbound.toISOString()}, more than 24 hours ago`;
  return refuse(
    'whatsapp.window',
    `${why}: free text would be refused (63016).`,
    'Choose an approved template with whatsapp_list_templates and send it with whatsapp_send_template.',
  );
}

function isOpen(lastInbound: Date | undefined, now: Date): boolean {
  return lastInbound !== undefined && now.getTime() - lastInbound.getTime() < WINDOW_MS;
}

/** `content_sid`, or `ContentSid` as the full shelf spells it. */
function namesTemplate(input: unknown): boolean {
  if (!isRow(input)) return false;
  return Object.entries(input).some(
    ([key, value]) =>
      /^content_?sid$/i.test(key) && typeof value === 'string' && /^HX[0-9a-f]{32}$/i.test(value),
  );
}
