import type { PhoneState } from './logic/machine.ts';

/** What any tab asks of the one that is the telephone. */
export type Ask =
  | { act: 'answer'; ref: string }
  | { act: 'hangUp'; ref: string }
  | { act: 'mute'; ref: string; muted: boolean }
  | { act: 'press'; ref: string; digits: string }
  | { act: 'asking' }
  | { act: 'asked'; callId: string | null };

type Message = { kind: 'hello' } | { kind: 'state'; state: PhoneState } | { kind: 'ask'; ask: Ask };

interface Role {
  /** This tab is the telephone from now on; what is returned ends it. */
  lead: () => () => void;
  onState: (state: PhoneState) => void;
  onAsk: (ask: Ask) => void;
  /** What the telephone tells a tab that has just come. */
  current: () => PhoneState;
}

export interface Tabs {
  /** The leader tells the others how the telephone is. */
  tell(state: PhoneState): void;
  ask(ask: Ask): void;
  leave(): void;
}

/**
 * Among the tabs of one browser one is the telephone: it holds the lines and rings; the others show the same and pass on what
 * is pressed in them. When it closes, another takes its place.
 */
export function joinTabs(name: string, role: Role): Tabs {
  const channel = new BroadcastChannel(name);
  const leaving = new AbortController();
  let isLeader = false;
  channel.onmessage = ({ data }: MessageEvent<Message>) => {
    if (data.kind === 'state' && !isLeader) role.onState(data.state);
    if (data.kind === 'ask' && isLeader) role.onAsk(data.ask);
    if (data.kind === 'hello' && isLeader) channel.postMessage({ kind: 'state', state: role.current() });
  };
  channel.postMessage({ kind: 'hello' } satisfies Message);

  const lead = async () => {
    isLeader = true;
    const end = role.lead();
    await new Promise<void>((resolve) => leaving.signal.addEventListener('abort', () => resolve()));
    end();
  };
  // Plain HTTP knows no locks, and no microphone either: there each tab is for itself.
  if (navigator.locks) {
    const options = { signal: leaving.signal };
    navigator.locks
      .request(name, options, () => (leaving.signal.aborted ? undefined : lead()))
      .catch(() => undefined);
  } else void lead();

  return {
    tell: (state) => isLeader && channel.postMessage({ kind: 'state', state } satisfies Message),
    ask: (ask) => (isLeader ? role.onAsk(ask) : channel.postMessage({ kind: 'ask', ask } satisfies Message)),
    leave: () => {
      leaving.abort();
      channel.close();
    },
  };
}
