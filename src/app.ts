// The composition root: a configuration in, wired parts out. The only place where the parts meet, and where time and chance come from.
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { McpServer } from '@modelcontextprotocol/server';
