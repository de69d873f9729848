// Here: one emulated world with what the suites of the voice product share: placing a call, the clock, what was heard.
// Not here: assertions.
import type { EmulatorOptions } from '../../src/emulator/emulator.ts';
import { served } from './served.ts';

/** A number of the account, and a person's phone. */
export const FROM = '+14155550100';
export const TO = '+12015550142';

type Line = { by: string; kind: string; text: string };

export async function voiceWorld(options: Partial<EmulatorOptions> = {}) {
  const world = await served(options);
  const { control, sdk } = world;
  const told = async (sid: string) => (await control('GET', `/calls/${sid}`)).body;
  return {
    ...world,
    told,
    advance: (seconds: number) => control('POST', '/clock/advance', { seconds }),
    /** What went over the wire, as "say: Hello"; the person's own part is marked. */
    heard: async (sid: string): Promise<string[]> => {
      const { transcript } = await told(sid);
      return transcript.map(({ by, kind, text }: Line) => `${by === 'person' ? '> ' : ''}${kind}: ${text}`);
    },
    place: (twiml: string, more: Partial<Parameters<typeof sdk.calls.create>[0]> = {}) =>
      sdk.calls.create({ to: TO, from: FROM, twiml, ...more }),
    press: (sid: string, digits: string) => control('POST', `/calls/${sid}/digits`, { digits }),
    speak: (sid: string, text: string) => control('POST', `/calls/${sid}/speech`, { text }),
  };
}

/** The Twilio code of a refusal, or "accepted". */
export function codeOf(asking: Promise<unknown>): Promise<unknown> {
  return asking.then(
    () => 'accepted',
    (error: unknown) => (error instanceof Error && 'code' in error ? error.code : error),
  );
}
