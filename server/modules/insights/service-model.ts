/** ok: nothing to do. degraded: works, and somebody should look. down: does not work. */
export const SERVICE_STATES = ['ok', 'degraded', 'down'] as const;
export type ServiceState = (typeof SERVICE_STATES)[number];

/** What is judged. */
export const SERVICES = [
  ...([
    'telnyx',
    'twilio',
    'queue',
    'jobs',
    'numbers',
    'messages',
    'calls',
    'boxes',
    'sync',
    'backups',
  ] as const),
] as const;
export type ServiceName = (typeof SERVICES)[number];

/** Why something is as it is: the console has a sentence for each that says what to do. */
export const SERVICE_REASONS = [
  ...(['fine', 'idle', 'not_configured', 'failing', 'webhooks_refused'] as const),
  ...(['webhooks_failing', 'behind', 'stuck', 'late', 'jobs_failing', 'no_box', 'unknown_outcomes'] as const),
  ...(['never_compared', 'compared_long_ago', 'compare_failed', 'differences'] as const),
  ...(['backups_off', 'no_backup_yet', 'backup_failed', 'backup_late'] as const),
] as const;
export type ServiceReason = (typeof SERVICE_REASONS)[number];

/** How one thing stands. */
export interface Standing {
  name: ServiceName;
  state: ServiceState;
  reason: ServiceReason;
  /** Figures behind the sentence: what they are called is the same in the API and in the console's sentences. */
  figures: Record<string, number>;
  /** Moments behind it. */
  moments: Record<string, Date | null>;
  /** In the provider's own words. */
  words: string | null;
}

const standing = (
  name: ServiceName,
  [state, reason]: readonly [ServiceState, ServiceReason],
  more: Partial<Pick<Standing, 'figures' | 'moments' | 'words'>> = {},
): Standing => ({ name, state, reason, figures: {}, moments: {}, words: null, ...more });

const secondsSince = (at: Date | null, now: Date) => (at ? (now.getTime() - at.getTime()) / 1000 : null);

/** The larger part of requests that fail makes a provider down; a fifth of them is worth a look. */
const DOWN_SHARE = 0.5;
const DEGRADED_SHARE = 0.2;
/** Fewer requests than this say little. */
const REQUESTS_MIN = 3;

interface ProviderFigures {
  provider: 'telnyx' | 'twilio';
  configured: boolean;
  lastAnswerAt: Date | null;
  lastErrorAt: Date | null;
  lastError: string | null;
  answered: number;
  failed: number;
  webhooks: { lastAt: Date | null; accepted: number; failed: number; refused: number };
}

export function judgeProvider(of: ProviderFigures): Standing {
  const { provider, answered, failed, webhooks, lastAnswerAt, lastErrorAt } = of;
  const more = {
    figures: {
      answered,
      failed,
      heard: webhooks.accepted,
      unheard: webhooks.failed,
      refused: webhooks.refused,
    },
    moments: { lastAnswerAt, lastErrorAt, lastWebhookAt: webhooks.lastAt },
    words: failed > 0 ? of.lastError : null,
  };
  return standing(provider, providerVerdict(of), more);
}

function providerVerdict({
  configured,
  answered,
  failed,
  lastAnswerAt,
  lastErrorAt,
  webhooks,
}: ProviderFigures): readonly [ServiceState, ServiceReason] {
  if (!configured) return ['ok', 'not_configured'];
  const requests = answered + failed;
  const share = requests === 0 ? 0 : failed / requests;
  const isWorse = lastErrorAt !== null && (lastAnswerAt === null || lastErrorAt > lastAnswerAt);
  if (requests >= REQUESTS_MIN && share >= DOWN_SHARE && isWorse) return ['down', 'failing'];
  if (requests >= REQUESTS_MIN && share >= DEGRADED_SHARE) return ['degraded', 'failing'];
  if (webhooks.refused > 0 && webhooks.refused >= webhooks.accepted) return ['degraded', 'webhooks_refused'];
  if (webhooks.failed > 0) return ['degraded', 'webhooks_failing'];
  return requests === 0 && webhooks.lastAt === null ? ['ok', 'idle'] : ['ok', 'fine'];
}

const QUEUE_LATE_SECONDS = 30;
const QUEUE_STUCK_SECONDS = 300;

/** What was delivered and is not acted on yet. */
export function judgeQueue(
  { waiting, oldestAt }: { waiting: number; oldestAt: Date | null },
  now: Date,
): Standing {
  const seconds = secondsSince(oldestAt, now) ?? 0;
  const verdict =
    seconds > QUEUE_STUCK_SECONDS
      ? (['down', 'stuck'] as const)
      : seconds > QUEUE_LATE_SECONDS
        ? (['degraded', 'behind'] as const)
        : (['ok', waiting === 0 ? 'idle' : 'fine'] as const);
  return standing('queue', verdict, {
    figures: { waiting, seconds: Math.round(seconds) },
    moments: { oldestAt },
  });
}

const JOB_LATE_SECONDS = 120;
const JOB_STUCK_SECONDS = 900;

/** What is to be done later, or by the clock. */
export function judgeJobs(
  { due, failing, oldestDueAt }: { due: number; failing: number; oldestDueAt: Date | null },
  now: Date,
): Standing {
  const seconds = secondsSince(oldestDueAt, now) ?? 0;
  const verdict =
    seconds > JOB_STUCK_SECONDS
      ? (['down', 'stuck'] as const)
      : seconds > JOB_LATE_SECONDS
        ? (['degraded', 'late'] as const)
        : failing > 0
          ? (['degraded', 'jobs_failing'] as const)
          : (['ok', due === 0 ? 'idle' : 'fine'] as const);
  return standing('jobs', verdict, {
    figures: { due, failing, seconds: Math.round(seconds) },
    moments: { oldestDueAt },
  });
}

/** What questions that should have been asked by now wait for. */
interface Lateness {
  now: Date;
  /** How often the timer that asks them runs. */
  patienceSeconds: number;
}

/** Timers miss a round or two without anything being wrong. */
const ROUNDS_LATE = 5;

function isLate(at: Date | null, { now, patienceSeconds }: Lateness): boolean {
  return (secondsSince(at, now) ?? 0) > Math.max(120, patienceSeconds * ROUNDS_LATE);
}

export function judgeNumbers(
  { waiting, oldestDueAt }: { waiting: number; oldestDueAt: Date | null },
  late: Lateness,
): Standing {
  const verdict = isLate(oldestDueAt, late)
    ? (['degraded', 'late'] as const)
    : (['ok', waiting === 0 ? 'idle' : 'fine'] as const);
  return standing('numbers', verdict, { figures: { waiting }, moments: { oldestDueAt } });
}

/** Texts wait for their turn by design; longer than this their lane is stuck. */
const LANE_STUCK_SECONDS = 900;
/** So many of the texts and calls of the last hour, and this share of them: something is wrong with more than one. */
const FAILING_MIN = 5;
const FAILING_SHARE = 0.3;

const fails = (failing: number, ended: number) => failing >= FAILING_MIN && failing / ended >= FAILING_SHARE;

export function judgeTexts(
  of: {
    waiting: number;
    oldestDueAt: Date | null;
    oldestCheckAt: Date | null;
    failing: number;
    ended: number;
  },
  late: Lateness,
): Standing {
  const { waiting, oldestDueAt, oldestCheckAt, failing, ended } = of;
  const seconds = secondsSince(oldestDueAt, late.now) ?? 0;
  const verdict =
    seconds > LANE_STUCK_SECONDS
      ? (['down', 'stuck'] as const)
      : fails(failing, ended)
        ? (['degraded', 'failing'] as const)
        : isLate(oldestCheckAt, late)
          ? (['degraded', 'late'] as const)
          : (['ok', ended === 0 && waiting === 0 ? 'idle' : 'fine'] as const);
  return standing('messages', verdict, { figures: { waiting, failing, ended }, moments: { oldestDueAt } });
}

export function judgeCalls(
  {
    live,
    oldestCheckAt,
    failed,
    ended,
  }: { live: number; oldestCheckAt: Date | null; failed: number; ended: number },
  late: Lateness,
): Standing {
  const verdict = fails(failed, ended)
    ? (['degraded', 'failing'] as const)
    : isLate(oldestCheckAt, late)
      ? (['degraded', 'late'] as const)
      : (['ok', live === 0 && ended === 0 ? 'idle' : 'fine'] as const);
  return standing('calls', verdict, { figures: { live, failing: failed, ended }, moments: {} });
}

/** Boxes in the field, and what waits to be handed to them. */
export function judgeDispatch({
  boxes,
  waiting,
  unknown,
}: {
  boxes: { all: number; connected: number };
  waiting: number;
  unknown: number;
}): Standing {
  const figures = { boxes: boxes.all, connected: boxes.connected, waiting, unknown };
  const verdict =
    boxes.all === 0
      ? (['ok', 'idle'] as const)
      : boxes.connected === 0
        ? ([waiting > 0 ? 'down' : 'degraded', 'no_box'] as const)
        : unknown > 0
          ? (['degraded', 'unknown_outcomes'] as const)
          : (['ok', 'fine'] as const);
  return standing('boxes', verdict, { figures });
}

interface ComparedRun {
  state: string;
  createdAt: Date;
  finishedAt: Date | null;
  reason: string | null;
}

/** How long ago, in times of the usual distance, a comparison may have been. */
const SYNCS_LATE = 3;

/** What the last comparison with each account came to. @param runs the newest of each account. */
export function judgeSync(
  runs: readonly ComparedRun[],
  { now, differences, everyMinutes }: { now: Date; differences: number; everyMinutes: number },
): Standing {
  const ends = runs.flatMap(({ state, finishedAt }) => (state === 'done' && finishedAt ? [finishedAt] : []));
  const lastAt = ends.sort((left, right) => left.getTime() - right.getTime())[0] ?? null;
  const failed = runs.find(({ state }) => state === 'failed');
  const isOld = (secondsSince(lastAt, now) ?? 0) > everyMinutes * 60 * SYNCS_LATE;
  const verdict = failed
    ? (['degraded', 'compare_failed'] as const)
    : runs.length === 0
      ? (['ok', 'never_compared'] as const)
      : everyMinutes > 0 && lastAt && isOld
        ? (['degraded', 'compared_long_ago'] as const)
        : differences > 0
          ? (['degraded', 'differences'] as const)
          : (['ok', 'fine'] as const);
  return standing('sync', verdict, {
    ...{ figures: { differences, accounts: runs.length }, moments: { lastAt } },
    words: failed?.reason ?? null,
  });
}

interface BackupRuns {
  succeededAt: Date | null;
  failedAt: Date | null;
}

/** A copy that is older than so many times the usual distance is missed by somebody. */
const BACKUPS_LATE = 2;

/** Whether the installation copies itself, and when a drill last proved that such a copy comes back. */
export function judgeBackups(
  { backup, drill }: { backup: BackupRuns | undefined; drill: BackupRuns | undefined },
  { now, everyHours }: { now: Date; everyHours: number },
): Standing {
  const lastBackupAt = backup?.succeededAt ?? null;
  const failedAt = backup?.failedAt ?? null;
  const hours = (secondsSince(lastBackupAt, now) ?? 0) / 3600;
  const verdict =
    everyHours === 0
      ? (['ok', 'backups_off'] as const)
      : hours > everyHours * BACKUPS_LATE
        ? (['degraded', 'backup_late'] as const)
        : failedAt && (!lastBackupAt || failedAt > lastBackupAt)
          ? (['degraded', 'backup_failed'] as const)
          : (['ok', lastBackupAt ? 'fine' : 'no_backup_yet'] as const);
  return standing('backups', verdict, {
    figures: { hours: Math.floor(hours), everyHours },
    moments: { lastBackupAt, lastDrillAt: drill?.succeededAt ?? null },
  });
}

/** The worst of them all. */
export function worstOf(standings: readonly Pick<Standing, 'state'>[]): ServiceState {
  const worst = Math.max(0, ...standings.map(({ state }) => SERVICE_STATES.indexOf(state)));
  return SERVICE_STATES[worst]!;
}
