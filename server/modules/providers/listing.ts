import type { InboundText, RemoteText } from './messaging.ts';
import type { Features, Plumbing, ProviderName, RemoteNumber } from './port.ts';
import type { RemoteLeg } from './voice.ts';

/** One page of a provider's list. */
export interface ListedPage<Item> {
  items: Item[];
  /** Where the next page begins, in the provider's own way of saying it; null: this was the last. It holds for hours. */
  next: string | null;
}

/** A time whose texts or calls are listed: from is part of it, until is not. */
export interface ListWindow {
  from: Date;
  until: Date;
}

/** Where something at the provider points, by the provider's name of the setting: an address, an id, or null for nothing. */
export type Wiring = Record<string, string | null>;

/** A number of the account as the list shows it. */
export type ListedNumber = RemoteNumber & {
  /** ISO 3166-1 alpha-2, when the provider says. */
  country: string | null;
  /** The provider's word for its kind, when it says. */
  type: string | null;
  wiring: Wiring;
};

/** A text as the list shows it, which may be without its words. */
export interface ListedText {
  messageId: string;
  direction: 'inbound' | 'outbound';
  /** As the provider gives them. */
  from: string;
  to: string;
  /** When the provider was given it. */
  createdAt: Date;
  /** How a text that was sent stands; null for one that came in. */
  standing: RemoteText | null;
}

/** A leg of a call as the list shows it. */
export interface ListedLeg {
  leg: RemoteLeg;
  startedAt: Date;
}

/** Something that we make in an account and that does not look as we made it. */
export interface PlumbingFault {
  /** What it is, in the provider's words: call_control_application, messaging_profile, notification_channel. */
  part: string;
  name: string;
  field: string;
  expected: string;
  /** Null: it is not there, or empty. */
  found: string | null;
}

/** What an account's own lists say, page by page, for comparing it with what we believe. Every page is asked for one time. */
export interface ListingPort {
  /** Looks at what we make in the account (`ensurePlumbing`) and changes nothing. Fields of `plumbing` are null for what is not there. */
  inspectPlumbing(): Promise<{ plumbing: Plumbing; faults: PlumbingFault[] }>;
  numbersPage(cursor: string | null): Promise<ListedPage<ListedNumber>>;
  /** What a number of the account can do. */
  featuresOf(number: RemoteNumber): Promise<Features>;
  /** Where a number with these features should point. */
  wiringFor(features: Features, plumbing: Plumbing): Wiring;
  /** Texts of a time, in both directions. A provider may leave out what it has not sent yet. */
  textsPage(window: ListWindow, cursor: string | null): Promise<ListedPage<ListedText>>;
  /** The whole text, whichever its direction; null when the provider no longer shows it. */
  readText(messageId: string): Promise<InboundText | null>;
  /** Legs of calls of a time. Telnyx lists those that have ended, and names them by `recordId` alone: their `legId` is not its own. */
  legsPage(window: ListWindow, cursor: string | null): Promise<ListedPage<ListedLeg>>;
}

/** An account whose lists are compared. */
export interface ComparedAccount {
  provider: ProviderName;
  /** Null: the installation's. */
  accountId: string | null;
  /** Twilio's SID of it; null for Telnyx. */
  accountSid: string | null;
}

/** One thing in which what we believe and what the provider says differed. */
export interface Difference {
  kind: 'number' | 'connection' | 'message' | 'call';
  /** What people know it by: a phone number, a name. */
  subject: string;
  /** Ours, where we know the thing. */
  entityId: string | null;
  /** The provider's id. */
  externalId: string;
  field: string;
  ours: string | null;
  theirs: string | null;
  /** open: it can be set right, and has not been yet. person: no machine should decide. */
  outcome: 'open' | 'repaired' | 'adopted' | 'person';
}

/** The `legId` of a leg that the provider names by its record alone. */
export const RECORD_ONLY = 'record:';
