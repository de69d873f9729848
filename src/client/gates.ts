// All the gates of a client: one a host, one a full sender; each answer teaches them (manners.ts) how fast to go.
import type { Host } from '../operation/define.ts';
import type { WireRequest } from './encode.ts';
import type { Exchange } from './exchange.ts';
import { laneOf, learn } from './manners.ts';
import { createGate, type Gate, type GateParts, type Turn } from './rate-limit.ts';

export interface Gates {
  /** Where nobody need wait: as `enter`, at once. */
  pass(request: WireRequest, turn: Turn): (() => void) | undefined;
  /** Waits until the request may go; what it returns must be called when it has been answered. */
  enter(request: WireRequest, turn: Turn): Promise<() => void>;
  /** Takes to heart what the answer teaches. */
  heed(request: WireRequest, result: Exchange): void;
  /** The host asked for a pause: nobody else runs into the same refusal meanwhile. */
  pauseHost(host: Host, ms: number): void;
}

export function createGates(parts: GateParts): Gates {
  const { now } = parts;
  const hosts = new Map<Host, Gate>();
  const lanes = new Map<string, Gate>();

  function gateOf(host: Host): Gate {
    const gate = hosts.get(host) ?? createGate(parts);
    hosts.set(host, gate);
    return gate;
  }

  /** Waits without a turn at the host's gate: a full sender holds up nobody but its own. */
  async function passLane(lane: string, signal: AbortSignal | undefined): Promise<void> {
    const gate = lanes.get(lane);
    if (gate === undefined) return;
    const leave = await gate.enter({ signal });
    leave();
    if (lanes.get(lane) === gate) lanes.delete(lane);
  }

  return {
    pass(request, turn) {
      const lane = lanes.size === 0 ? undefined : laneOf(request);
      return lane !== undefined && lanes.has(lane) ? undefined : gateOf(request.host).pass(turn);
    },
    async enter(request, turn) {
      const lane = laneOf(request);
      if (lane !== undefined) await passLane(lane, turn.signal);
      return gateOf(request.host).enter(turn);
    },
    heed(request, result) {
      const { hostPauseMs, lanePauseMs, slowDown, wentWell } = learn(result, now);
      const gate = gateOf(request.host);
      if (slowDown) gate.slowDown();
      if (wentWell) gate.wentWell();
      if (hostPauseMs !== undefined) gate.pauseUntil(now().getTime() + hostPauseMs);
      const lane = lanePauseMs === undefined ? undefined : laneOf(request);
      if (lane === undefined || lanePauseMs === undefined) return;
      const full = lanes.get(lane) ?? createGate({ ...parts, atOnce: Number.POSITIVE_INFINITY });
      full.pauseUntil(now().getTime() + lanePauseMs);
      lanes.set(lane, full);
    },
    pauseHost(host, ms) {
      gateOf(host).pauseUntil(now().getTime() + ms);
    },
  };
}
