// The reference documents as MCP resources and as an Agent Skill: the same Markdown that stands in references/.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type McpServer,
  ProtocolError,
  ProtocolErrorCode,
  ResourceTemplate,
} from '@modelcontextprotocol/server';
import { memorySkillFiles, SkillsExtension } from '@modelcontextprotocol/server/ext/skills';
import { portableSkill } from '../skill.ts';

const markdown = 'text/markdown';

export interface References {
  readonly skill: string;
  /** Page name without ending → Markdown. */
  readonly pages: ReadonlyMap<string, string>;
}

/** Reads SKILL.md and references/ below the package's root. */
export function readReferences(root: string): References {
  const folder = join(root, 'references');
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.md'))
    .sort();
  const pages = names.map((name): [string, string] => [
    name.slice(0, -3),
    readFileSync(join(folder, name), 'utf8'),
  ]);
  return { skill: readFileSync(join(root, 'SKILL.md'), 'utf8'), pages: new Map(pages) };
}

export function registerReferences(mcp: McpServer, { skill, pages }: References): void {
  mcp.registerResource(
    'skill',
    'twilio://skill',
    {
      title: 'Twilio skill',
      description: 'When to use these tools, and which page to read',
      mimeType: markdown,
    },
    (uri) => ({ contents: [{ uri: uri.href, mimeType: markdown, text: skill }] }),
  );
  registerSections(mcp, pages);
  const names = [...pages.keys()];
  const template = new ResourceTemplate('twilio://references/{page}', {
    list: () => ({
      resources: [...pages].map(([name, text]) => ({
        name,
        uri: uriOf(name),
        title: headingOf(text) ?? name,
        mimeType: markdown,
        size: Buffer.byteLength(text),
      })),
    }),
    complete: { page: (start) => names.filter((name) => name.includes(start)) },
  });
  mcp.registerResource(
    'reference',
    template,
    {
      title: 'Reference page',
      description: 'One page a surface: workflow, checklist, limits, errors',
      mimeType: markdown,
    },
    (uri, { page }) => {
      const text = typeof page === 'string' ? pages.get(page.replace(/\.md$/, '')) : undefined;
      if (text === undefined) {
        throw new ProtocolError(
          ProtocolErrorCode.InvalidParams,
          `No reference page ${uri.href}. Pages: ${names.join(', ')}.`,
        );
      }
      return { contents: [{ uri: uri.href, mimeType: markdown, text }] };
    },
  );
}

/** One section of a page: `## What it cannot do` is `what-it-cannot-do`. */
function registerSections(mcp: McpServer, pages: References['pages']): void {
  const template = new ResourceTemplate('twilio://references/{page}/{section}', {
    list: undefined,
    complete: {
      page: (start) => [...pages.keys()].filter((name) => name.includes(start)),
      section: (start, context) =>
        [...sectionsOf(pages.get(context?.arguments?.['page'] ?? '') ?? '').keys()].filter((name) =>
          name.startsWith(start),
        ),
    },
  });
  mcp.registerResource(
    'reference-section',
    template,
    {
      title: 'Section of a reference page',
      description: 'One part of a page, such as errors or checklist',
      mimeType: markdown,
    },
    (uri, { page, section }) => {
      const sections = sectionsOf((typeof page === 'string' && pages.get(page)) || '');
      const text = typeof section === 'string' ? sections.get(section) : undefined;
      if (text === undefined) {
        const known = [...sections.keys()].join(', ') || 'none: there is no such page';
        throw new ProtocolError(
          ProtocolErrorCode.InvalidParams,
          `No section ${uri.href}. Sections: ${known}.`,
        );
      }
      return { contents: [{ uri: uri.href, mimeType: markdown, text }] };
    },
  );
}

function sectionsOf(text: string): ReadonlyMap<string, string> {
  const parts = text.split(/^(?=## )/m).filter((part) => part.startsWith('## '));
  return new Map(parts.map((part) => [slugOf(part.slice(3, part.indexOf('\n'))), part.trim()]));
}

function slugOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}

/** The Agent Skill (SEP-2640): SKILL.md without the host-specific block that the loader refuses, and its pages. */
export function loadSkill({ skill, pages }: References) {
  const files = [...pages].map(([name, text]): [string, string] => [`twilio/references/${name}.md`, text]);
  return SkillsExtension.load(
    memorySkillFiles({ 'twilio/SKILL.md': portableSkill(skill), ...Object.fromEntries(files) }),
    { strict: true },
  );
}

export function uriOf(page: string): string {
  return `twilio://references/${page}`;
}

function headingOf(text: string): string | undefined {
  return /^# (.+)$/m.exec(text)?.[1];
}
