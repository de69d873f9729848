// A Studio flow definition, held against the rules that Studio has for every flow. No operation lives here.
import { z } from 'zod';
import * as fields from '../operation/fields.ts';

/** docs/studio/user-guide/studio-faq; the published schema still says 1000. */
const MOST_WIDGETS = 2000;

const state = z.looseObject({
  name: z.string().min(1),
  type: z.string().min(1),
  transitions: z
    .array(z.looseObject({ event: z.string().min(1), next: z.string().min(1).optional() }))
    .default([]),
  properties: z.record(z.string(), z.unknown()).optional(),
});

type State = z.output<typeof state>;

const example = {
  initial_state: 'Trigger',
  states: [
    {
      name: 'Trigger',
      type: 'trigger',
      transitions: [{ event: 'incomingRequest', next: 'hello' }],
      properties: {},
    },
    {
      name: 'hello',
      type: 'send-message',
      transitions: [{ event: 'sent' }, { event: 'failed' }],
      properties: {
        from: '{{flow.channel.address}}',
        to: '{{contact.channel.address}}',
        body: 'Hi {{flow.data.name}}',
      },
    },
  ],
};

/** Every fault is told at once, by the name of the widget: a definition is too long to mend one error a call. */
export const definition = fields.field(
  z
    .looseObject({
      description: z.string().optional(),
      initial_state: z.string().min(1),
      flags: z.looseObject({ allow_concurrent_calls: z.boolean() }).optional(),
      states: z
        .array(state)
        .min(1)
        .max(MOST_WIDGETS, `has over ${MOST_WIDGETS} widgets: split the flow into subflows`),
    })
    .superRefine(({ initial_state, states }, context) => {
      for (const message of faultsOf(initial_state, states)) context.addIssue({ code: 'custom', message });
    }),
  'The flow as a JSON object: initial_state, states (name, type, transitions, properties)',
  example,
);

function faultsOf(initial: string, states: readonly State[]): string[] {
  const names = states.map(({ name }) => name);
  const known = new Set(names);
  const twice = [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
  const lost = states.flatMap(({ name, transitions }) =>
    transitions
      .filter(({ next }) => next !== undefined && !known.has(next))
      .map(({ event, next }) => `goes from ${name} on ${event} to ${next}, which is no state`),
  );
  const triggers = states.filter(({ type }) => type === 'trigger').length;
  return [
    ...(known.has(initial) ? [] : [`has the initial_state ${initial}, which is no state`]),
    ...twice.map((name) => `has two states called ${name}`),
    ...(triggers === 1 ? [] : [`has ${triggers} states of type trigger; a flow has one`]),
    ...lost,
  ].slice(0, 20);
}
