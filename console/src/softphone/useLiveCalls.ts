import { useQuery } from '@tanstack/react-query';
import { calls as callsApi } from '../api/calls.ts';
import type { Call } from '../api/callTypes.ts';
import { keys } from '../api/keys.ts';
import { queryClient } from '../api/queryClient.ts';
import { useMay, useMe } from '../api/session.ts';
import { ownCall } from './logic/callState.ts';

/** While a call is on, it is also asked for: nobody should speak for long with a bar that is wrong. */
const WATCH_MS = 15_000;

/** Every call under way. Live news say when to read again. */
export function useLiveCalls() {
  const may = useMay();
  return useQuery({
    queryKey: keys.liveCalls,
    queryFn: callsApi.live,
    enabled: may('calls:read'),
    refetchInterval: ({ state }) => (state.data?.calls.length ? WATCH_MS : false),
  });
}

/** The call that the person who is signed in is in. */
export function useOwnCall(): Call | null {
  const { user } = useMe();
  return ownCall(useLiveCalls().data?.calls ?? [], user.id);
}

/** Puts what the server answered about a call where it is shown. */
export function showCall(call: Call): void {
  queryClient.setQueryData<{ calls: Call[] }>(keys.liveCalls, (before) => {
    const others = (before?.calls ?? []).filter(({ id }) => id !== call.id);
    return { ...before, calls: call.endedAt ? others : [call, ...others] };
  });
  void queryClient.invalidateQueries({ queryKey: keys.call(call.id) });
}
