// Lets no test leave this machine: every TCP connection and name lookup outside loopback throws.
// Which addresses a test may use is the whole subject; faking answers is not done here.
import net from 'node:net';

const loopback = /^(127\.|::1$|::ffff:127\.|localhost$)/;
const connect = net.Socket.prototype.connect;

function guarded(this: net.Socket, ...args: unknown[]): net.Socket {
  const target = hostOf(args);
  if (target !== undefined && !loopback.test(target)) {
    throw new Error(`A test tried to reach ${target}. Tests reach addresses on this machine only.`);
  }
  return Reflect.apply(connect, this, args);
}

// This runs before every test file, in a process that several files share: one guard is enough.
if (connect.name !== guarded.name) net.Socket.prototype.connect = guarded;

function hostOf(args: unknown[]): string | undefined {
  const first = Array.isArray(args[0]) ? args[0][0] : args[0];
  if (typeof first === 'object' && first !== null) {
    if ('path' in first && typeof first.path === 'string') return undefined;
    return 'host' in first && typeof first.host === 'string' ? first.host : 'localhost';
  }
  if (typeof first === 'string') return undefined;
  return typeof args[1] === 'string' ? args[1] : 'localhost';
}
