import { useMutation } from '@tanstack/react-query';
import { calls as callsApi } from '../api/calls.ts';
import type { Call, TransferOrder } from '../api/callTypes.ts';
import { keys } from '../api/keys.ts';
import { queryClient } from '../api/queryClient.ts';
import { showCall } from './useLiveCalls.ts';

export type Act =
  | { do: 'hangup' | 'mute' | 'unmute' | 'hold' | 'unhold' }
  | { do: 'press'; digits: string }
  | { do: 'record'; action: 'pause' | 'resume' }
  | { do: 'transfer'; order: TransferOrder }
  | { do: 'endTransfer'; how: 'complete' | 'cancel' };

function perform(id: string, act: Act): Promise<{ call: Call }> {
  switch (act.do) {
    case 'press':
      return callsApi.press(id, act.digits);
    case 'record':
      return callsApi.record(id, act.action);
    case 'transfer':
      return callsApi.transfer(id, act.order);
    case 'endTransfer':
      return callsApi.endTransfer(id, act.how);
    default:
      return callsApi.control(id, act.do);
  }
}

/** Acts on a call under way; what went wrong stays until the next act. */
export function useControl(callId: string) {
  return useMutation({
    mutationFn: (act: Act) => perform(callId, act),
    onSuccess: ({ call }) => showCall(call),
    onError: () => queryClient.invalidateQueries({ queryKey: keys.liveCalls }),
  });
}

export type Control = ReturnType<typeof useControl>;
