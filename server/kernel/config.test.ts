import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ConfigError, changedFixed, loadConfig, printConfig, publicBaseUrl, settingsOf } from './config.ts';

const PUBLIC_KEY = '11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=';
const production = {
  RELAIS_MODE: 'production',
  SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
  DATABASE_URL: 'postgres://relais@db/relais',
  PUBLIC_BASE_URL: 'https://relais.example',
};

describe('configuration', () => {
  it('has a default for everything', () => {
    expect(loadConfig({})).toMatchObject({
      PORT: 4000,
      RELAIS_MODE: 'demo',
      DEFAULT_REGION: 'FR',
      SECRET_KEYS_OLD: [],
    });
  });

  it('is overridden by the environment, under today’s names and former ones', () => {
    const config = loadConfig({
      PORT: '8080',
      APP_URL: 'https://a.example/',
      SECRET_KEYS_OLD: 'x, y',
      TELNYX_WEBHOOK_SECRET: PUBLIC_KEY,
    });
    expect(config).toMatchObject({
      PORT: 8080,
      PUBLIC_BASE_URL: 'https://a.example',
      SECRET_KEYS_OLD: ['x', 'y'],
      TELNYX_PUBLIC_KEY: PUBLIC_KEY,
    });
    expect(loadConfig({ BASE_URL: 'https://b.example' }).PUBLIC_BASE_URL).toBe('https://b.example');
    expect(publicBaseUrl(loadConfig({ PORT: '81' }))).toBe('http://localhost:81');
  });

  describe('in a settings file', () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'relais-settings-'));
    const file = path.join(folder, 'relais.toml');
    const withFile = (text: string, environment: NodeJS.ProcessEnv = { DATA_DIR: folder }) => {
      writeFileSync(file, text);
      return loadConfig(environment);
    };
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    it('stands above the defaults and below the environment, under any of its names', () => {
      const text =
        'PORT = 5000\nBASE_URL = "https://a.example"\nSECRET_KEYS_OLD = ["x", "y"]\nSYNC_REPAIR = true';
      expect(withFile(text)).toMatchObject({
        PORT: 5000,
        PUBLIC_BASE_URL: 'https://a.example',
        SECRET_KEYS_OLD: ['x', 'y'],
        SYNC_REPAIR: true,
      });
      const environment = { DATA_DIR: folder, PORT: '6000', PUBLIC_BASE_URL: 'https://b.example' };
      expect(withFile(text, environment)).toMatchObject({ PORT: 6000, PUBLIC_BASE_URL: 'https://b.example' });
    });

    it('may stand anywhere, and say then where the data is', () => {
      expect(withFile(`DATA_DIR = "${folder}"`, { RELAIS_CONFIG: file }).DATA_DIR).toBe(folder);
      expect(() => withFile(`DATA_DIR = "${folder}"`)).toThrow(/DATA_DIR: set it in the environment/);
      expect(() => loadConfig({ RELAIS_CONFIG: path.join(folder, 'nowhere.toml') })).toThrow(/nowhere\.toml/);
    });

    it('is refused with a typing error in it, and shows no secret', () => {
      expect(() => withFile('PRT = 5000\nDEFAULT_REGION = "France"')).toThrow(
        /- PRT: there is no such setting .*relais\.toml[\s\S]*- DEFAULT_REGION: .*two capital letters/,
      );
      expect(() => withFile('SECRET_KEY = hush-hush')).toThrow(/relais\.toml: (?![\s\S]*hush)/);
    });

    it('is not read by a process that was told its settings', () => {
      const told = settingsOf(withFile('PORT = 5000'));
      writeFileSync(file, 'PORT = "never read');
      expect(loadConfig(told).PORT).toBe(5000);
    });
  });

  it('names what a running server cannot take', () => {
    const inForce = loadConfig({});
    expect(changedFixed(inForce, loadConfig({ SMS_PER_SECOND: '3', JWT_MINUTES: '7' }))).toEqual([]);
    expect(changedFixed(inForce, loadConfig({ PORT: '1', RELAIS_PROCESSES: '3' }))).toEqual([
      'RELAIS_PROCESSES',
      'PORT',
    ]);
    const account = { TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`, TWILIO_AUTH_TOKEN: 'x' };
    expect(changedFixed(inForce, loadConfig(account))).toContain('TWILIO_ACCOUNT_SID');
  });

  it('explains what is wrong, all at once', () => {
    const wrong = () =>
      loadConfig({ PORT: '70000', TELNYX_WEBHOOK_SIGNING_SECRET: 'whsec_abc', DEFAULT_REGION: 'France' });
    expect(wrong).toThrow(ConfigError);
    expect(wrong).toThrow(/PORT/);
    expect(wrong).toThrow(/there is no shared secret/);
    expect(wrong).toThrow(/DEFAULT_REGION/);
  });

  it('refuses a bucket that is half set up', () => {
    expect(() => loadConfig({ BLOB_STORE: 's3' })).toThrow(/S3_BUCKET is missing/);
    expect(() => loadConfig({ S3_BUCKET: 'a', S3_ACCESS_KEY_ID: 'k' })).toThrow(/go together/);
    expect(() => loadConfig({ S3_PREFIX: 'relais' })).toThrow(/ends with a slash/);
    expect(printConfig(loadConfig({ S3_ACCESS_KEY_ID: 'k', S3_SECRET_ACCESS_KEY: 'hush' }))).not.toContain(
      'hush',
    );
    expect(loadConfig({ BLOB_STORE: 's3', S3_BUCKET: 'a' })).toMatchObject({ S3_PREFIX: 'relais/' });
  });

  it('starts production only with everything that it needs', () => {
    expect(loadConfig(production).RELAIS_MODE).toBe('production');
    expect(() => loadConfig({ NODE_ENV: 'production' })).toThrow(
      /SECRET_KEY is missing[\s\S]*DATABASE_URL is missing[\s\S]*PUBLIC_BASE_URL is missing/,
    );
    expect(() => loadConfig({ ...production, CALLBOX_TOKEN: 'callbox-secure-token-2024' })).toThrow(
      /published example/,
    );
    expect(() =>
      loadConfig({ ...production, TELNYX_API_KEY: 'KEYSANDBOX1', TELNYX_PUBLIC_KEY: PUBLIC_KEY }),
    ).toThrow(/sandbox/);
    expect(() => loadConfig({ ...production, TELNYX_API_KEY: 'KEY1' })).toThrow(
      /TELNYX_PUBLIC_KEY is missing/,
    );
  });

  it('is printed without its secrets', () => {
    const printed = printConfig(
      loadConfig({ ...production, TELNYX_API_KEY: 'KEY-very-secret', TELNYX_PUBLIC_KEY: PUBLIC_KEY }),
    );
    expect(printed).not.toContain('very-secret');
    expect(printed).not.toContain(production.SECRET_KEY);
    expect(printed).not.toContain('postgres://');
    expect(printed).toContain('PORT = 4000');
  });
});
