import { sql, type Tx } from '../../kernel/db/index.ts';

/** How a company's inbox behaves. Null: the default; an empty text: no answer. */
export interface InboxSettings {
  defaultRegion: string | null;
  helpText: string | null;
  stopText: string | null;
  startText: string | null;
}

const DEFAULTS: InboxSettings = { defaultRegion: null, helpText: null, stopText: null, startText: null };

export async function findSettings(tx: Tx): Promise<InboxSettings> {
  const { rows } = await sql<InboxSettings>`
    select default_region, help_text, stop_text, start_text from inbox_settings where company_id = current_company()`.execute(
    tx,
  );
  return rows[0] ?? DEFAULTS;
}

export async function saveSettings(
  tx: Tx,
  companyId: string,
  settings: InboxSettings,
  at: Date,
): Promise<void> {
  const { defaultRegion, helpText, stopText, startText } = settings;
  await sql`
    insert into inbox_settings (company_id, default_region, help_text, stop_text, start_text, updated_at)
    values (${companyId}, ${defaultRegion}, ${helpText}, ${stopText}, ${startText}, ${at})
    on conflict (company_id) do update set default_region = excluded.default_region, help_text = excluded.help_text,
      stop_text = excluded.stop_text, start_text = excluded.start_text, updated_at = excluded.updated_at`.execute(
    tx,
  );
}
