import { type CompanyCtx, type Kernel, systemCtx, transact } from '../../kernel/ctx.ts';
import { inSystem, type Tx } from '../../kernel/db/index.ts';
import { maskedPhoneNumber } from '../../kernel/phone.ts';
import { contactNames } from '../contacts/index.ts';
import { membersWho } from '../identity/index.ts';
import { NOTICE_PERMISSIONS, type NoticeKind } from './model.ts';
import { NOTICE_SECONDS, type NoticeContent } from './push-model.ts';
import * as newsStore from './push-news-store.ts';
import { type DeviceRow, devicesOf } from './push-store.ts';
import { tellDevices } from './push-tell.ts';
import { noticeWords } from './push-words.ts';

/** What devices are told of beside calls: triggers write it down where it happens, and this hands it to those whom it concerns. */

type Kind = Exclude<NoticeKind, 'calls'>;
type News = newsStore.NewsRow & { kind: Kind };

const NEWS_AT_ONCE = 50;
/** As many devices of a company as one piece of news goes to. */
const DEVICES_MAX = 500;

/** Where each kind leads, and what takes the place of what: a second text of a conversation replaces the first one's notice. */
const PLACES: Record<Kind, (about: string) => Pick<NoticeContent, 'path' | 'tag'>> = {
  texts: (about) => ({ path: `/inbox/${about}`, tag: `text.${about}` }),
  missedCalls: (about) => ({ path: `/calls?call=${about}`, tag: `missed.${about}` }),
  unknown: () => ({ path: '/transactions/unknown', tag: 'unknown' }),
  lowFloat: (about) => ({ path: `/float?sim=${about}`, tag: `low.${about}` }),
  boxes: (about) => ({ path: `/boxes/${about}`, tag: `box.${about}` }),
  budgets: (about) => ({ path: '/costs/budgets', tag: `budget.${about}` }),
};

/** Hands what happened to people's devices: each piece once, however many processes do it. */
export async function tellPeople(kernel: Kernel): Promise<void> {
  const now = kernel.clock.now();
  for (const companyId of await inSystem(kernel.db, (tx) => newsStore.companiesWithNews(tx, now))) {
    const ctx = systemCtx(kernel, companyId, 'calls.push_news');
    while ((await transact(ctx, (tx) => tellSome(ctx, tx))) === NEWS_AT_ONCE);
  }
}

async function tellSome(ctx: CompanyCtx, tx: Tx): Promise<number> {
  const taken = await newsStore.takeNews(tx, ctx.kernel.clock.now(), NEWS_AT_ONCE);
  const news = highestOf(taken.filter((each): each is News => isFresh(ctx, each)));
  const ids = news.flatMap(({ data }) => data.contactId ?? []);
  const names = ids.length > 0 ? await contactNames(tx, ids) : new Map<string, { name: string | null }>();
  const revealed = new Set((await membersWho(tx, 'contacts:reveal')).map(({ userId }) => userId));
  for (const each of news) {
    const name = names.get(each.data.contactId ?? '')?.name ?? null;
    for (const device of await listeners(tx, each))
      await tellOne(ctx, tx, { news: each, device, name, isRevealed: revealed.has(device.userId) });
  }
  return taken.length;
}

/** What waited for hours while no process ran, or was found at the provider long after it happened, is no news. */
function isFresh(ctx: CompanyCtx, { ageSeconds, data: { at } }: newsStore.NewsRow): boolean {
  const sinceMs = at ? ctx.kernel.clock.nowMs() - Date.parse(at) : 0;
  return ageSeconds < NOTICE_SECONDS && sinceMs < NOTICE_SECONDS * 1000;
}

/** Of several thresholds of a budget that were passed at once, the highest says it all. */
function highestOf(news: News[]): News[] {
  const isHigher = (other: News, { about, data }: News) =>
    other.about === about && (other.data.threshold ?? 0) > (data.threshold ?? 0);
  return news.filter((each) => each.kind !== 'budgets' || !news.some((other) => isHigher(other, each)));
}

/** The devices that want to hear of it, of those who may know of it now; a conversation that is somebody's concerns them alone. */
async function listeners(tx: Tx, { kind, data }: News): Promise<DeviceRow[]> {
  const allowed = (await membersWho(tx, NOTICE_PERMISSIONS[kind])).map(({ userId }) => userId);
  const theirs = data.userId ? allowed.filter((userId) => userId === data.userId) : allowed;
  return devicesOf(tx, theirs, kind, DEVICES_MAX);
}

async function tellOne(
  ctx: CompanyCtx,
  tx: Tx,
  {
    news,
    device,
    name,
    isRevealed,
  }: { news: News; device: DeviceRow; name: string | null; isRevealed: boolean },
): Promise<void> {
  const { kind, about } = news;
  const reveal = (number: string) => (isRevealed ? number : maskedPhoneNumber(number));
  const facts = { ...news.data };
  if (facts.phoneNumber) facts.phoneNumber = reveal(facts.phoneNumber);
  const { language, showsWords } = device;
  const who = name || reveal(facts.from ?? '');
  const words = noticeWords(kind, { facts, who, language, showsWords });
  const notice = { kind, ...words, ...PLACES[kind](about) };
  await tellDevices(ctx, tx, [device], { callId: null, kind: 'notice', content: { notice } });
}
