import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'smol-toml';

/** The name of the settings file in the data folder. */
const FILE_NAME = 'relais.toml';

/** Settings that a file gives, under the names of the environment. */
export interface SettingsFile {
  /** Where it is; null when there is none. */
  file: string | null;
  settings: Record<string, unknown>;
  /** What is wrong with it, in sentences. */
  problems: string[];
}

/** Where settings are read from besides the environment: the file that RELAIS_CONFIG names, else relais.toml in the data folder. */
export function settingsFileOf(environment: NodeJS.ProcessEnv, defaultDataDir: string): string | null {
  if (environment.RELAIS_CONFIG) return path.resolve(environment.RELAIS_CONFIG);
  const file = path.resolve(environment.DATA_DIR || defaultDataDir, FILE_NAME);
  return existsSync(file) ? file : null;
}

/** Reads a settings file. @param known every name that a setting may have. */
export function readSettingsFile(file: string | null, known: ReadonlySet<string>): SettingsFile {
  if (!file) return { file, settings: {}, problems: [] };
  try {
    const settings = parse(readFileSync(file, 'utf8'));
    const problems = Object.keys(settings)
      .filter((name) => !known.has(name))
      .map((name) => `${name}: there is no such setting (${file})`);
    return { file, settings, problems };
  } catch (error) {
    // A parser shows the line that it stumbled over, which may be a secret: its first line says where.
    return { file, settings: {}, problems: [`${file}: ${(error as Error).message.split('\n')[0]}`] };
  }
}
