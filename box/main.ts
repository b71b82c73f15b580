import { parseArgs } from 'node:util';
import { doctor } from './cli/doctor.ts';
import { dialDry } from './cli/dry-run.ts';
import { enroll } from './cli/enroll.ts';
import { run } from './cli/run.ts';
import { service } from './cli/service.ts';
import { status } from './cli/status.ts';
import { HELP } from './cli/words.ts';
import { type BoxConfig, BoxConfigError, FLAGS, readConfig } from './config.ts';

/** @returns the exit code. */
type Command = (config: BoxConfig, args: string[]) => Promise<number>;

const COMMANDS: Record<string, Command> = { enroll, run, status, 'dry-run': dialDry, doctor, service };

async function main(): Promise<number> {
  const options = Object.fromEntries(Object.keys(FLAGS).map((flag) => [flag, { type: 'string' as const }]));
  const { values, positionals } = parseArgs({
    options: { ...options, help: { type: 'boolean' as const, short: 'h' } },
    allowPositionals: true,
  });
  const { help, ...flags } = values as Record<string, string | undefined> & { help?: boolean };
  const [name = 'help', ...args] = positionals;
  const config = readConfig(flags);
  const command = COMMANDS[name];
  if (!command || help) {
    console.log(HELP[config.language]);
    return name === 'help' || help ? 0 : 2;
  }
  return command(config, args);
}

main().then(
  (code) => process.exit(code),
  (error: Error & { code?: string }) => {
    const known = error instanceof BoxConfigError || error.code?.startsWith('ERR_PARSE_ARGS');
    console.error(known ? error.message : error.stack);
    process.exit(known ? 2 : 1);
  },
);
