import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { keptSecret, type SandboxAccess } from './demo.ts';
import { publicBaseUrl } from './kernel/config.ts';
import { type Kernel, systemCtx } from './kernel/ctx.ts';
import { newSecret } from './kernel/ids.ts';
import { issueApiKey, PERMISSIONS } from './modules/identity/index.ts';
import { createOwner } from './modules/identity/upkeep.ts';
import { firstGigs } from './modules/numbers/upkeep.ts';

const OWNER_EMAIL = 'demo@relais.example';

/** What scripts start from; kept in DATA_DIR/demo.json for the owner of the folder alone. */
export interface Demo {
  baseUrl: string;
  companyId: string;
  gigId: string;
  owner: { email: string; password: string };
  apiKey: string;
  callboxToken: string;
  sandbox: SandboxAccess | null;
}

/** Makes the example company once, and writes demo.json at each start: ports may have changed. */
export async function seedDemo(kernel: Kernel, sandbox: SandboxAccess | null): Promise<Demo> {
  const { config } = kernel;
  const file = path.join(config.DATA_DIR, 'demo.json');
  const former = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Demo) : null;
  const password = keptSecret(config.DATA_DIR, 'demo-owner.password', () => `relais-${newSecret(6)}`);
  const { companyId, userId } = await createOwner(kernel, {
    email: OWNER_EMAIL,
    password,
    name: 'Camille Demo',
    companyName: 'Démo SARL',
    companyCountry: 'FR',
    language: 'fr',
  });
  const gigId = await seedGigs(kernel, companyId);
  const sameCompany = former?.companyId === companyId;
  const apiKey = sameCompany
    ? former.apiKey
    : (
        await issueApiKey(kernel, {
          companyId,
          name: 'demo.json',
          scopes: [...PERMISSIONS],
          createdBy: userId,
        })
      ).secret;
  const demo = {
    baseUrl: publicBaseUrl(config),
    companyId,
    gigId,
    owner: { email: OWNER_EMAIL, password },
    apiKey,
    callboxToken: config.CALLBOX_TOKEN,
    sandbox,
  };
  // Written beside and renamed: a reader never sees half a file.
  writeFileSync(`${file}.new`, `${JSON.stringify(demo, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
  return demo;
}

async function seedGigs(kernel: Kernel, companyId: string): Promise<string> {
  const ctx = systemCtx(kernel, companyId, 'demo');
  const gig = await firstGigs(ctx, [
    { name: 'Douala support', destinationZone: 'CM', description: 'Assistance clients à Douala' },
    { name: 'US sales', destinationZone: 'US', description: 'Outbound sales, East coast' },
    {
      name: 'Service client Paris',
      destinationZone: 'FR',
      description: 'Le numéro principal du service client',
    },
  ]);
  return gig.id;
}

/** The address and how to sign in, for a person at a terminal. */
export function printWelcome(demo: Demo): void {
  const lines = [
    '',
    `  Relais is ready:  ${demo.baseUrl}`,
    `  Sign in with:     ${demo.owner.email}  /  ${demo.owner.password}`,
    `  API reference:    ${demo.baseUrl}/api/docs`,
    ...(demo.sandbox ? [`  Sandbox:          ${demo.sandbox.url}  (stands in for Telnyx and Twilio)`] : []),
    '  Ctrl-C stops everything; the data stays.',
    '',
  ];
  console.log(lines.join('\n'));
}
