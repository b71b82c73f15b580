/** One round of a job queue: jobs are submitted, claimed and completed one by one, all in one process. */
export interface QueueRound {
  /** Of PostgreSQL or of Redis. */
  url: string;
  jobs: number;
  /** Submissions under way at once. */
  submitters: number;
  /** Jobs in hand at once. */
  workers: number;
}

export interface QueueResult {
  elapsedMs: number;
  /** Processor time of the process that submits and works. */
  cpuMs: number;
}

/** What a job carries: a transaction as the published interface shows it. */
export const PAYLOAD = {
  type: 'recharge',
  phoneNumber: '+237677123456',
  amount: 1000,
  payItemId: 'MTN_RECHARGE_1000',
  customerInfo: { name: 'Jean Dupont', operator: 'MTN' },
  priority: 'normal',
};

/** A queue that was opened once and is measured round by round. */
export interface Queue {
  submit(): Promise<unknown>;
  /** Resolves when so many more jobs were completed for good. */
  completed(jobs: number): Promise<void>;
}

/** Answers rounds that the bench asks for, as a process of its own. */
export function serveRounds(open: (round: QueueRound) => Promise<Queue>): void {
  let queue: Promise<Queue> | null = null;
  process.on('message', (round: QueueRound) => {
    queue ??= open(round);
    runRound(queue, round).then(
      (result) => process.send!(result),
      (error) => {
        console.error(error);
        process.exit(1);
      },
    );
  });
  process.on('disconnect', () => process.exit(0));
}

async function runRound(opened: Promise<Queue>, round: QueueRound): Promise<QueueResult> {
  const queue = await opened;
  const before = process.cpuUsage();
  const startMs = performance.now();
  let submitted = 0;
  const done = queue.completed(round.jobs);
  const lanes = Array.from({ length: round.submitters }, async () => {
    while (submitted < round.jobs) {
      submitted += 1;
      await queue.submit();
    }
  });
  await Promise.all([...lanes, done]);
  const elapsedMs = performance.now() - startMs;
  const { user, system } = process.cpuUsage(before);
  return { elapsedMs, cpuMs: (user + system) / 1000 };
}

/** Counts completions and tells whoever waits for so many. */
export function createCounter(): { add(count: number): void; reached(count: number): Promise<void> } {
  let total = 0;
  let asked = 0;
  let waiting: { at: number; resolve(): void }[] = [];
  return {
    add(count) {
      total += count;
      for (const { at, resolve } of waiting) if (at <= total) resolve();
      waiting = waiting.filter(({ at }) => at > total);
    },
    reached: (count) =>
      new Promise((resolve) => {
        asked += count;
        if (asked <= total) resolve();
        else waiting.push({ at: asked, resolve });
      }),
  };
}
