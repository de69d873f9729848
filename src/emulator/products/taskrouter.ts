// Here: TaskRouter v1 as a product, put together from its parts.
// Not here: any route; task channels and statistics of single workers and workflows are not emulated.
import type { Product } from '../route.ts';
import { queueRoutes } from './taskrouter-queues.ts';
import { setupRoutes } from './taskrouter-setup.ts';
import { statisticsRoutes } from './taskrouter-statistics.ts';
import { taskRoutes } from './taskrouter-tasks.ts';

export const taskrouter: Product = {
  name: 'taskrouter',
  routes: [...setupRoutes, ...queueRoutes, ...taskRoutes, ...statisticsRoutes],
};
