// What a serving process does by itself, at its start and from time to time: it looks up sends that another process left open,
// and forgets what the owner no longer wants kept.
import type { Log } from './log.ts';
import type { Recovered } from './recover.ts';
import type { Before } from './store/open.ts';

export interface ChoreParts {
  readonly recover: () => Promise<Recovered>;
  readonly recoverEveryMs: number;
  readonly forget: (before: Before) => Promise<void>;
  readonly eventDays: number | undefined;
  readonly auditDays: number | undefined;
  readonly now: () => Date;
  readonly log: Log;
}

const forgetEveryMs = 6 * 3_600_000;

/** Gives how to stop. */
export function startChores(parts: ChoreParts): () => void {
  const stops = [
    repeatedly(() => recovering(parts), parts.recoverEveryMs),
    repeatedly(() => forgetting(parts), forgetEveryMs),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

async function recovering({ recover, log }: ChoreParts): Promise<void> {
  try {
    const { found, unknown } = await recover();
    if (found + unknown === 0) return;
    log.warn(
      { found, unknown },
      'a process ended in the middle of sends; they were looked up, and none was made again: see `twilio-mcp audit`',
    );
  } catch (error) {
    log.error({ err: error }, 'sends left open could not be looked up');
  }
}

async function forgetting({ forget, eventDays, auditDays, now, log }: ChoreParts): Promise<void> {
  if (eventDays === undefined && auditDays === undefined) return;
  const before = (days: number | undefined) =>
    days === undefined ? undefined : new Date(now().getTime() - days * 86_400_000);
  try {
    await forget({ events: before(eventDays), audit: before(auditDays) });
  } catch (error) {
    log.error({ err: error }, 'what is old could not be forgotten');
  }
}

function repeatedly(work: () => Promise<void>, everyMs: number): () => void {
  const first = setTimeout(() => void work(), soonMs).unref();
  const others = setInterval(() => void work(), everyMs).unref();
  return () => {
    clearTimeout(first);
    clearInterval(others);
  };
}

/** A host asks for the tools at once, and should not wait for a store to be opened. */
const soonMs = 1000;
