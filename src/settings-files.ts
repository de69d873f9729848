// Settings of the files this server reads and writes for its operations: keys it makes, attachments it may take. The rest is in config.ts.
import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { list, setting } from './setting.ts';

const hostName = /^(?!.*\.\.)[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/;

export const fileSettings = {
  TWILIO_MCP_KEYS_FOLDER: setting(
    z.string().refine(isAbsolute, 'must be an absolute path').optional(),
    "Folder for the secrets of API keys made here: a file each, for its owner only; no model sees them. Default: keys in the platform's state folder.",
    '/var/lib/twilio-mcp/keys',
  ),
  TWILIO_MCP_ATTACHMENT_FOLDERS: setting(
    list.refine((folders) => folders.every((each) => isAbsolute(each)), 'must be absolute paths').default([]),
    'Folders whose files may be attached to emails by path, with commas; none unless set. Hidden files and links that lead out are refused.',
    '/srv/receipts',
  ),
  TWILIO_MCP_ATTACHMENT_HOSTS: setting(
    list
      .refine((hosts) => hosts.every((each) => hostName.test(each)), 'must be host names in lower case')
      .default([]),
    'Host names whose https files may be attached to emails by URL, with commas; none unless set. Redirects to others and private addresses are refused.',
    'files.example.com',
  ),
};
