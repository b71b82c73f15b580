// What the program needs of whatever holds the SIMs.

/** A SIM, as the server is told of it. */
export interface Sim {
  slot: string;
  /** In lower case (mtn, orange, …); null: any. */
  operator: string | null;
  iccid: string | null;
  phoneNumber: string | null;
  signalPercent: number | null;
  network: string | null;
  state: 'ready' | 'no_sim' | 'locked' | 'no_network';
  /** XAF, as the operator said last. */
  balance: number | null;
}

/** Something that the operator is to be told to do. */
export interface Job {
  id: string;
  slot: string;
  operator: string | null;
  type: 'recharge' | 'voucher' | 'deposit' | 'withdraw';
  phoneNumber: string;
  amount: number | null;
  payItemId: string | null;
}

/**
 * What became of it. failed: certainly nothing moved (`repeatable`: another try may help). unknown: nobody can say, so no machine
 * repeats it. `awaitsText`: the operator answers by a text, which may still come.
 */
export interface Outcome {
  kind: 'completed' | 'failed' | 'unknown';
  repeatable?: boolean;
  code: string;
  message: string;
  transactionRef?: string | null;
  balance?: number | null;
  proof?: string | null;
  awaitsText?: boolean;
}

/** A text that came to a SIM. */
export interface IncomingText {
  /** Its own for ever: the same text read twice from the SIM has the same. */
  id: string;
  slot: string;
  sender: string;
  body: string;
  /** By the network's clock; null: it did not say. */
  sentAt: string | null;
  /** Takes it off the SIM; called when it is safely kept. */
  forget(): Promise<void>;
}

export interface Driver {
  /** Begins; goes on trying by itself while its devices are away. */
  start(): Promise<void>;
  stop(): Promise<void>;
  sims(): Sim[];
  /**
   * Carries it out. It is only called once the queue has it as begun, on disk.
   * Whatever happens after the first sign went to the network and is not understood is `unknown`.
   * @param deadlineMs by the stopwatch.
   */
  execute(job: Job, deadlineMs: number): Promise<Outcome>;
  /** Reads the SIM's balance. Null: it cannot. */
  balance(slot: string): Promise<number | null>;
  /** Every text on the SIMs now; and has new ones told to `onText`. */
  readTexts(): Promise<void>;
}

/** What a driver tells while it works. */
export interface DriverHooks {
  /** Resolves when it is safely kept. */
  onText(text: IncomingText): Promise<void>;
  log(level: 'debug' | 'info' | 'warn' | 'error', text: string): void;
  /** A place where a test may have the program die. */
  faultPoint(name: string): void;
}
