import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../harness/client.ts';
import { HEARTBEAT, REGISTRATION, sharedBoxes } from '../harness/fleet.ts';
import { startRelais, type TestRelais } from '../harness/relais.ts';

// Boxes register, say that they are there, and are told what to do: the published interface, word for word, and what bad input
// comes to.

let relais: TestRelais;
let boxes: Client;

beforeAll(async () => {
  relais = await startRelais();
  boxes = sharedBoxes(relais);
});
afterAll(() => relais?.stop());

describe('the published interface', () => {
  it('registers a box', async () => {
    const { status, body } = await boxes.post('/api/call-box/register', REGISTRATION);
    expect(status, JSON.stringify(body)).toBe(200);
    expect(body).toMatchObject({
      success: true,
      message: 'CallBox enregistré avec succès',
      config: { maxRetries: 3, timeoutMs: 30000, batchSize: 5, pollIntervalMs: 5000 },
      instance: { id: 'callbox_001', status: 'active', lastHeartbeat: expect.any(String) },
      sims: [{ slot: 'default', operator: null }],
    });
  });

  it('takes its heartbeat', async () => {
    const { status, body } = await boxes.post('/api/call-box/heartbeat', HEARTBEAT);
    expect(status, JSON.stringify(body)).toBe(200);
    expect(body).toMatchObject({
      success: true,
      message: 'Heartbeat reçu',
      pendingTransactions: 0,
      config: { maxRetries: 3, timeoutMs: 30000 },
      state: 'active',
      revoked: [],
    });
  });

  it('tells it its configuration, and changes it for all', async () => {
    const before = await boxes.get('/api/call-box/config?callboxId=callbox_001');
    expect(before.body).toMatchObject({ success: true, config: { maxRetries: 3, batchSize: 5 } });
    const changed = await boxes.put('/api/call-box/config', { maxRetries: 4, pollIntervalMs: 2000 });
    expect(changed.body).toMatchObject({ success: true, config: { maxRetries: 4, pollIntervalMs: 2000 } });
    const heard = await boxes.post('/api/call-box/heartbeat', HEARTBEAT);
    expect(heard.body).toMatchObject({
      config: { maxRetries: 4, pollIntervalMs: 2000, timeoutMs: 30000 },
      configVersion: changed.body.configVersion,
    });
    expect(heard.body.configVersion).not.toBe(before.body.configVersion);
  });

  it('answers figures of all', async () => {
    const { status, body } = await boxes.get('/api/call-box/stats');
    expect(status, JSON.stringify(body)).toBe(200);
    expect(body.success).toBe(true);
    expect(body.stats).toMatchObject({
      ...{ connectedInstances: 1, queueLength: 0, pendingTransactions: 0, assignedTransactions: 0 },
      ...{ processingTransactions: 0, completedTransactions: 0, failedTransactions: 0 },
      instances: [{ id: 'callbox_001', status: 'active', queueSize: 3, processedTransactions: 152 }],
    });
  });

  it('starts, stops and forces the distribution for an API key', async () => {
    const key = relais.api;
    expect((await key.get('/api/sync/status')).body).toMatchObject({
      success: true,
      status: { running: true, intervalMs: 10000, connectedCallboxes: 1, pendingTransactions: 0 },
    });
    expect((await key.post('/api/sync/stop')).body).toMatchObject({
      success: true,
      status: { running: false },
    });
    expect((await key.post('/api/sync/force')).body).toMatchObject({ success: true, forced: false });
    expect((await key.post('/api/sync/start')).body).toMatchObject({
      success: true,
      status: { running: true },
    });
    expect((await key.post('/api/sync/force')).body).toMatchObject({
      ...{ success: true, forced: true, status: { lastSync: expect.any(String) } },
    });
    expect((await key.post('/api/sync/start')).status).toBe(200);
    const { entries } = (await key.get('/api/audit?limit=100&entityType=callbox_settings')).body;
    const actions = entries
      .map(({ action }: { action: string }) => action)
      .filter((a: string) => /sync/.test(a));
    expect(actions).toEqual([
      'callbox_sync.forced',
      'callbox_sync.started',
      'callbox_sync.forced',
      'callbox_sync.stopped',
    ]);
    expect((await boxes.get('/api/sync/status')).status).toBe(401);
  });
});
