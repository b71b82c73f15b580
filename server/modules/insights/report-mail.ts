import { publicBaseUrl } from '../../kernel/config.ts';
import { type CompanyCtx, type Kernel, systemCtx, transact } from '../../kernel/ctx.ts';
import { inSystem } from '../../kernel/db/index.ts';
import { newId } from '../../kernel/ids.ts';
import { publish } from '../../kernel/live.ts';
import { isRefusal, type Mail, sendMail } from '../../kernel/mail.ts';
import { membersWho } from '../identity/index.ts';
import { PERIOD_OF } from './model.ts';
import { reportPdf } from './pdf.ts';
import { fileName, reportCsv } from './report-format.ts';
import { reportLetter } from './report-letter.ts';
import type { ReportDocument } from './report-model.ts';
import { makeReport } from './reports.ts';
import { unsubscribeToken } from './schedules.ts';
import * as store from './schedules-store.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** How long after each failed try the next one comes; after the last, it has failed for good, most of a day later. */
const PAUSES_MINUTES = [1, 5, 15, 60, 180, 360, 720];
/** Longer than pages and a slow mail server together take. Whoever was killed is believed to live for so long. */
export const LEASE_MS = 5 * MINUTE_MS;
const KEPT_DAYS = 400;

/** Writes down which reports are due now: each period's once, however many processes look, and none of what was missed before it. */
export async function planReports(kernel: Kernel): Promise<void> {
  const at = kernel.clock.now();
  for (const due of await inSystem(kernel.db, (tx) => store.listDue(tx, at))) {
    const ctx = systemCtx(kernel, due.companyId, 'insights.plan_reports');
    await transact(ctx, (tx) =>
      store.insertSending(tx, { ...due, id: newId(kernel.clock), byHand: false, at }),
    );
  }
  await inSystem(kernel.db, (tx) => store.pruneSendings(tx, new Date(at.getTime() - KEPT_DAYS * DAY_MS)));
}

/**
 * Sends the reports that can leave. Each is sent at least once: one that a mail server took while we were killed, or whose
 * answer was lost, goes again under the same Message-ID, by which mailboxes know it.
 */
export async function sendReports(kernel: Kernel): Promise<void> {
  const at = kernel.clock.now();
  for (const companyId of await inSystem(kernel.db, (tx) => store.companiesWithSendings(tx, at))) {
    const ctx = systemCtx(kernel, companyId, 'insights.send_reports');
    while (await sendOne(ctx));
  }
}

/** Sends one. @returns whether there was one. */
async function sendOne(ctx: CompanyCtx): Promise<boolean> {
  const { clock } = ctx.kernel;
  const at = clock.now();
  const sending = await transact(ctx, (tx) => store.takeSending(tx, at, new Date(at.getTime() + LEASE_MS)));
  if (!sending) return false;
  const outcome = await trySending(ctx, sending).catch((error: unknown) => failed(ctx, sending, error));
  await transact(ctx, async (tx) => {
    await store.settleSending(tx, sending, outcome);
    await publish(tx, ctx.companyId, 'report_schedule', sending.scheduleId ?? '');
  });
  return true;
}

type Outcome = Parameters<typeof store.settleSending>[2];

async function trySending(ctx: CompanyCtx, sending: store.SendingRow): Promise<Outcome> {
  const { kernel } = ctx;
  if (sending.attempts > PAUSES_MINUTES.length + 1) return over(ctx, 'failed', 'interrupted');
  const prepared = await prepare(ctx, sending);
  if (typeof prepared === 'string') return over(ctx, 'skipped', prepared);
  const { schedule, email, document } = prepared;
  if (kernel.config.SMTP_URL === '') throw new Error('SMTP_URL is not set');
  await sendMail(kernel, await letterOf(kernel, { sending, schedule, email, document }));
  return { ...over(ctx, 'sent', null), email };
}

const over = (
  { kernel }: CompanyCtx,
  state: 'sent' | 'failed' | 'skipped',
  reason: string | null,
): Outcome => ({
  ...{ state, reason, nextAt: null, doneAt: kernel.clock.now() },
});

/** Why it did not leave, and when the next try is. */
function failed(ctx: CompanyCtx, { id, attempts }: store.SendingRow, error: unknown): Outcome {
  const reason = (error as Error).message;
  const pause = PAUSES_MINUTES[attempts - 1];
  ctx.log.warn({ err: error, sendingId: id, attempts }, 'A report did not leave');
  if (isRefusal(error) || pause === undefined) return over(ctx, 'failed', reason);
  const nextAt = new Date(ctx.kernel.clock.nowMs() + pause * MINUTE_MS);
  return { state: 'waiting', reason, nextAt, doneAt: null };
}

interface Prepared {
  schedule: store.ScheduleRow;
  email: string;
  document: ReportDocument;
}

/** What is to be sent and to whom, as things are now; or why nothing is: the reader left, said no, or the schedule is gone. */
function prepare(ctx: CompanyCtx, sending: store.SendingRow): Promise<Prepared | string> {
  return transact(ctx, async (tx) => {
    const schedule = sending.scheduleId ? await store.findSchedule(tx, sending.scheduleId) : null;
    if (!schedule) return 'removed';
    if (schedule.unsubscribedAt) return 'unsubscribed';
    if (schedule.pausedAt && !sending.byHand) return 'paused';
    if (schedule.userId !== sending.userId) return 'other_reader';
    const reader = (await membersWho(tx, 'reports:read')).find(({ userId }) => userId === schedule.userId);
    if (!reader) return 'not_allowed';
    const { report, rhythm, fromDay } = sending;
    const { language } = schedule;
    const document = await makeReport(ctx, tx, { report, period: PERIOD_OF[rhythm], day: fromDay, language });
    return { schedule, email: reader.email, document };
  });
}

async function letterOf(
  kernel: Kernel,
  { sending, schedule, email, document }: Prepared & { sending: store.SendingRow },
): Promise<Mail> {
  const base = publicBaseUrl(kernel.config);
  const token = unsubscribeToken(kernel, schedule);
  const { report, period, from } = document;
  const links = {
    screen: `${base}/reports/summary?report=${report}&period=${period}&day=${from}`,
    unsubscribe: `${base}/unsubscribe/${token}`,
  };
  const attachments = [
    ...(schedule.withPdf
      ? [
          {
            filename: fileName(document, 'pdf'),
            content: await reportPdf(document),
            contentType: 'application/pdf',
          },
        ]
      : []),
    ...(schedule.withCsv
      ? [
          {
            filename: fileName(document, 'csv'),
            content: reportCsv(document),
            contentType: 'text/csv; charset=utf-8',
          },
        ]
      : []),
  ];
  return {
    ...{ to: email, ...reportLetter(document, links, attachments.length > 0), attachments },
    messageId: `<report-${sending.id}@${new URL(base).hostname}>`,
    headers: {
      // RFC 8058: mail programs show a button of their own, which posts here.
      'List-Unsubscribe': `<${base}/api/insights/unsubscribe/${token}>`,
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
      // RFC 3834: nobody's absence is told to a machine.
      'Auto-Submitted': 'auto-generated',
    },
  };
}
