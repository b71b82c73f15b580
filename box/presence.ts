import { backOffMs } from './bell.ts';
import type { Box } from './box.ts';
import { filesOf, VERSION } from './box.ts';
import { isoTime } from './clock.ts';
import type { Sim } from './drivers/port.ts';
import { hear } from './hear.ts';
import { letGo } from './lanes.ts';
import { memoryPercent, readBattery } from './machine.ts';
import { heartbeatSchema, type RemoteConfig, registeredSchema } from './protocol.ts';
import { countInHand, listWork, readCounter } from './queue-store.ts';
import { writeStatus } from './status.ts';

/** Why no work is taken now; null: it is. */
function judgeDisk({ config, freeBytes }: Box): string | null {
  try {
    const free = freeBytes();
    return free < config.minFreeBytes ? `disk full: ${Math.floor(free / 1e6)} MB are free` : null;
  } catch (error) {
    return `disk cannot be read: ${(error as Error).message}`;
  }
}

/** Looks whether there is room on the disk, and says so when that changed. */
export function lookAtDisk(box: Box): void {
  const reason = judgeDisk(box);
  if (reason !== box.state.refuses)
    box.log.write(reason ? 'error' : 'info', reason ? `No work is taken (${reason})` : 'Work is taken again');
  box.state.refuses = reason;
}

/** A SIM as the server is told of it: what is not known is left out. */
const tellSim = (sim: Sim) => Object.fromEntries(Object.entries(sim).filter(([, value]) => value !== null));

/** Keeps the server knowing of this box: registers, then sends heartbeats, at once when a SIM's state changes. */
export async function keepPresent(box: Box): Promise<void> {
  const { state, stopping, bells, config } = box;
  let failures = 0;
  while (!stopping.aborted) {
    lookAtDisk(box);
    const heard = state.registered ? await sendHeartbeat(box) : await register(box);
    failures = heard ? 0 : failures + 1;
    writeStatus(filesOf(config.dataDir).status, box);
    const slow = state.turnedAway === null ? 30_000 : 60_000;
    const waitMs = heard ? state.remote.heartbeatIntervalMs : backOffMs(failures, slow);
    await bells.presence.wait(Math.min(waitMs, heard ? waitMs : slow), stopping);
  }
}

/** @returns whether the server took it. */
async function register(box: Box): Promise<boolean> {
  const { config, client, clock, driver, state, serverTime, stopping, log } = box;
  const askedAtMs = clock.monotonicMs();
  const body = {
    callboxId: config.callboxId,
    capabilities: {
      maxConcurrentTransactions: config.maxConcurrent,
      supportedTypes: config.supportedTypes,
      fencing: true,
      sims: driver.sims().map(tellSim),
    },
    version: VERSION,
    location: config.location,
    sentAt: isoTime(clock.wallMs()),
  };
  const answer = hear(
    box,
    await client.call('POST', '/api/call-box/register', registeredSchema, { body, signal: stopping }),
  );
  if (answer.kind === 'refused') log.write('error', `The server does not register this box: ${answer.error}`);
  if (answer.kind !== 'ok') return false;
  if (answer.body.serverTime) serverTime.learn(answer.body.serverTime, askedAtMs);
  applyConfig(box, answer.body.config, answer.body.configVersion);
  state.registered = true;
  log.write('info', `Registered as ${config.callboxId}${tellClock(box)}`);
  box.bells.pull.ring();
  return true;
}

function tellClock({ serverTime }: Box): string {
  const ahead = serverTime.aheadMs();
  if (ahead === null || Math.abs(ahead) < 60_000) return '';
  return `; this machine's clock is ${Math.round(Math.abs(ahead) / 1000)} s ${ahead > 0 ? 'ahead' : 'behind'}`;
}

function applyConfig(
  { state, log, bells }: Box,
  config: Partial<RemoteConfig>,
  version: string | undefined,
): void {
  const given = Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined));
  const before = JSON.stringify(state.remote);
  state.remote = { ...state.remote, ...given };
  if (version !== undefined) state.configVersion = version;
  if (JSON.stringify(state.remote) === before) return;
  log.write('info', `Settings from the server: ${JSON.stringify(state.remote)}`);
  bells.pull.ring();
}

async function sendHeartbeat(box: Box): Promise<boolean> {
  const { config, client, clock, driver, state, store, serverTime, stopping } = box;
  const open = [...listWork(store, 'received'), ...listWork(store, 'processing')];
  const battery = readBattery();
  const askedAtMs = clock.monotonicMs();
  const body = {
    callboxId: config.callboxId,
    status: state.refuses ?? (state.turnedAway === null ? 'active' : 'turned away'),
    queueSize: countInHand(store),
    metrics: {
      uptime: Math.round((clock.monotonicMs() - state.startedMs) / 1000),
      memoryUsage: memoryPercent(),
      processedTransactions: readCounter(store, 'processed'),
    },
    sims: driver.sims().map(tellSim),
    ...(battery ? { battery } : {}),
    sentAt: isoTime(clock.wallMs()),
    ...(state.configVersion === null ? {} : { configVersion: state.configVersion }),
    open: open.map(({ id, attempt, state: at }) => ({
      id,
      attempt,
      state: at === 'received' ? 'queued' : 'processing',
    })),
  };
  const answer = hear(
    box,
    await client.call('POST', '/api/call-box/heartbeat', heartbeatSchema, { body, signal: stopping }),
  );
  if (answer.kind === 'refused' && answer.status === 404) {
    state.registered = false;
    box.bells.presence.ring();
  }
  if (answer.kind !== 'ok') return answer.kind === 'refused' && answer.status === 404;
  const { serverTime: said, config: given, configVersion, revoked } = answer.body;
  if (said) serverTime.learn(said, askedAtMs);
  applyConfig(box, given ?? {}, configVersion);
  for (const { id, attempt } of revoked) drop(box, id, attempt);
  return true;
}

/** What was taken back is let go, unless it was begun. */
function drop(box: Box, id: string, attempt: number): void {
  const { log, bells } = box;
  if (!letGo(box, { id, attempt })) return;
  log.write('info', `${id} was taken back by the server; it was not begun`);
  bells.pull.ring();
}
