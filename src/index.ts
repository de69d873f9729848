// The package's face: the few names others may import. Adding one here makes it public for good.

/** Wires a server from a configuration. Errors: throws an OperationError with code CONFIGURATION_INVALID. */
export { type App, type AppOptions, createApp } from './app.ts';
/** Every hand-shaped operation, as data: name, schemas, effect, request. */
export { findOperation, operations } from './catalog/index.ts';
/** Reads settings from flags, environment and `.env`. Errors: throws an OperationError with code CONFIGURATION_INVALID. */
/** The same, with secrets that are kept in files, vaults or by helpers looked up. Errors: as `loadConfig`. */
export { type Config, loadConfig, type Mode, readConfig } from './config.ts';
/** The local Twilio on a port of this machine; `url` is what TWILIO_API_BASE_URL is set to. */
export { type ServedEmulator, type ServeOptions, serveEmulator } from './emulator/server.ts';
export type { Operation } from './operation/define.ts';
export { type ErrorCode, OperationError } from './operation/errors.ts';
/** What a call comes back with: `ok` tells success from failure; a failure names its next step. */
export type { Failure, Result, Success } from './operation/result.ts';
/** `perform({ operation, input, actor })` walks the corridor; it never rejects. */
export type { Call, Perform } from './perform.ts';
