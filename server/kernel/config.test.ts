import { describe, expect, it } from 'vitest';
import { ConfigError, loadConfig, printConfig, publicBaseUrl } from './config.ts';

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
