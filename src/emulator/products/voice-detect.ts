// Here: answering machine detection: who picked up, found out before the call goes on or beside it.
// Not here: what a phone does when it rings (voice-life.ts). Source: docs/voice/answering-machine-detection.
import type { World } from '../state.ts';
import { type Call, isOver, tell } from './voice-call.ts';
import type { Line } from './voice-line.ts';

export type Detection = {
  /** DetectMessageEnd waits for the beep of a machine. */
  readonly waitsForBeep: boolean;
  readonly isAsync: boolean;
  readonly callback: string;
  readonly callbackMethod: 'GET' | 'POST';
};

type Verdict = { readonly answeredBy: string; readonly seconds: number };

function judge(world: World, call: Call, { waitsForBeep }: Detection): Verdict {
  if (world.phones.get(call.to).answers !== 'machine') return { answeredBy: 'human', seconds: 1.5 };
  return waitsForBeep
    ? { answeredBy: 'machine_end_beep', seconds: 8 }
    : { answeredBy: 'machine_start', seconds: 4 };
}

/** Holds the line until it is known who answered, unless that was asked for in the background. */
export async function detect(world: World, call: Call, line: Line, detection: Detection): Promise<void> {
  const { answeredBy, seconds } = judge(world, call, detection);
  if (!detection.isAsync) {
    await line.pass(seconds);
    call.answeredBy = answeredBy;
    return;
  }
  world.clock.after(seconds, () => {
    if (isOver(call)) return;
    call.answeredBy = answeredBy;
    if (detection.callback === '') return;
    tell(world, call, {
      kind: 'call-amd',
      url: detection.callback,
      method: detection.callbackMethod,
      params: {
        CallSid: call.sid,
        AccountSid: call.accountSid,
        AnsweredBy: answeredBy,
        MachineDetectionDuration: String(seconds * 1000),
      },
    });
  });
}
