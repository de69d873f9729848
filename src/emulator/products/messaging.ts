// Here: the Messaging product as the emulator serves it: its routes and its part of the control door.
import type { Product } from '../route.ts';
export const messaging: Product = { name: 'messaging', routes: [] };
