import { type CompanyCtx, transact } from '../../kernel/ctx.ts';
import { publish } from '../../kernel/live.ts';
import { parseCountry } from '../../kernel/phone.ts';
import { audit, difference } from '../identity/index.ts';
import { fillTemplate, type Keyword, type KeywordMatch } from './model.ts';
import { findSettings, type InboxSettings, saveSettings } from './settings-store.ts';

/** What is answered to a keyword while the company has written nothing else. */
export const STANDARD_ANSWERS: Record<Keyword, Record<'en' | 'fr', string>> = {
  help: {
    en: '{{company}}: answer this text to reach us. Reply STOP to receive no more texts.',
    fr: '{{company}} : répondez à ce SMS pour nous joindre. Répondez STOP pour ne plus recevoir de SMS.',
  },
  stop: {
    en: '{{company}}: you will receive no more texts. Reply START to change your mind.',
    fr: "{{company}} : vous ne recevrez plus de SMS. Répondez START si vous changez d'avis.",
  },
  start: {
    en: '{{company}}: you will receive our texts again. Reply STOP to end them.',
    fr: '{{company}} : vous recevrez de nouveau nos SMS. Répondez STOP pour ne plus en recevoir.',
  },
};

const COLUMN_OF = { help: 'helpText', stop: 'stopText', start: 'startText' } as const;

/** The answer to a keyword, in the language that the keyword was in; empty when there is to be none. */
export function answerFor(match: KeywordMatch, settings: InboxSettings, company: string): string {
  const text = settings[COLUMN_OF[match.keyword]] ?? STANDARD_ANSWERS[match.keyword][match.language];
  return fillTemplate(text, { company }).text;
}

/** The country in which the company's numbers without a code are read: its own choice, else the installation's (FR). */
export function regionOf(ctx: CompanyCtx, settings: InboxSettings): string {
  return settings.defaultRegion ?? ctx.kernel.config.DEFAULT_REGION;
}

/** Changes what is given. @throws unknown_country. */
export async function changeSettings(
  ctx: CompanyCtx,
  change: Partial<InboxSettings>,
): Promise<InboxSettings> {
  return transact(ctx, async (tx) => {
    const before = await findSettings(tx);
    const after = { ...before, ...change };
    if (after.defaultRegion) after.defaultRegion = parseCountry(after.defaultRegion);
    await saveSettings(tx, ctx.companyId, after, ctx.kernel.clock.now());
    await audit(tx, ctx, {
      action: 'inbox_settings.updated',
      entityType: 'inbox_settings',
      entityId: ctx.companyId,
      changes: difference(before, after),
    });
    await publish(tx, ctx.companyId, 'inbox_settings', ctx.companyId);
    return after;
  });
}
