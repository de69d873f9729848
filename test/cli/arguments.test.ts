// An operation's input as it is written on the command line: flags, repeated flags, JSON, and options that stand in the wrong place.
import { describe, expect, it } from 'vitest';
import { findOperation } from '../../src/catalog/index.ts';
import { flagsOf, readInput } from '../../src/cli/arguments.ts';

function inputOf(name: string, ...args: string[]) {
  const operation = findOperation(name);
  if (operation === undefined) throw new Error(`no ${name}`);
  return readInput(operation, args);
}

function nextOf(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}

describe('a flag of many', () => {
  it('takes objects as JSON: all in one array, or one a flag', () => {
    const steps = [{ say: 'hi' }, { pause_seconds: 1 }];
    expect(inputOf('voice_build_twiml', '--steps', JSON.stringify(steps))).toEqual({ steps });
    const each = steps.flatMap((step) => ['--steps', JSON.stringify(step)]);
    expect(inputOf('voice_build_twiml', ...each)).toEqual({ steps });
    expect(() => inputOf('voice_build_twiml', '--steps', '[{say:1}]')).toThrow(/--steps is not JSON/);
  });

  it('leaves text as it is', () => {
    const urls = ['--media-urls', 'https://example.com/a', '--media-urls', '[b]'];
    expect(inputOf('messaging_send_message', ...urls, '--body', '{"a":1}')).toEqual({
      media_urls: ['https://example.com/a', '[b]'],
      body: '{"a":1}',
    });
  });

  it('is told to be JSON only where it is', () => {
    const of = (name: string, flag: string) => {
      const operation = findOperation(name);
      return operation && flagsOf(operation).find((each) => each.flag === flag)?.items;
    };
    expect(of('voice_build_twiml', 'steps')).toBe('object');
    expect(of('messaging_send_message', 'media-urls')).toBe('string');
  });
});

describe('an option of the server after the name of the operation', () => {
  it.each([['--mode', 'emulator'], ['--mode=emulator'], ['--read-only'], ['--env-file', '.env']])(
    '%j is said to go before it',
    (...args) => {
      const error = nextOf(() => inputOf('account_get_balance', ...args));
      const option = args[0]?.split('=')[0];
      expect(error).toMatchObject({
        code: 'INVALID_INPUT',
        message: `${option} is an option of the server, not a field of account_get_balance.`,
        details: {
          next: expect.stringContaining(`before the operation's name: twilio-mcp call ${option} …`),
        },
      });
    },
  );
});
