// The metrics page in Prometheus' form: calls by operation and outcome, requests by host and outcome, and the process itself.
import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import type { Observer } from '../watch.ts';

export interface Metrics {
  readonly observer: Observer;
  readonly page: () => Promise<Response>;
}

const seconds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry, prefix: 'twilio_mcp_' });
  const calls = new Counter({
    name: 'twilio_mcp_calls_total',
    help: 'Operations called, by outcome: ok or an error code of references/errors.md',
    labelNames: ['operation', 'effect', 'outcome'],
    registers,
  });
  const callSeconds = new Histogram({
    name: 'twilio_mcp_call_seconds',
    help: 'Time from the call to its answer',
    labelNames: ['effect'],
    buckets: seconds,
    registers,
  });
  const requests = new Counter({
    name: 'twilio_mcp_provider_requests_total',
    help: 'Requests to Twilio, SendGrid and Segment with their retries, by outcome',
    labelNames: ['host', 'outcome'],
    registers,
  });
  const requestSeconds = new Histogram({
    name: 'twilio_mcp_provider_request_seconds',
    help: 'Time of a request with its waiting and retries',
    labelNames: ['host'],
    buckets: seconds,
    registers,
  });
  const observer: Observer = {
    called: ({ name: operation, effect }, took, outcome) => {
      calls.inc({ operation, effect, outcome });
      callSeconds.observe({ effect }, took);
    },
    asked: (host, took, outcome) => {
      requests.inc({ host, outcome });
      requestSeconds.observe({ host }, took);
    },
  };
  return {
    observer,
    page: async () =>
      new Response(await registry.metrics(), { headers: { 'content-type': registry.contentType } }),
  };
}
