import type { Price } from '../../kernel/money.ts';

/** Why a leg ended without a talk, or could not be placed, in words that both providers share. */
export const CALL_FAILURES = [
  'busy',
  'no_answer',
  'rejected',
  'canceled',
  'invalid_number',
  'unreachable',
  'region_blocked',
  'caller_not_allowed',
  'insufficient_funds',
  'too_many_calls',
  'account_problem',
  'time_limit',
  'unknown',
] as const;
export type CallFailureReason = (typeof CALL_FAILURES)[number];

export interface CallFailure {
  reason: CallFailureReason;
  /** The provider's code: an error number, a hang-up cause, a SIP status. */
  providerCode: string | null;
  /** In the provider's words. */
  providerMessage: string;
}

/** Who is rung: a telephone (E.164), or a person's browser (the address of its SoftphoneGrant). */
export type Party = { kind: 'phone'; phoneNumber: string } | { kind: 'browser'; address: string };

/** A leg to be placed. */
export interface Dial {
  /** E.164: shown to whoever is rung; a number of the account. */
  from: string;
  to: Party;
  /** How long it rings. */
  timeoutSeconds: number;
  /** How long it may last. */
  limitSeconds: number;
  /** Our id of the leg: it comes back with every event, whatever became of the answer. */
  reference: string;
  /** The room that the leg goes into when it is answered; null: our answer to its event says what happens. */
  room: Room | null;
  /** Telnyx: the leg that this one is placed for, which keeps both in one session. */
  linkTo: string | null;
}

/**
 * What became of one attempt to place a leg. Only `unanswered` leaves open whether somebody's phone rings: look it up; a
 * machine never dials again.
 */
export type DialOutcome =
  | { kind: 'accepted'; leg: RemoteLeg }
  | { kind: 'refused'; failure: CallFailure }
  | { kind: 'rate_limited'; retryAfterMs: number }
  | { kind: 'unanswered' };

/** How far a leg is; ended is final. */
export type LegState = 'initiated' | 'ringing' | 'answered' | 'ended';

/** What the provider says of a leg: its answer, an event, or a look-up. */
export interface RemoteLeg {
  /** What the provider controls the leg by: Twilio's call SID, Telnyx's call_control_id. */
  legId: string;
  /** Telnyx: names the leg in recordings and records. Twilio: the same as legId. */
  recordId: string;
  /** Telnyx: what legs of one conversation share. Twilio: the SID of the parent leg, or null. */
  sessionId: string | null;
  /** Our id of the leg, when the provider's words carry it. */
  reference: string | null;
  direction: 'inbound' | 'outbound';
  /** As the provider gives them: E.164, but also "anonymous" or a SIP address. */
  from: string;
  to: string;
  state: LegState;
  /** The provider's own word. */
  providerStatus: string;
  /** For a leg that ended: why, when nobody talked; null after a talk that ended as talks do. */
  failure: CallFailure | null;
  /** Who ended it, when the provider says. */
  endedBy: 'caller' | 'callee' | null;
  /** From answer to end. Null until it ended, or when the provider does not say. */
  durationSeconds: number | null;
  /** Positive; null until the provider knows it. */
  price: Price | null;
  quality: RemoteQuality | null;
  /** When it happened, if the provider says. */
  at: Date | null;
  /** Orders events of one leg where times are equal; null when the provider does not count. */
  sequence: number | null;
}

/** A conference that legs of one call sit in, so that they can be muted, held and moved. */
export interface Room {
  /** Ours, unique. */
  name: string;
  /** The provider's id, once it exists. */
  roomId: string | null;
}

/** What a move to a room may not lose. For Twilio, whose recording and whose limit of a talk end when it moves. */
export interface RoomOrder {
  /** The room is recorded from its start, and the news of that recording carries the reference. Null: it is not. */
  recorded: { reference: string } | null;
  /** How long the other leg may sit there; the root's own document says so for the root. */
  limitSeconds: number;
  /** The other leg hears it first: the announcement that the move cut off. */
  words: Spoken | null;
}

/** How a leg sounded, as far as the provider says; each side on its own. */
export interface RemoteQuality {
  source: 'telnyx' | 'twilio';
  /** What we get from the other side, and what it gets from us. */
  inbound: QualityFigures;
  outbound: QualityFigures;
  codec: string | null;
  /** Which part of the way the figures are about, in the provider's word, e.g. carrier_edge. */
  edge: string | null;
}

export interface QualityFigures {
  jitterMs: number | null;
  /** One way. */
  latencyMs: number | null;
  packetLossPercent: number | null;
  /** 1 to 5. */
  mos: number | null;
  packets: number | null;
}

/** A recording that the provider holds. */
export interface RemoteRecording {
  /** Null when the news does not name it (Telnyx): then it is found by the leg. */
  recordingId: string | null;
  /** The leg that was recorded, by recordId of RemoteLeg; for a recorded room, the room's id. */
  recordId: string;
  reference: string | null;
  status: 'completed' | 'absent' | 'failed';
  /** Where it can be fetched now; some addresses live for minutes only. */
  url: string | null;
  channels: 'mono' | 'dual';
  durationSeconds: number | null;
  startedAt: Date | null;
  /** Why there is none, in the provider's words. */
  reason: string | null;
}

export type RecordingFetch =
  | { kind: 'fetched'; bytes: Buffer; contentType: string }
  | { kind: 'too_large' }
  | { kind: 'gone' };

/** What a browser needs to be somebody's telephone. */
export interface SoftphoneGrant {
  provider: 'telnyx' | 'twilio';
  /** For the provider's browser SDK. */
  token: string;
  /** Where the browser is rung: client:… (Twilio), sip:…@sip.telnyx.com (Telnyx). */
  address: string;
  expiresAt: Date;
  /** Where a stand-in for the provider lets browsers practise, without a microphone; null at the provider itself. */
  practiceUrl: string | null;
  /**
   * What the provider made for it, to be kept encrypted and handed in next time: Twilio's API key, Telnyx's credential.
   * Null when what was handed in still holds.
   */
  keep: string | null;
}

/** gone: the leg has ended, or is not known any more; nothing is left to be done. */
export type LegOutcome = 'done' | 'gone';

/** What a provider can do for calls, whatever drives them. */
export interface VoicePort {
  /** Places a leg one time, and rejects for nothing that the provider says or leaves unsaid. */
  dial(dial: Dial): Promise<DialOutcome>;
  /**
   * The leg whose answer never came, placed since a moment. None found is no proof that there is none.
   * @param known legs that others of our legs are, by legId: where a provider keeps no reference, the one that is sought is
   * none of these.
   */
  findDial(dial: Dial, since: Date, known?: readonly string[]): Promise<RemoteLeg | null>;
  /** Null when the provider no longer (or never) knows it. */
  getLeg(legId: string): Promise<RemoteLeg | null>;
  hangUp(legId: string): Promise<LegOutcome>;
  /**
   * Puts two legs that talk into a room, where they can be controlled one by one. Legs that sit in it already stay.
   * @param order how the talk goes on there.
   * @returns the room with the provider's id, or gone.
   */
  openRoom(
    room: Room,
    legs: { root: string; other: string | null },
    order?: RoomOrder,
  ): Promise<Room | 'gone'>;
  setMuted(room: Room, legId: string, muted: boolean): Promise<LegOutcome>;
  /** A leg on hold hears music and is not heard. */
  setHeld(room: Room, legId: string, held: boolean): Promise<LegOutcome>;
  /** Lets a leg out of the room; Twilio ends it with that, at Telnyx it is hung up. */
  removeFromRoom(room: Room, legId: string): Promise<LegOutcome>;
  /** Plays tones to a leg. @param digits 0-9, *, #, and w for half a second's pause. */
  sendDigits(place: { room: Room | null; legId: string }, digits: string): Promise<LegOutcome>;
  pauseRecording(place: { room: Room | null; legId: string }, paused: boolean): Promise<LegOutcome>;
  /** Recordings of legs and rooms, by recordId. */
  findRecordings(recordIds: string[]): Promise<RemoteRecording[]>;
  fetchRecording(recording: RemoteRecording, options: { bytesMax: number }): Promise<RecordingFetch>;
  /** The provider's own copy goes, once ours is safe. */
  deleteRecording(recordingId: string): Promise<LegOutcome>;
  /** Null until the provider has measured, or when it never does. */
  quality(leg: { legId: string; recordId: string }): Promise<RemoteQuality | null>;
  /** What the provider asks for the leg, once it knows: asked again until then. */
  legPrice(leg: { legId: string; recordId: string; sessionId: string | null }): Promise<Price | null>;
  /** The usual price of a minute to a number; null when the provider does not say. */
  minutePrice(phoneNumber: string): Promise<Price | null>;
  /**
   * A person's browser as a telephone. @param identity ours, stable for the person in this account: letters, digits, _.
   * @param kept what an earlier grant gave to keep: of the account for Twilio, of the person for Telnyx.
   */
  softphone(identity: string, kept: string | null): Promise<SoftphoneGrant>;
  /** Points the calls of a number, and nothing else of it, at us. Repeating it changes nothing. */
  configureCalls(number: { numberId: string; phoneNumber: string }): Promise<void>;
  /** Present where calls are driven by commands, one after each event. Absent where our answers to webhooks drive them (TwiML). */
  commands?: CallCommands;
}

/** Telnyx Call Control. A command that is repeated under one `commandId` within a minute is done once. */
export interface CallCommands {
  answer(legId: string, commandId: string): Promise<LegOutcome>;
  reject(legId: string, reason: 'busy' | 'rejected', commandId: string): Promise<LegOutcome>;
  speak(legId: string, words: Spoken, commandId: string): Promise<LegOutcome>;
  /** Opens a room with a first leg in it, or joins the leg to the one that is there. */
  join(room: Room, legId: string, commandId: string): Promise<Room | 'gone'>;
  startRecording(legId: string, recording: RecordingOrder, commandId: string): Promise<LegOutcome>;
  stopRecording(legId: string, commandId: string): Promise<LegOutcome>;
}

export interface Spoken {
  text: string;
  language: 'fr' | 'en';
}

export interface RecordingOrder {
  channels: 'mono' | 'dual';
  beep: boolean;
  maxSeconds: number;
  /** Ends after so much silence; 0 for never. */
  silenceSeconds: number;
}

/** What became of the legs that one leg's `<Dial>` rang. */
export interface DialEnd {
  /** The provider's own word. */
  providerStatus: string;
  /** Whether somebody took it, or the leg sat in a conference. */
  talked: boolean;
  /** The leg that was rung, or talked to. */
  legId: string | null;
  failure: CallFailure | null;
  durationSeconds: number | null;
}

/** What a provider event says about calls. */
export type CallNews =
  /** `dialEnd`: Twilio tells it of the leg that dialled, when it asks for what comes next. */
  | { kind: 'leg'; leg: RemoteLeg; dialEnd: DialEnd | null }
  | { kind: 'recording'; recording: RemoteRecording }
  /** A step that a command started is over. */
  | { kind: 'spoken'; legId: string; reference: string | null }
  /** Twilio: a room is there, and who is in it changed. */
  | { kind: 'room'; room: Room; legId: string | null; change: 'started' | 'joined' | 'left' | 'ended' }
  | { kind: 'digits'; legId: string; reference: string | null; digits: string }
  /** The price of a leg came after its end. */
  | { kind: 'leg_price'; legId: string; recordId: string; reference: string | null; price: Price };
