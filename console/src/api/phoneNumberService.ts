import { type Query, request } from './client.ts';
import type { AvailableNumber, Gig, NumberType, PhoneNumber, Provider, TimelineEntry } from './types.ts';

export interface SearchFilters {
  type?: NumberType;
  areaCode?: string;
  contains?: string;
  locality?: string;
  features?: string[];
  limit?: number;
}

export interface Purchase {
  phoneNumber: string;
  provider: Provider;
  type?: NumberType;
  gigId?: string;
  companyId?: string;
  requirementGroupId?: string;
  /** Made by the client, once per intent: sent again, it is the same purchase. */
  id?: string;
}

interface NumberList {
  numbers: PhoneNumber[];
  nextCursor: string | null;
}

/** The doors to numbers: search, buy, follow, release. */
export const phoneNumberService = {
  async searchPhoneNumbers(
    destinationZone: string,
    provider: Provider,
    filters: SearchFilters = {},
  ): Promise<AvailableNumber[]> {
    const path = provider === 'twilio' ? '/api/phone-numbers/search/twilio' : '/api/phone-numbers/search';
    const query = { ...filters, countryCode: destinationZone, features: filters.features?.join(',') };
    const { numbers } = await request<{ numbers: AvailableNumber[] }>(path, { query });
    return numbers;
  },

  purchasePhoneNumber(data: Purchase): Promise<{ number: PhoneNumber; replayed: boolean }> {
    const path =
      data.provider === 'twilio' ? '/api/phone-numbers/purchase/twilio' : '/api/phone-numbers/purchase';
    return request(path, {
      method: 'POST',
      body: data,
      headers: data.id ? { 'idempotency-key': data.id } : {},
    });
  },

  list: (query: Query) => request<NumberList>('/api/phone-numbers/', { query }),

  get: (id: string) =>
    request<{ number: PhoneNumber; timeline: TimelineEntry[] }>(`/api/phone-numbers/${id}`),

  moveToGig: (id: string, gigId: string | null) =>
    request<{ number: PhoneNumber }>(`/api/phone-numbers/${id}`, { method: 'PATCH', body: { gigId } }),

  /** release gives the number back, configure sets it up again, refresh asks the provider now. */
  act: (id: string, action: 'release' | 'configure' | 'refresh') =>
    request<{ number: PhoneNumber }>(`/api/phone-numbers/${id}/${action}`, { method: 'POST', body: {} }),

  checkGig: (gigId: Gig['id']) =>
    request<{ hasNumber: boolean; number: PhoneNumber | null; numbers: PhoneNumber[] }>(
      `/api/phone-numbers/gig/${gigId}/check`,
    ),
};
