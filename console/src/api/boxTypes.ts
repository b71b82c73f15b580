import {
  type AttemptState,
  type CallboxConfig,
  type CallboxRules,
  PRIORITIES,
  type Priority,
  TRANSACTION_STATUSES,
  TRANSACTION_TYPES,
  type TransactionEvent,
  type TransactionStatus,
  type TransactionType,
} from '../../../server/modules/callbox/model.ts';

export type {
  AttemptState,
  CallboxConfig,
  CallboxRules,
  Priority,
  TransactionEvent,
  TransactionStatus,
  TransactionType,
};
export { PRIORITIES, TRANSACTION_STATUSES, TRANSACTION_TYPES };

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
  quarantine: { reason: string; at: string } | null;
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

export interface TransactionAuthor {
  kind: 'user' | 'api_key' | 'system' | 'box';
  id: string;
  name: string;
}

/** What a box said at the end. */
export interface TransactionResult {
  success?: boolean;
  transactionRef?: string | null;
  balance?: number | null;
  message?: string | null;
  code?: string | null;
  retryable?: boolean;
  proof?: unknown;
}

/** What somebody wants to be believed of a transaction whose outcome nobody knew. */
export interface Settling {
  outcome: 'completed' | 'failed';
  proof: string;
  transactionRef: string | null;
  by: { kind: string; id: string; name: string };
  at: string;
  /** A second person has not said theirs yet. */
  waiting: boolean;
  confirmedBy?: { id: string; name: string } | null;
}

export interface Transaction {
  /** tx_… */
  id: string;
  clientId: string | null;
  type: TransactionType;
  phoneNumber: string;
  operator: string | null;
  amount: number | null;
  payItemId: string | null;
  customerInfo: { name?: string; operator?: string };
  priority: Priority;
  status: TransactionStatus;
  dueAt: string;
  expiresAt: string | null;
  attempt: number;
  /** What the box calls itself that has it, or had it last. */
  assignedTo: string | null;
  sim: { id: string; slot: string } | null;
  retryCount: number;
  maxRetries: number;
  transactionRef: string | null;
  result: TransactionResult | null;
  failureCode: string | null;
  disputed: boolean;
  looksLike: string | null;
  settling: Settling | null;
  author: TransactionAuthor;
  createdAt: string;
  updatedAt: string;
  processingAt: string | null;
  endedAt: string | null;
}

export interface TransactionAttempt {
  number: number;
  leaseId: string;
  state: AttemptState;
  box: BoxRef;
  sim: { id: string; slot: string };
  assignedAt: string;
  handedAt: string | null;
  processingAt: string | null;
  endedAt: string | null;
  result: TransactionResult | null;
}

export interface TransactionStep {
  id: string;
  at: string;
  kind: TransactionEvent;
  attempt: number | null;
  /** What the box calls itself. */
  box: string | null;
  actor: { kind: TransactionAuthor['kind']; name: string };
  detail: Record<string, unknown>;
}

/** What an operator wrote, word for word. */
export interface OperatorWording {
  id: string;
  sender: string;
  body: string;
  receivedAt: string;
  verdict: MessageVerdict;
}

/** Everything that is known of one transaction. */
export interface TransactionDetails extends Transaction {
  timeline: TransactionStep[];
  attempts: TransactionAttempt[];
  operatorMessages: OperatorWording[];
}

/** What waits of one operator and type. */
export interface Lane {
  operator: string | null;
  type: TransactionType;
  count: number;
  /** Null: nothing of it is due yet. */
  oldestAt: string | null;
  /** Why nothing takes it; null: boxes do. */
  reason: string | null;
}

export interface TransactionQueue {
  lanes: Lane[];
  /** How many are in each state that is no end, and how many are disputed. */
  states: Partial<Record<TransactionStatus | 'disputed', number>>;
  countedUpTo: number;
}

/** How many ended in one way, on one day, at one operator, through one box. */
export interface Figure {
  day: string;
  type: TransactionType;
  operator: string | null;
  box: string | null;
  status: TransactionStatus;
  count: number;
  amount: number;
  averageSeconds: number | null;
}

export interface BoxFigures {
  /** What it calls itself. */
  box: string;
  completed: number;
  failed: number;
  /** 0 to 1. */
  successRate: number | null;
  /** From the beginning to the end. */
  averageSeconds: number | null;
}

export interface TransactionStats {
  /** Days. */
  since: string;
  until: string;
  figures: Figure[];
  boxes: BoxFigures[];
}

/** A new transaction, as the form sends it. */
export interface NewTransaction {
  type: TransactionType;
  phoneNumber: string;
  amount?: number;
  payItemId?: string;
  customerInfo: { name?: string; operator?: string };
  priority: Priority;
  notBefore?: string;
  expiresAt?: string;
}

export const ENTRY_KINDS = [
  'opening',
  'adjustment',
  'supply',
  'hold',
  'post',
  'release',
  'receive',
  'reversal',
] as const;
export type EntryKind = (typeof ENTRY_KINDS)[number];

/** A SIM with its money. */
export interface FloatSim {
  id: string;
  box: BoxRef;
  slot: string;
  operator: string | null;
  phoneNumber: string | null;
  state: SimState;
  /** Null: nobody ever said how much there is. */
  floatKnownSince: string | null;
  available: number;
  held: number;
  total: number;
  lowFloatBelow: number | null;
  lowSince: string | null;
  reportedBalance: number | null;
  reportedAt: string | null;
  /** How far the reading is from the ledger of its time; null where there is nothing to compare. */
  difference: number | null;
  /** Since when it is more than the company allows. */
  differenceSince: string | null;
}

export interface LedgerEntry {
  id: string;
  at: string;
  kind: EntryKind;
  /** By how much what is on the SIM changed; 0 for what is only promised, or given back. */
  amount: number;
  /** By how much what can be handed out changed. */
  available: number;
  held: number;
  transactionId: string | null;
  attempt: number | null;
  reason: string | null;
  /** It belongs to a day that was closed already. */
  late: boolean;
  actor: { kind: TransactionAuthor['kind']; id: string; name: string };
}

/** A day that a person closed, beside what the operator's statement said. */
export interface FloatClose {
  id: string;
  statementBalance: number | null;
  reportedBalance: number | null;
  difference: number | null;
  note: string;
  closedBy: { id: string; name: string };
  closedAt: string;
}

/** A day of a SIM: closed, or as it stands. */
export interface FloatDay {
  day: string;
  opening: number;
  closing: number;
  held: number;
  movements: Partial<Record<EntryKind, { count: number; amount: number }>>;
  /** What came after the day was closed. */
  late: { count: number; amount: number };
  closes: FloatClose[];
}

export const MESSAGE_VERDICTS = [
  'settled',
  'confirmed',
  'balance',
  'ambiguous',
  'unmatched',
  'conflicting',
  'untrusted',
  'unread',
] as const;
export type MessageVerdict = (typeof MESSAGE_VERDICTS)[number];

export interface ParsedText {
  amount: number | null;
  number: string | null;
  reference: string | null;
  balance: number | null;
  name: string | null;
  date: string | null;
}

/** A text of an operator that a box forwarded. */
export interface OperatorMessage extends OperatorWording {
  box: Pick<BoxRef, 'id' | 'callboxId'>;
  /** Null: the box named a slot that nobody knows. */
  sim: { id: string; slot: string } | null;
  template: string | null;
  /** What was read out of it; null: nothing. */
  meaning: ({ operator: string; type: TransactionType | null; outcome: TemplateOutcome } & ParsedText) | null;
  transactionId: string | null;
  attachedBy: { id: string; name: string } | null;
}

export const TEMPLATE_OUTCOMES = ['completed', 'failed', 'balance'] as const;
export type TemplateOutcome = (typeof TEMPLATE_OUTCOMES)[number];

/** How an operator words its confirmations. */
export interface OperatorTemplate {
  id: string;
  /** Known by heart; changed: the company words it otherwise, or switched it off. */
  builtIn: boolean;
  changed: boolean;
  operator: string;
  name: string;
  senders: string[];
  type: TransactionType | null;
  outcome: TemplateOutcome;
  wording: string;
  enabled: boolean;
}

export type OperatorTemplateInput = Omit<OperatorTemplate, 'id' | 'builtIn' | 'changed'>;

/** What is made of a text. unread: nothing fits. untrusted: the words fit, the sender does not. */
export interface TemplateTry {
  kind: 'trusted' | 'untrusted' | 'unclear' | 'unread';
  template: string | null;
  outcome: TemplateOutcome | null;
  type: TransactionType | null;
  parsed: ParsedText | null;
}
