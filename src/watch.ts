// Seeing it run: each call and each request to a provider is timed and traced, by names and outcomes alone. No input, answer, number or caller.
// Traces go to whatever OpenTelemetry SDK the process was started with; without one they cost nothing. Metrics are mcp/metrics.ts.
import { createRequire } from 'node:module';
import type { SpanOptions, Tracer } from '@opentelemetry/api';
import type { Client } from './client/client.ts';
import { hostNames } from './client/hosts.ts';
import type { Operation } from './operation/define.ts';
import { OperationError } from './operation/errors.ts';
import type { Perform } from './perform.ts';

export interface Observer {
  readonly called: (operation: Operation, seconds: number, outcome: string) => void;
  readonly asked: (host: string, seconds: number, outcome: string) => void;
}

interface Watching {
  readonly observer: Observer | undefined;
  readonly now: () => Date;
}

type Api = typeof import('@opentelemetry/api');
const require = createRequire(import.meta.url);
let loaded: { readonly api: Api; readonly tracer: Tracer } | undefined;

/** Loaded with the first call, not with the start. */
function tracing() {
  if (loaded === undefined) {
    const api: Api = require('@opentelemetry/api');
    loaded = { api, tracer: api.trace.getTracer('twilio-mcp') };
  }
  return loaded;
}

export function watchPerform(perform: Perform, watching: Watching): Perform {
  return (call) => {
    const { operation } = call;
    const attributes = { 'twilio_mcp.operation': operation.name, 'twilio_mcp.effect': operation.effect };
    return watched(watching, operation.name, { attributes }, () => perform(call), {
      outcomeOf: (result) => (result.ok ? 'ok' : result.error.code),
      told: (seconds, outcome) => watching.observer?.called(operation, seconds, outcome),
    });
  };
}

export function watchClient(client: Client, watching: Watching): Client {
  return {
    ...client,
    send: (request, how) => {
      const host = hostNames[request.host];
      const attributes = { 'http.request.method': request.method, 'server.address': host };
      const options = { kind: tracing().api.SpanKind.CLIENT, attributes };
      return watched(watching, request.method, options, () => client.send(request, how), {
        outcomeOf: () => 'ok',
        told: (seconds, outcome) => watching.observer?.asked(host, seconds, outcome),
      });
    },
  };
}

interface Telling<T> {
  readonly outcomeOf: (result: T) => string;
  readonly told: (seconds: number, outcome: string) => void;
}

/** Runs it within a span of its own; without an SDK and an observer there is nothing to tell, and nothing is done for it. */
function watched<T>(
  { observer, now }: Watching,
  name: string,
  options: SpanOptions,
  run: () => Promise<T>,
  { outcomeOf, told }: Telling<T>,
): Promise<T> {
  const { api, tracer } = tracing();
  const span = tracer.startSpan(name, options);
  const isTraced = api.isSpanContextValid(span.spanContext());
  if (!isTraced && observer === undefined) return run();
  const started = now().getTime();
  const end = (outcome: string): void => {
    span.setAttribute('twilio_mcp.outcome', outcome);
    if (outcome !== 'ok') span.setStatus({ code: api.SpanStatusCode.ERROR, message: outcome });
    span.end();
    told((now().getTime() - started) / 1000, outcome);
  };
  return api.context.with(api.trace.setSpan(api.context.active(), span), async () => {
    try {
      const result = await run();
      end(outcomeOf(result));
      return result;
    } catch (error) {
      end(error instanceof OperationError ? error.code : 'INTERNAL');
      throw error;
    }
  });
}
