import { fail } from '../../../kernel/errors.ts';
import type { DocumentUpload, PostalAddress } from '../port.ts';
import { redirect, type TwilioParts } from './client.ts';
import { refusalOf } from './errors.ts';
import { documentName, documentTypeOf } from './items.ts';

/** Files have a host of their own, which the SDK does not know. */
const UPLOAD_URL = 'https://numbers-upload.twilio.com/v2/RegulatoryCompliance/SupportingDocuments';

export async function uploadDocument(
  parts: TwilioParts,
  document: DocumentUpload,
): Promise<{ documentId: string }> {
  const type =
    documentTypeOf(document.requirementId) ?? fail('unknown_requirement', { field: document.requirementId });
  const form = new FormData();
  form.append('FriendlyName', documentName(document.reference, document.requirementId));
  form.append('Type', type);
  const bytes = new Uint8Array(document.bytes);
  form.append('File', new Blob([bytes], { type: document.contentType }), document.filename);
  const answer = await parts.request('once', () => postForm(parts, form));
  const { sid } = (answer ?? {}) as { sid?: unknown };
  if (typeof sid !== 'string')
    fail('provider_error', { provider: 'Twilio', reason: 'the answer names no document' });
  return { documentId: sid };
}

async function postForm({ account, deps }: TwilioParts, form: FormData): Promise<unknown> {
  const { url, headers } = redirect(account, UPLOAD_URL);
  const basic = Buffer.from(`${account.accountSid}:${account.authToken}`).toString('base64');
  const response = await fetch(url, {
    method: 'POST',
    body: form,
    headers: { ...headers, authorization: `Basic ${basic}`, accept: 'application/json' },
    signal: AbortSignal.timeout(deps.timeoutMs),
  });
  const said = await response.text();
  const body = parseJson(said);
  if (!response.ok)
    throw refusalOf(
      { statusCode: response.status, body, headers: Object.fromEntries(response.headers) },
      deps.clock,
    );
  return body;
}

function parseJson(said: string): unknown {
  try {
    return JSON.parse(said);
  } catch {
    return null;
  }
}

/** Twilio wants a postal code and a region of every address, also where a country has none. */
const NO_POSTAL_CODE = '00000';

/** Makes an address once: one of the same reference and content is used again. */
export async function createAddress(
  { client, request }: TwilioParts,
  address: PostalAddress,
  reference: string,
): Promise<{ addressId: string }> {
  const wanted = {
    customerName: address.businessName || `${address.firstName} ${address.lastName}`,
    street: address.street,
    streetSecondary: address.extended ?? '',
    city: address.locality,
    region: address.administrativeArea || address.locality,
    postalCode: address.postalCode || NO_POSTAL_CODE,
    isoCountry: address.country,
  };
  const known = await request('repeatable', () =>
    client.addresses.list({ friendlyName: reference, limit: 50 }),
  );
  const same = known.find(
    (item) =>
      item.friendlyName === reference &&
      Object.entries(wanted).every(
        ([name, value]) => ((item as unknown as Record<string, unknown>)[name] ?? '') === value,
      ),
  );
  if (same) return { addressId: same.sid };
  const { streetSecondary, ...required } = wanted;
  const made = await request('once', () =>
    client.addresses.create({
      ...required,
      friendlyName: reference,
      ...(streetSecondary ? { streetSecondary } : {}),
    }),
  );
  if (!made.sid) fail('provider_error', { provider: 'Twilio', reason: 'the answer names no address' });
  return { addressId: made.sid };
}
