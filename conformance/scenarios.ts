// The server scenarios of the MCP conformance suite: those our server is held to, and why it is not held to the others.

/** Run in every protocol revision they apply to. */
export const held: readonly string[] = [
  'server-initialize',
  'server-session-lifecycle',
  'ping',
  'tools-list',
  'resources-list',
  'prompts-list',
  'server-sse-multiple-streams',
  'sep-2164-resource-not-found',
  'dns-rebinding-protection',
  'caching',
  'http-header-validation',
  'input-required-result-missing-input-response',
  'input-required-result-unsupported-methods',
  'input-required-result-ignore-extra-params',
  'input-required-result-validate-input',
  'sep-2640-skills-directory',
  'sep-2640-skills-enumeration',
  'sep-2640-skills-manifest',
];

const fixture =
  'asks for a tool, prompt or resource of the suite\'s own "everything" server, such as test_simple_text';
const deprecated =
  'for a capability that the 2026-07-28 protocol deprecates and this server does not declare';

/** A scenario of the suite that is in neither list fails the run: a new one is to be judged by a person. */
export const leftOut: Readonly<Record<string, string>> = {
  'server-stateless': `all its checks pass but one, which ${fixture}`,
  'logging-set-level': deprecated,
  'completion-complete': `${fixture}; test/mcp.test.ts holds our own completions`,
  'tools-call-simple-text': fixture,
  'tools-call-image': fixture,
  'tools-call-audio': fixture,
  'tools-call-embedded-resource': fixture,
  'tools-call-mixed-content': fixture,
  'tools-call-with-logging': deprecated,
  'tools-call-error': fixture,
  'tools-call-with-progress': `${fixture}; test/mcp.test.ts holds our own progress`,
  'tools-call-sampling': deprecated,
  'tools-call-elicitation': fixture,
  'json-schema-2020-12': fixture,
  'elicitation-sep1034-defaults': fixture,
  'elicitation-sep1330-enums': fixture,
  'server-sse-polling': 'for servers that keep sessions and resume streams; ours keeps none',
  'resources-read-text': fixture,
  'resources-read-binary': fixture,
  'resources-templates-read': fixture,
  'resources-subscribe': `${fixture}; test/inbox-resources.test.ts holds our own subscriptions`,
  'resources-unsubscribe': 'as resources-subscribe',
  'prompts-get-simple': fixture,
  'prompts-get-with-args': fixture,
  'prompts-get-embedded-resource': fixture,
  'prompts-get-with-image': fixture,
  'http-custom-header-server-validation':
    'no tool of ours maps an argument to a header: arguments are private data',
  'input-required-result-basic-elicitation': fixture,
  'input-required-result-basic-sampling': deprecated,
  'input-required-result-basic-list-roots': deprecated,
  'input-required-result-request-state': fixture,
  'input-required-result-multiple-input-requests': fixture,
  'input-required-result-multi-round': fixture,
  'input-required-result-non-tool-request': fixture,
  'input-required-result-result-type': fixture,
  'input-required-result-tampered-state': fixture,
  'input-required-result-capability-check': fixture,
};

/** The tasks extension: no operation of ours runs longer than a request may. */
export const leftOutPrefix = 'tasks-';
