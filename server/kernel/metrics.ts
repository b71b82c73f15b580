import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** Prometheus metrics of this process. No label ever names a company, a person or a phone number. */
export type Metrics = ReturnType<typeof createMetrics>;

/** Two scrapes within this time see the same figures of the database: they are asked for once. */
const FIGURES_FRESH_MS = 10_000;

/** What is read from the database when somebody scrapes. It is one truth for all processes, so of several the largest counts. */
function figureGauges(registers: Registry[]) {
  const gauge = <Label extends string = never>(
    name: string,
    help: string,
    labelNames: readonly Label[] = [],
  ) => new Gauge({ name: `relais_${name}`, help, labelNames, registers, aggregator: 'max' });
  return {
    eventsWaiting: gauge('provider_events_waiting', 'Stored webhooks that are due and not acted on'),
    eventsOldest: gauge('provider_events_oldest_seconds', 'Age of the webhook that has been due for longest'),
    eventsFailed: gauge(
      'provider_events_failed',
      'Webhooks that were given up, and that nobody has looked at',
    ),
    jobsWaiting: gauge('jobs_waiting', 'Jobs that are due, by task', ['task']),
    jobsOldest: gauge('jobs_oldest_seconds', 'Age of the job that has been due for longest'),
    jobsFailed: gauge('jobs_failed', 'Jobs that used up their attempts, by task', ['task']),
    textsWaiting: gauge('texts_waiting', 'Texts that wait to leave: due now, or scheduled for later', [
      'lane',
    ]),
    textsOldest: gauge('texts_oldest_seconds', 'How long the text that should have left first has waited'),
    boxes: gauge('boxes', 'Boxes in use, by whether they are connected; quarantined ones are among both', [
      'state',
    ]),
    transactionsOpen: gauge('transactions_open', 'Transactions that have not ended, by status', ['status']),
    backupSucceeded: gauge(
      'backup_last_success_timestamp_seconds',
      'When a backup or a drill last came to a good end',
      ['kind'],
    ),
    backupFailed: gauge('backup_last_failed', '1 when the last backup or drill did not come to a good end', [
      'kind',
    ]),
    backupBytes: gauge('backup_last_size_bytes', 'Size of the newest backup'),
    backupSeconds: gauge('backup_last_duration_seconds', 'How long the last good backup or drill took', [
      'kind',
    ]),
    backupEvery: gauge(
      'backup_interval_seconds',
      'How often a backup is to be made; 0: never (BACKUP_EVERY_HOURS)',
    ),
    diskFree: gauge('disk_free_bytes', 'Room where a folder is: data (DATA_DIR), backups (BACKUP_DIR)', [
      'folder',
    ]),
    diskSize: gauge('disk_size_bytes', 'Size of the disk where a folder is', ['folder']),
  };
}

/** What each process counts as it happens; of several processes the sum counts. */
function providerMetrics(registers: Registry[]) {
  const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
    new Counter({ name: `relais_${name}`, help, labelNames, registers });
  return {
    requirementGroups: counter(
      'requirement_groups_created_total',
      'Requirement groups created (rate over a day: groups per day)',
      ['country'],
    ),
    purchases: counter(
      'number_purchases_total',
      'Number orders that ended, by outcome (success rate: active over all)',
      ['provider', 'outcome'],
    ),
    webhooks: counter('webhooks_received_total', 'Webhook deliveries by verdict of the signature check', [
      'provider',
      'verdict',
    ]),
    webhookSeconds: new Histogram({
      name: 'relais_webhook_processing_seconds',
      help: 'Time from the receipt of a webhook to its effect',
      labelNames: ['provider', 'outcome'],
      buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 30, 300],
      registers,
    }),
    providerRequests: counter(
      'provider_requests_total',
      'Requests to providers by outcome (communication errors: every outcome but ok and refused)',
      ['provider', 'outcome'],
    ),
  };
}

function transactionMetrics(registers: Registry[]) {
  return {
    transactionChanges: new Counter({
      name: 'relais_transaction_changes_total',
      help: 'Transactions of boxes that came to a status, by type',
      labelNames: ['type', 'status'],
      registers,
    }),
    dispatchSeconds: new Histogram({
      name: 'relais_dispatch_seconds',
      help: 'Time from when a transaction was due until a box was given it',
      buckets: [0.01, 0.05, 0.2, 1, 5, 30, 120, 600],
      registers,
    }),
    transactionSeconds: new Histogram({
      name: 'relais_transaction_seconds',
      help: 'Time from the submission of a transaction to its end',
      labelNames: ['type'],
      buckets: [1, 5, 15, 30, 60, 300, 1800],
      registers,
    }),
  };
}

function processMetrics(registers: Registry[]) {
  return {
    httpSeconds: new Histogram({
      name: 'relais_http_request_seconds',
      help: 'Time to answer a request',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.005, 0.02, 0.05, 0.1, 0.3, 1, 3, 10],
      registers,
    }),
    jobSeconds: new Histogram({
      name: 'relais_job_seconds',
      help: 'Time that a job took, by task and outcome',
      labelNames: ['task', 'outcome'],
      buckets: [0.01, 0.1, 1, 10, 60],
      registers,
    }),
    liveStreams: new Gauge({
      name: 'relais_live_streams',
      help: 'Browsers that are told what changes',
      registers,
    }),
    poolConnections: new Gauge({
      name: 'relais_database_connections',
      help: 'Connections to the database, by role and by whether they are busy; waiting: requests for one',
      labelNames: ['role', 'state'],
      registers,
    }),
  };
}

function slowestCounts(registry: Registry): void {
  for (const part of ['', '_mean', '_stddev', '_p50', '_p90', '_p99']) {
    const lag = registry.getSingleMetric(`nodejs_eventloop_lag${part}_seconds`);
    if (lag) Object.assign(lag, { aggregator: 'max' });
  }
}

/** @param nowMs the clock of the process. */
export function createMetrics(nowMs: () => number) {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  // Of several processes the slowest counts: an average would hide the one that is stuck.
  slowestCounts(registry);
  let collect = async () => {};
  let collectedMs = Number.NEGATIVE_INFINITY;
  let collecting: Promise<void> | null = null;

  /** Brings the figures of the database up to date, if they are not fresh. */
  function refresh(): Promise<void> {
    if (nowMs() - collectedMs < FIGURES_FRESH_MS) return Promise.resolve();
    collecting ??= collect()
      .then(() => {
        collectedMs = nowMs();
      })
      .finally(() => {
        collecting = null;
      });
    return collecting;
  }

  return {
    registry,
    figures: figureGauges(registers),
    ...providerMetrics(registers),
    ...transactionMetrics(registers),
    ...processMetrics(registers),
    /** Says how the figures are read. */
    readFiguresBy: (read: () => Promise<void>) => {
      collect = read;
    },
    refresh,
    /** All figures as Prometheus reads them; with several processes behind one port, those of all of them. */
    text: async (): Promise<string> => {
      await refresh();
      return registry.metrics();
    },
  };
}
