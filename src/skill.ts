// SKILL.md is written once. Hosts that read only plain string metadata get it without OpenClaw's nested block.

/** The front matter without `metadata.openclaw`: the Agent Skills specification allows string values only. */
export function portableSkill(skill: string): string {
  const [, front, body] = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(skill) ?? [];
  if (front === undefined || body === undefined) throw new Error('SKILL.md has no front matter');
  const lines = front.split('\n');
  const start = lines.indexOf('metadata:');
  if (start === -1) return skill;
  const length = lines.slice(start + 1).findIndex((line) => !line.startsWith(' '));
  const end = length === -1 ? lines.length : start + 1 + length;
  return `---\n${[...lines.slice(0, start), ...lines.slice(end)].join('\n')}\n---\n${body}`;
}
