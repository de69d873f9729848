// SKILL.md in its two variants: OpenClaw's nested block is there, and gone in the one that strict loaders read.
import { readFileSync } from 'node:fs';
import { memorySkillFiles, SkillsExtension } from '@modelcontextprotocol/server/ext/skills';
import { describe, expect, it } from 'vitest';
import { portableSkill } from '../src/skill.ts';

const skill = readFileSync('SKILL.md', 'utf8');

describe('SKILL.md', () => {
  it('carries what OpenClaw reads, as a nested object', () => {
    expect(skill).toMatch(/^metadata:\n {2}openclaw:\n(?: {4}.*\n)+/m);
  });

  it('names what the skill is for', () => {
    for (const product of [
      'Messaging',
      'WhatsApp',
      'Voice',
      'Conversations',
      'Verify',
      'Studio',
      'Lookup',
      'Proxy',
      'Sync',
      'TaskRouter',
      'Segment/Engage',
    ]) {
      expect(skill.slice(0, skill.indexOf('\n---\n')), product).toContain(product);
    }
  });

  it('is short enough to be read whole', () => {
    expect(skill.split('\n').length).toBeLessThanOrEqual(120);
  });
});

describe('the portable variant', () => {
  it('has the same words without the metadata, and a strict loader takes it', async () => {
    const portable = portableSkill(skill);
    expect(portable).not.toContain('openclaw');
    expect(portable).toContain('name: twilio\n');
    expect(portable.slice(portable.indexOf('\n---\n'))).toBe(skill.slice(skill.indexOf('\n---\n')));
    const catalog = await SkillsExtension.load(memorySkillFiles({ 'twilio/SKILL.md': portable }), {
      strict: true,
    });
    expect(catalog.entries).toHaveLength(1);
  });

  it('is needed: the strict loader refuses the nested block', async () => {
    await expect(
      SkillsExtension.load(memorySkillFiles({ 'twilio/SKILL.md': skill }), { strict: true }),
    ).rejects.toThrow(/metadata/);
  });

  it('leaves a file without metadata as it is, and refuses one without front matter', () => {
    expect(portableSkill('---\nname: a\n---\nbody')).toBe('---\nname: a\n---\nbody');
    expect(() => portableSkill('no front matter')).toThrow(/front matter/);
  });
});
