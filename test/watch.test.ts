// Metrics and traces: what happened is seen by name and outcome, and no number, text, secret or caller is in either.
import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMetrics } from '../src/mcp/metrics.ts';
import { connectOverHttp } from './support/clients.ts';
import { createHttpWorld, type HttpWorld, mint } from './support/http.ts';
import { PERSON } from './support/world.ts';

const exporter = new InMemorySpanExporter();
const caller = mint('very-private-caller', ['read', 'send']);
const words = 'words that nobody else should read';

let world: HttpWorld;
let page: () => Promise<string>;

beforeEach(async () => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(
    new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }),
  );
  const metrics = createMetrics();
  world = await createHttpWorld({
    tokens: [caller.row],
    metrics: metrics.page,
    observer: metrics.observer,
  });
  page = async () => {
    const headers = { authorization: `Bearer ${caller.token}` };
    return (await fetch(`${world.url}/metrics`, { headers })).text();
  };
  const client = await connectOverHttp('2.x', world.url, caller.token);
  await client.call('messaging_send_message', { to: PERSON, body: words });
  await client.call('messaging_send_message', { to: '+14155550190000000', body: words });
  await client.call('messaging_delete_message', { sid: `SM${'0'.repeat(32)}` });
  await client.close();
});

afterEach(async () => {
  await world.close();
  exporter.reset();
  trace.disable();
  context.disable();
});

const secrets = () => [
  PERSON,
  PERSON.slice(1),
  words,
  'very-private-caller',
  caller.token,
  world.emulator.emulator.authToken,
  world.emulator.emulator.accountSid,
];

describe('/metrics', () => {
  it('counts calls and requests by name and outcome, to known callers only', async () => {
    const text = await page();
    expect(text).toContain(
      'twilio_mcp_calls_total{operation="messaging_send_message",effect="send",outcome="ok"} 1',
    );
    expect(text).toContain('outcome="INVALID_INPUT"} 1');
    expect(text).toContain(
      'twilio_mcp_calls_total{operation="messaging_delete_message",effect="delete",outcome="REFUSED"} 1',
    );
    expect(text).toMatch(/twilio_mcp_provider_requests_total\{host="api.twilio.com",outcome="ok"\} \d/);
    expect(text).toContain('twilio_mcp_call_seconds_bucket{le="0.05",effect="send"}');
    expect(text).toMatch(/twilio_mcp_process_cpu_user_seconds_total \d/);
    for (const secret of secrets()) expect(text).not.toContain(secret);
    expect((await fetch(`${world.url}/metrics`)).status).toBe(401);
  });
});

describe('traces', () => {
  it('have a span for each call with its requests below it, by name and outcome', () => {
    const spans = exporter.getFinishedSpans();
    const call = spans.find((span) => span.name === 'messaging_send_message');
    const request = spans.find(({ name }) => name.startsWith('POST'));
    expect(call?.attributes).toEqual({
      'twilio_mcp.operation': 'messaging_send_message',
      'twilio_mcp.effect': 'send',
      'twilio_mcp.outcome': 'ok',
    });
    expect(request?.parentSpanContext?.spanId).toBe(call?.spanContext().spanId);
    const calls = spans.filter((span) => 'twilio_mcp.operation' in span.attributes);
    expect(calls.map((span) => span.attributes['twilio_mcp.outcome'])).toEqual([
      'ok',
      'INVALID_INPUT',
      'REFUSED',
    ]);
    const all = JSON.stringify(
      spans.map(({ name, attributes, status, events }) => ({ name, attributes, status, events })),
    );
    for (const secret of secrets()) expect(all).not.toContain(secret);
  });
});
