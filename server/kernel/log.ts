import { type Logger, pino, stdTimeFunctions } from 'pino';
import type { Config } from './config.ts';

export type { Logger } from 'pino';

/** Names of fields whose values never reach a log, at the top level or one level down. */
const SECRET_FIELDS = [
  'password',
  'token',
  'apiKey',
  'api_key',
  'authToken',
  'secret',
  'authorization',
  'cookie',
  'x-api-key',
].flatMap((name) => [`["${name}"]`, `*["${name}"]`]);

const plainLogs = new WeakMap<Logger, Logger>();

/**
 * The same log for lines of which there is one for every event, with a few fields that are no secrets and are named where the line
 * is written: to look for secrets in them costs several times what writing them does.
 */
export function plainLog(log: Logger): Logger {
  const plain = plainLogs.get(log) ?? log.child({}, { redact: [] });
  plainLogs.set(log, plain);
  return plain;
}

export function createLog(config: Pick<Config, 'LOG_LEVEL' | 'LOG_FORMAT'>): Logger {
  const pretty = config.LOG_FORMAT === 'pretty' || (config.LOG_FORMAT === 'auto' && process.stdout.isTTY);
  return pino({
    level: config.LOG_LEVEL,
    base: null,
    timestamp: stdTimeFunctions.isoTime,
    redact: { paths: SECRET_FIELDS, censor: '[hidden]' },
    ...(pretty
      ? { transport: { target: 'pino-pretty', options: { translateTime: 'HH:MM:ss', ignore: 'requestId' } } }
      : {}),
  });
}
