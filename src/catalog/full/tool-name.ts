// What an operation of the full shelf is called when it is listed as a tool: letters that every host takes, short enough
// with the prefix hosts put before it, and the same in every process.
import { createHash } from 'node:crypto';

/** 64 less `mcp__twilio__`. */
const longest = 51;

export function toolNameOf(id: string): string {
  const name = id.replaceAll(/[^a-zA-Z0-9_-]/g, '_');
  if (name.length <= longest) return name;
  const mark = createHash('sha256').update(id).digest('hex').slice(0, 6);
  return `${name.slice(0, longest - mark.length - 1)}_${mark}`;
}
