// The MCP conformance suite over HTTP, and the MCP Inspector's command line over stdio, on the server as it is built.
import { main, settingsFor } from '../bench/ours.ts';
import { startOursOverHttp } from '../bench/over-http.ts';
import { type Finding, type Judge, runJudge } from './judge.ts';
import { held, leftOut, leftOutPrefix } from './scenarios.ts';

const revisions = ['2025-06-18', '2025-11-25', '2026-07-28'];
const rehearsal = { ...settingsFor('http://127.0.0.1:9'), TWILIO_MCP_MODE: 'emulator' };

function settings(): Record<string, string> {
  const { TWILIO_API_BASE_URL: _, ...rest }: Record<string, string> = rehearsal;
  return rest;
}

export const conformanceSuite: Judge = {
  name: '@modelcontextprotocol/conformance, over HTTP',
  async run() {
    const server = await startOursOverHttp('', [], settings());
    try {
      const known = scenariosOf((await runJudge('conformance', ['list'])).out);
      const findings: Finding[] = [];
      for (const [scenario, versions] of known) {
        if (held.includes(scenario)) {
          for (const version of versions) findings.push(...(await judged(scenario, version, server.url)));
        } else if (leftOut[scenario] === undefined && !scenario.startsWith(leftOutPrefix)) {
          findings.push({ what: scenario, holds: false, told: 'new in the suite: add it to scenarios.ts' });
        }
      }
      return findings;
    } finally {
      await server.end();
    }
  },
};

/** Scenario → the revisions of ours that it applies to; undefined for an extension. */
function scenariosOf(list: string): Map<string, readonly (string | undefined)[]> {
  const server = list.slice(list.indexOf('Server scenarios'), list.indexOf('Client scenarios'));
  const rows = [...server.matchAll(/^ {2}- (\S+) \[([^\]]+)\]/gm)];
  return new Map(
    rows.map(([, name = '', versions = '']) => [
      name,
      versions === 'extension' ? [undefined] : revisions.filter((each) => versions.includes(each)),
    ]),
  );
}

/** Nothing where the scenario has no check for the revision. */
async function judged(scenario: string, version: string | undefined, url: string): Promise<Finding[]> {
  const chosen = version === undefined ? [] : ['--spec-version', version];
  const { out } = await runJudge('conformance', ['server', '--url', url, '--scenario', scenario, ...chosen]);
  const told = /Passed: (\d+)\/(\d+), (\d+) failed.*/.exec(out);
  if (told?.[2] === '0') return [];
  const what = `${scenario}${version === undefined ? '' : `, ${version}`}`;
  const faults = out.split('\n').filter((line) => line.includes('FAILURE'));
  const holds = told?.[3] === '0' && faults.length === 0;
  return [{ what, holds, told: [told?.[0] ?? out.slice(-300), ...faults].join('; ') }];
}

export const inspector: Judge = {
  name: '@modelcontextprotocol/inspector --cli, over stdio',
  async run() {
    const asks: readonly (readonly [string, readonly string[], RegExp])[] = [
      ['tools/list', [], /messaging_send_message/],
      ['resources/list', [], /twilio:\/\/references\//],
      ['prompts/list', [], /verify_person/],
      ['resources/read', ['--uri', 'twilio://references/twilio-verify'], /Verify/],
      [
        'tools/call',
        ['--tool-name', 'lookup_phone_number', '--tool-args-json', '{"phone_number":"+14155550123"}'],
        /"simulated": ?true/,
      ],
    ];
    const findings: Finding[] = [];
    for (const [method, args, expected] of asks) {
      const { code, out } = await runJudge(
        'mcp-inspector',
        ['--cli', process.execPath, main, '--method', method, ...args],
        settings(),
      );
      findings.push({
        what: method,
        holds: code === 0 && expected.test(out),
        told: code === 0 ? '' : out.slice(0, 300),
      });
    }
    return findings;
  },
};
