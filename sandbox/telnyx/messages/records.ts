import { isoMillis } from '../../core/clock.ts';
import type { Answer, Call, Route } from '../../core/http.ts';
import { isTree, listAt, type QueryTree, textAt } from '../../core/query.ts';
import { countryOfNumber, type Text, type TextStatus, textsOf } from '../../core/texts/model.ts';
import { legRecords } from '../calls/records.ts';
import { missing, refuse } from '../dialect.ts';
import { nameOf } from '../numbers/views.ts';
import { compact, page } from '../shape.ts';
import { MESSAGING_PROFILE } from './send.ts';
import { errorsOf } from './view.ts';

/** The records' own words for how a text ended; one on its way has none. */
const STATUS: Partial<Record<TextStatus, string>> = {
  delivered: 'delivered',
  undelivered: 'failed',
  failed: 'gw_reject',
  expired: 'gw_timeout',
  unconfirmed: 'dlr_unconfirmed',
  received: 'received',
};

const DAY_MS = 86_400_000;
const CHUNK = 500;
const OF_TEXTS = ['created_at', 'sent_at', 'completed_at', 'updated_at'];
const OF_CALLS = ['started_at', 'answered_at', 'finished_at'];
/** The times that a record of a kind has (as the official SDK says): to ask for another one is an error. */
const TIMES: Record<string, string[]> = {
  messaging: OF_TEXTS,
  'call-control': OF_CALLS,
  'sip-trunking': OF_CALLS,
};
const WHEN = [...OF_TEXTS, ...OF_CALLS];
/** Records come in smaller pages than other lists. */
const PAGE_SIZE_MAX = 50;

export const recordRoutes: Route[] = [{ method: 'GET', path: '/detail_records', handler: list }];

function view(call: Call, text: Text): Record<string, unknown> {
  const [webhook, failover] = text.listeners;
  return compact({
    record_type: 'message_detail_record',
    uuid: text.id,
    user_id: text.account,
    direction: text.direction,
    message_type: text.type,
    cli: text.from,
    cld: text.to,
    status: STATUS[text.status],
    errors: errorsOf(text).map((error) => error.code),
    parts: text.segments,
    cost: text.price,
    rate: text.price === null ? null : (Number(text.price) / text.segments).toFixed(4),
    currency: 'USD',
    carrier_fee: '0.0000',
    country_code: countryOfNumber(text.to),
    source_country_code: countryOfNumber(text.from),
    on_net: false,
    fteu: false,
    profile_id: text.profileId,
    profile_name: nameOf(call.sb, MESSAGING_PROFILE, text.profileId ?? null),
    delivery_status_webhook_url: webhook?.url,
    delivery_status_failover_url: failover?.url,
    tags: '',
    created_at: isoMillis(text.createdAtMs),
    updated_at: isoMillis(text.updatedAtMs),
    sent_at: text.sentAtMs === null ? null : isoMillis(text.sentAtMs),
    completed_at: text.completedAtMs === null ? null : isoMillis(text.completedAtMs),
  });
}

function list(call: Call): Answer {
  const type = textAt(call.query, 'filter', 'record_type');
  if (type === undefined) throw missing('/filter[record_type]');
  const { record_type: _type, date_range: range, ...filters } = filterOf(call);
  const sort = textAt(call.query, 'sort') ?? listAt(call.query, 'sort')[0] ?? '';
  for (const field of [...Object.keys(filters), sort.replace(/^-/, '')])
    if (WHEN.includes(field) && TIMES[type]?.includes(field) === false)
      throw refuse(400, '10015', 'Bad Request', `'${field}' is no field of ${type} records.`);
  const since = Math.max(sinceOf(filters.created_at), rangeStart(call, range));
  const between = { from: exact(filters.cli), to: exact(filters.cld) };
  const isText = type === 'messaging' || type === 'message_detail_record';
  const all = isText
    ? newerThan(call, between, since).map((text) => view(call, text))
    : legRecords(call, type);
  const records = (all ?? []).filter((record) =>
    Object.entries(filters).every(([field, wanted]) => fits(record, field, wanted)),
  );
  const isOldestFirst = /^[a-z]/.test(sort);
  return page(call, isOldestFirst ? records.reverse() : records, { sizeMax: PAGE_SIZE_MAX });
}

function filterOf(call: Call): QueryTree {
  return isTree(call.query.filter) ? call.query.filter : {};
}

/** The value of a filter for equality, if it is one. */
function exact(wanted: QueryTree[string] | undefined): string | undefined {
  if (typeof wanted === 'string') return wanted;
  return isTree(wanted) && typeof wanted.eq === 'string' ? wanted.eq : undefined;
}

/** From when on a filter of dates wants records; texts older than that need not be read. */
function sinceOf(wanted: QueryTree[string] | undefined): number {
  const text = isTree(wanted) ? (wanted.gte ?? wanted.gt) : undefined;
  const atMs = typeof text === 'string' ? Date.parse(text) : Number.NaN;
  return Number.isNaN(atMs) ? Number.NEGATIVE_INFINITY : atMs;
}

const RANGE_DAYS: Record<string, number> = {
  today: 0,
  yesterday: 1,
  this_week: 7,
  last_week: 14,
  this_month: 31,
  last_month: 62,
};

function rangeStart(call: Call, range: QueryTree[string] | undefined): number {
  const days = typeof range === 'string' ? RANGE_DAYS[range] : undefined;
  if (days === undefined) return Number.NEGATIVE_INFINITY;
  return (Math.floor(call.sb.clock.nowMs() / DAY_MS) - days) * DAY_MS;
}

/** Texts newest first, until they are too old. */
function newerThan(call: Call, between: Parameters<typeof textsOf>[2], since: number): Text[] {
  const found: Text[] = [];
  for (let before: number | undefined; ; ) {
    const chunk = textsOf(call.sb, call.account.id, between, { before, limit: CHUNK });
    const fresh = chunk.filter((entry) => entry.body.createdAtMs >= since);
    found.push(...fresh.map((entry) => entry.body));
    if (fresh.length < CHUNK) return found;
    before = chunk.at(-1)?.seq;
  }
}

const COMPARISONS: Record<string, (value: string, wanted: string) => boolean> = {
  eq: (value, wanted) => value === wanted,
  contains: (value, wanted) => value.includes(wanted),
  starts_with: (value, wanted) => value.replace('+', '').startsWith(wanted.replace('+', '')),
  ends_with: (value, wanted) => value.endsWith(wanted),
};

function fits(record: Record<string, unknown>, field: string, wanted: QueryTree[string]): boolean {
  const value = String(record[field] ?? '');
  const tests = isTree(wanted) ? Object.entries(wanted) : [['eq', wanted] as const];
  return tests.every(([name, text]) => {
    if (typeof text !== 'string') return true;
    if (WHEN.includes(field)) return isWhen(value, name, text);
    return COMPARISONS[name]?.(value, text) ?? true;
  });
}

function isWhen(value: string, comparison: string, wanted: string): boolean {
  const [at, limit] = [Date.parse(value), Date.parse(wanted)];
  if (comparison === 'gte') return at >= limit;
  if (comparison === 'gt') return at > limit;
  if (comparison === 'lte') return at <= limit;
  if (comparison === 'lt') return at < limit;
  return value.startsWith(wanted) || at === limit;
}
