import { afterEach, expect, test, vi } from 'vitest';
import { ApiError, request, requestContext, withQuery } from './client.ts';

afterEach(() => vi.unstubAllGlobals());

const answer = (status: number, body: unknown) =>
  vi.fn(async () => Response.json(body, { status, headers: { 'x-request-id': 'r-1' } }));

test('empty filters stay out of the address', () => {
  expect(withQuery('/api/gigs', { search: '', cursor: undefined, limit: 25 })).toBe('/api/gigs?limit=25');
  expect(withQuery('/api/gigs', { search: '' })).toBe('/api/gigs');
});

test('a request carries the reader’s language and the company on screen', async () => {
  const fetch = answer(200, { success: true });
  vi.stubGlobal('fetch', fetch);
  Object.assign(requestContext, { language: 'fr', companyId: 'c-1' });
  await request('/api/gigs', { method: 'POST', body: { name: 'x' } });
  expect(fetch).toHaveBeenCalledWith(
    '/api/gigs',
    expect.objectContaining({
      headers: expect.objectContaining({
        'accept-language': 'fr',
        'x-company-id': 'c-1',
        'content-type': 'application/json',
      }),
    }),
  );
});

test('an error keeps its sentence, its code and its request id', async () => {
  vi.stubGlobal(
    'fetch',
    answer(404, {
      success: false,
      error: 'This number is no longer available',
      code: 'number_not_available',
    }),
  );
  const error = await request('/api/x').catch((caught: unknown) => caught);
  expect(error).toMatchObject({
    message: 'This number is no longer available',
    code: 'number_not_available',
    status: 404,
    requestId: 'r-1',
  });
});

test('a server that cannot be reached is an error of its own', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')));
  const error = await request('/api/x').catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(ApiError);
  expect(error).toMatchObject({ status: 0, code: 'offline' });
});
