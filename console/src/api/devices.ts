import type { NoticeKind } from '../../../server/modules/calls/model.ts';
import { request } from './client.ts';

export type Platform = 'ios' | 'android' | 'web';

/** What a device is told of, and how. */
export interface DeviceWishes {
  notices: NoticeKind[];
  showsWords: boolean;
  language: 'en' | 'fr';
}

/** A telephone or browser that is woken by push, when a call rings or something else happens. */
export interface Device extends DeviceWishes {
  id: string;
  platform: Platform;
  name: string;
  appId: string | null;
  environment: 'production' | 'sandbox';
  user: { id: string; name: string | null };
  own: boolean;
  /** Whether this installation can use the push service of the platform. */
  configured: boolean;
  createdAt: string;
  seenAt: string;
  /** The push service knows it no more since. */
  retiredAt: string | null;
  retiredReason: string | null;
}

/** What became of one notice to one device. */
export interface PushTrace {
  id: string;
  state: 'waiting' | 'sent' | 'accepted' | 'shown' | 'answered' | 'declined' | 'failed';
  providerStatus: number | null;
  providerAnswer: string | null;
  failure: string | null;
}

export const devices = {
  list: (all: boolean) => request<{ devices: Device[] }>('/api/push/devices', { query: { all } }),
  test: (id: string) =>
    request<{ traceId: string }>(`/api/push/devices/${id}/test`, { method: 'POST', body: {} }),
  trace: (id: string) => request<{ trace: PushTrace }>(`/api/push/traces/${id}`),
  change: (id: string, wishes: DeviceWishes) =>
    request<{ device: Device }>(`/api/push/devices/${id}`, { method: 'PATCH', body: wishes }),
  remove: (id: string) => request<unknown>(`/api/push/devices/${id}`, { method: 'DELETE' }),
};
