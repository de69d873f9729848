// Seeing it run: each call and each request to a provider is timed and traced, by names and outcomes alone. No input, answer, number or caller.
// Traces go to whatever OpenTelemetry SDK the process was started with; without one they cost nothing. Metrics are mcp/metrics.ts.
import { createRequire } from 'node:module';
import type { Span, Tracer } from '@opentelemetry/api';
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

export function watchPerform(perform: Perform, { observer, now }: Watching): Perform {
  return (call) => {
    const { operation } = call;
    const attributes = { 'twilio_mcp.operation': operation.name, 'twilio_mcp.effect': operation.effect };
    return tracing().tracer.startActiveSpan(operation.name, { attributes }, async (span) => {
      const started = now().getTime();
      const result = await perform(call);
      const outcome = result.ok ? 'ok' : result.error.code;
      finish(span, outcome, result.ok);
      observer?.called(operation, (now().getTime() - started) / 1000, outcome);
      return result;
    });
  };
}

export function watchClient(client: Client, { observer, now }: Watching): Client {
  return {
    ...client,
    send: (request, how) => {
      const host = hostNames[request.host];
      const attributes = { 'http.request.method': request.method, 'server.address': host };
      const { api, tracer } = tracing();
      const options = { kind: api.SpanKind.CLIENT, attributes };
      return tracer.startActiveSpan(request.method, options, async (span) => {
        const started = now().getTime();
        const end = (outcome: string, ok: boolean) => {
          finish(span, outcome, ok);
          observer?.asked(host, (now().getTime() - started) / 1000, outcome);
        };
        try {
          const answer = await client.send(request, how);
          end('ok', true);
          return answer;
        } catch (error) {
          end(error instanceof OperationError ? error.code : 'INTERNAL', false);
          throw error;
        }
      });
    },
  };
}

function finish(span: Span, outcome: string, ok: boolean): void {
  span.setAttribute('twilio_mcp.outcome', outcome);
  if (!ok) span.setStatus({ code: tracing().api.SpanStatusCode.ERROR, message: outcome });
  span.end();
}
