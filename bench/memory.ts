import { readFileSync } from 'node:fs';
import { type ClientRequest, get } from 'node:http';
import path from 'node:path';
import { freePort, makeFolder, residentMb, startProgram } from './processes.ts';
import { type Table, verdict } from './table.ts';

const GOAL_MB = 250;
/** Long enough for the garbage collector to have been through and for each stream to have sent something. */
const SETTLE_MS = 5000;

/** The server after its start, then with consoles that follow the live stream. PostgreSQL and the sandbox are processes of their own. */
export async function measureMemory(streams: number, progress: (line: string) => void): Promise<Table> {
  const folder = makeFolder();
  const dataDir = path.join(folder.path, 'data');
  const port = await freePort();
  const environment = {
    PORT: String(port),
    DATA_DIR: dataDir,
    RATE_LIMIT_PER_MINUTE: '1000000',
    LOG_FORMAT: 'json',
  };
  const relais = await startProgram(['server/main.ts'], environment, '/health/ready');
  const open: ClientRequest[] = [];
  try {
    await settle();
    const idleMb = residentMb(relais.pid);
    const { apiKey } = JSON.parse(readFileSync(path.join(dataDir, 'demo.json'), 'utf8')) as {
      apiKey: string;
    };
    for (let count = 0; count < streams; count++) open.push(await openStream(port, apiKey));
    progress(`${streams} live streams are open`);
    await settle();
    const busyMb = residentMb(relais.pid);
    return [['', 'MB', `goal ≤ ${GOAL_MB} MB`], row('idle', idleMb), row(`${streams} live streams`, busyMb)];
  } finally {
    for (const request of open) request.destroy();
    await relais.stop();
    folder.remove();
  }
}

function row(name: string, mb: number | null): string[] {
  return mb === null
    ? [name, 'unknown', 'not on this system']
    : [name, mb.toFixed(0), verdict(mb <= GOAL_MB)];
}

/** Resolves once the stream has said that it is ready. */
function openStream(port: number, apiKey: string): Promise<ClientRequest> {
  return new Promise((resolve, reject) => {
    const request = get(
      { port, host: '127.0.0.1', path: '/api/live', headers: { 'x-api-key': apiKey }, agent: false },
      (response) => {
        if (response.statusCode !== 200) reject(new Error(`The live stream answered ${response.statusCode}`));
        response.once('data', () => resolve(request));
        response.on('error', () => undefined);
        response.resume();
      },
    );
    request.on('error', reject);
  });
}

function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
}
