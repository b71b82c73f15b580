import type { CallboxConfig, CallboxRules, TransactionType } from '../../../server/modules/callbox/model.ts';

export type { CallboxConfig, CallboxRules };

/** What a SIM in a box is able to do. */
export type SimState = 'ready' | 'no_sim' | 'locked' | 'no_network' | 'removed';

/** A box by its name. */
export interface BoxRef {
  id: string;
  callboxId: string;
  label: string;
}

/** A SIM, as its box measured it, and the money that is counted on it (XAF, whole francs). */
export interface BoxSim {
  id: string;
  slot: string;
  /** Null: it serves every operator. */
  operator: string | null;
  iccid: string | null;
  phoneNumber: string | null;
  signalPercent: number | null;
  network: string | null;
  state: SimState;
  reportedBalance: number | null;
  reportedBalanceAt: string | null;
  /** Null: nobody ever said how much there is. */
  floatKnownSince: string | null;
  floatAvailable: number;
  floatHeld: number;
  lowFloatBelow: number | null;
  isFloatLow: boolean;
}

export interface BoxLimits {
  maxPerMinute: number | null;
  maxPerDay: number | null;
  maxAmount: number | null;
}

export const SERVER_BOX_STATES = ['new', 'connected', 'disconnected', 'quarantined', 'retired'] as const;
export type BoxWarning = 'clock_off' | 'battery_low' | 'no_ready_sim' | 'float_low' | 'config_old';

/** A device in the field. */
export interface Box extends BoxRef {
  location: string;
  version: string;
  /** new: named, and not heard of yet. */
  state: (typeof SERVER_BOX_STATES)[number];
  connected: boolean;
  /** Its own word for how it is. */
  status: string | null;
  lastSeenAt: string | null;
  registeredAt: string | null;
  queueSize: number | null;
  /** With it and not ended; unknown: begun by it, outcome not known. */
  inHand: { assigned: number; processing: number; unknown: number };
  uptimeSeconds: number | null;
  memoryUsage: number | null;
  processedTransactions: number | null;
  battery: { percent: number | null; charging: boolean | null };
  clockAheadMs: number | null;
  warnings: BoxWarning[];
  capabilities: {
    maxConcurrentTransactions: number;
    supportedTypes: TransactionType[];
    fencing: boolean;
    /** False: it once reported an outcome without having said that it begins. */
    reportsBeginning: boolean;
  };
  limits: BoxLimits;
  /** trialAt: its failures took it out, and from then on it is tried again. */
  quarantine: { reason: string; at: string; trialAt: string | null } | null;
  failuresInRow: number;
  retiredAt: string | null;
  /** Of its own; null: it uses the shared one. */
  token: { hint: string; revokedAt: string | null } | null;
  /** What it differs in from the company's, and what it is told altogether. */
  config: Partial<CallboxConfig>;
  configInForce: CallboxConfig;
  /** The version that it is to have, and the one that it said it has. */
  configVersion: string;
  configSeen: string | null;
  sims: BoxSim[];
  createdAt: string;
}

/** What is changed for one box; null goes back to the company's. */
export type ConfigPatch = { [Name in keyof CallboxConfig]?: CallboxConfig[Name] | null };

export interface BoxLogLine {
  id: string;
  at: string;
  level: 'debug' | 'info' | 'warn' | 'error';
  text: string;
}

/** A one-time code with which a technician makes a box the company's. */
export interface Enrolment {
  code: string;
  expiresAt: string;
}

export interface SyncStatus {
  running: boolean;
  intervalMs: number;
  lastSync: string | null;
  connectedCallboxes: number;
  pendingTransactions: number;
  assignedTransactions: number;
  processingTransactions: number;
  unknownTransactions: number;
  changedAt: string | null;
  changedBy: string | null;
}

export interface CallboxSettings {
  config: CallboxConfig;
  rules: CallboxRules;
  version: number;
}
