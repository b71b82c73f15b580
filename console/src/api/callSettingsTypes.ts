/** The spend guard and what is kept of calls; the defaults are the server's. */
export interface CallSettings {
  /** ISO 3166-1 alpha-2. Null: the countries of the company's numbers, and its own. */
  allowedCountries: string[] | null;
  blockedPrefixes: string[];
  allowPremium: boolean;
  maxConcurrent: number;
  perUserPerDay: number;
  perNumberPerDay: number;
  perMinutePerUser: number;
  maxMinutes: number;
  dailySpendMax: { amount: number; currency: string } | null;
  defaultRecord: boolean;
  /** Null: recordings stay. */
  retentionDays: number | null;
  /** From where on a line counts as bad. */
  quality: { mos: number; jitterMs: number; latencyMs: number; packetLossPercent: number };
}
