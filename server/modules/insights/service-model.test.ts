import { describe, expect, it } from 'vitest';
import { sentence as errorSentence } from '../../kernel/errors.ts';
import {
  judgeBackups,
  judgeDispatch,
  judgeJobs,
  judgeProvider,
  judgeQueue,
  judgeSync,
  judgeTexts,
  SERVICE_REASONS,
  SERVICES,
  worstOf,
} from './service-model.ts';
import { sentenceFor } from './service-words.ts';
import { pauseAfter, shareDone, stageAfter, withStep } from './sync-model.ts';

const now = new Date('2026-03-02T10:00:00Z');
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000);

describe('copies of the installation', () => {
  const day = 86_400;
  it.each([
    ['are made each day', { succeededAt: ago(day / 2), failedAt: null }, 'ok', 'fine'],
    ['were never made yet', { succeededAt: null, failedAt: null }, 'ok', 'no_backup_yet'],
    ['failed at once', { succeededAt: null, failedAt: ago(60) }, 'degraded', 'backup_failed'],
    ['failed last time', { succeededAt: ago(day), failedAt: ago(60) }, 'degraded', 'backup_failed'],
    ['missed one', { succeededAt: ago(1.9 * day), failedAt: null }, 'ok', 'fine'],
    ['missed two', { succeededAt: ago(2.1 * day), failedAt: null }, 'degraded', 'backup_late'],
  ])('%s', (_what, backup, state, reason) => {
    const judged = judgeBackups({ backup, drill: undefined }, { now, everyHours: 24 });
    expect(judged).toMatchObject({ name: 'backups', state, reason });
    expect(judged.moments).toEqual({ lastBackupAt: backup.succeededAt, lastDrillAt: null });
  });

  it('are somebody else’s concern where the installation makes none', () => {
    const old = { succeededAt: ago(90 * day), failedAt: null };
    const judged = judgeBackups({ backup: old, drill: old }, { now, everyHours: 0 });
    expect(judged).toMatchObject({
      state: 'ok',
      reason: 'backups_off',
      moments: { lastDrillAt: ago(90 * day) },
    });
  });
});

describe('a provider', () => {
  const webhooks = { lastAt: null, accepted: 0, failed: 0, refused: 0 };
  const well = {
    ...{ provider: 'telnyx' as const, configured: true, lastAnswerAt: ago(5), lastErrorAt: null },
    ...{ lastError: null, answered: 40, failed: 0, webhooks },
  };
  it.each([
    ['answers', {}, 'ok', 'fine'],
    ['has no account', { configured: false, answered: 0 }, 'ok', 'not_configured'],
    ['was not asked', { answered: 0, lastAnswerAt: null }, 'ok', 'idle'],
    ['fails now and then', { failed: 12, lastErrorAt: ago(1) }, 'degraded', 'failing'],
    ['fails most of the time', { failed: 60, lastErrorAt: ago(1) }, 'down', 'failing'],
    ['failed, and answers again', { failed: 60, lastErrorAt: ago(60) }, 'degraded', 'failing'],
    ['was asked too rarely to tell', { answered: 0, failed: 2, lastErrorAt: ago(1) }, 'ok', 'fine'],
    ['signs with another key', { webhooks: { ...webhooks, refused: 3 } }, 'degraded', 'webhooks_refused'],
    [
      'tells what cannot be acted on',
      { webhooks: { ...webhooks, failed: 1, accepted: 9 } },
      'degraded',
      'webhooks_failing',
    ],
  ])('that %s', (_what, change, state, reason) => {
    expect(judgeProvider({ ...well, ...change })).toMatchObject({ state, reason });
  });
});

describe('what waits', () => {
  it.each([
    [null, 'ok'],
    [ago(10), 'ok'],
    [ago(60), 'degraded'],
    [ago(3600), 'down'],
  ])('webhooks since %s', (oldestAt, state) => {
    expect(judgeQueue({ waiting: 3, oldestAt }, now).state).toBe(state);
  });

  it('jobs that fail are worth a look, jobs that nobody takes are not done at all', () => {
    expect(judgeJobs({ due: 0, failing: 2, oldestDueAt: null }, now).state).toBe('degraded');
    expect(judgeJobs({ due: 9, failing: 0, oldestDueAt: ago(3600) }, now)).toMatchObject({
      state: 'down',
      reason: 'stuck',
    });
  });

  it('texts that do not leave, and texts that do not arrive', () => {
    const late = { now, patienceSeconds: 60 };
    const well = { waiting: 0, oldestDueAt: null, oldestCheckAt: null, failing: 1, ended: 100 };
    expect(judgeTexts(well, late).state).toBe('ok');
    expect(judgeTexts({ ...well, failing: 40 }, late)).toMatchObject({
      state: 'degraded',
      reason: 'failing',
    });
    expect(judgeTexts({ ...well, waiting: 5, oldestDueAt: ago(7200) }, late)).toMatchObject({
      state: 'down',
      reason: 'stuck',
    });
  });

  it('boxes: none is no fault, all away is, and unknown outcomes are', () => {
    const of = (all: number, connected: number, waiting = 0, unknown = 0) =>
      judgeDispatch({ boxes: { all, connected }, waiting, unknown }).state;
    expect([of(0, 0), of(2, 2), of(2, 0), of(2, 0, 4), of(2, 2, 0, 1)]).toEqual([
      ...['ok', 'ok', 'degraded', 'down', 'degraded'],
    ]);
  });
});

describe('comparing', () => {
  const run = { state: 'done', createdAt: ago(600), finishedAt: ago(590), reason: null };
  const of = (runs: (typeof run)[], differences = 0) =>
    judgeSync(runs, { now, differences, everyMinutes: 60 }).reason;

  it('never, lately, long ago, given up, with differences', () => {
    expect([of([]), of([run]), of([{ ...run, finishedAt: ago(5 * 3600) }]), of([run], 2)]).toEqual([
      ...['never_compared', 'fine', 'compared_long_ago', 'differences'],
    ]);
    expect(
      judgeSync([{ ...run, state: 'failed' }, run], { now, differences: 0, everyMinutes: 60 }).reason,
    ).toBe('compare_failed');
  });

  it('goes from stage to stage, and counts what it sees', () => {
    expect([stageAfter('connections'), stageAfter('calls'), stageAfter('end')]).toEqual([
      'numbers',
      'end',
      'end',
    ]);
    const once = withStep({}, 'numbers', { seen: 250, findings: 1 });
    expect(withStep(once, 'numbers', { seen: 50, findings: 0 })).toEqual({
      numbers: { pages: 2, seen: 300, findings: 1 },
    });
    expect([
      shareDone('connections', 'running'),
      shareDone('calls', 'running'),
      shareDone('end', 'done'),
    ]).toEqual([0, 0.8, 1]);
  });

  it('waits longer each time, and ten minutes at most', () => {
    expect([1, 2, 3, 8, 30].map(pauseAfter)).toEqual([5, 10, 20, 600, 600]);
  });
});

it('every state has a sentence in both languages, with its figures in it', () => {
  for (const name of SERVICES)
    for (const reason of SERVICE_REASONS)
      for (const language of ['en', 'fr'] as const) {
        const figures = {
          failed: 3,
          failing: 3,
          ended: 4,
          waiting: 5,
          seconds: 6,
          refused: 7,
          unheard: 8,
          unknown: 9,
          differences: 10,
          hours: 11,
          everyHours: 12,
        };
        const text = sentenceFor({ name, reason, figures }, language);
        expect(text, `${name} ${reason}`).not.toMatch(/[{}]/);
        expect(text.length).toBeGreaterThan(10);
      }
  expect(worstOf([{ state: 'ok' }, { state: 'down' }, { state: 'degraded' }])).toBe('down');
  expect(errorSentence('drift_over', {}, 'fr')).toContain('décider');
});
