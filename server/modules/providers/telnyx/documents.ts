import { sha256 } from '../../../kernel/crypto.ts';
import { fail } from '../../../kernel/errors.ts';
import type { DocumentUpload, PostalAddress } from '../port.ts';
import { firstItem, type TelnyxParts } from './client.ts';

/** Uploads a file once: a document of the same reference and content is used again. */
export async function uploadDocument(
  { client, request }: TelnyxParts,
  document: DocumentUpload,
): Promise<{ documentId: string }> {
  const digest = sha256(document.bytes);
  const known = await firstItem(
    request,
    () =>
      client.documents.list({ filter: { customer_reference: { eq: document.reference } }, 'page[size]': 50 }),
    (item) => item.customer_reference === document.reference && item.sha256?.toLowerCase() === digest,
  );
  if (known?.id) return { documentId: known.id };
  const answer = await request('once', () =>
    client.documents.uploadJson({
      document: {
        file: document.bytes.toString('base64'),
        filename: document.filename,
        customer_reference: document.reference,
      },
    }),
  );
  if (!answer.data?.id)
    fail('provider_error', { provider: 'Telnyx', reason: 'the answer names no document' });
  return { documentId: answer.data.id };
}

/** Makes an address once: one of the same reference and content is used again. */
export async function createAddress(
  { client, request }: TelnyxParts,
  address: PostalAddress,
  reference: string,
): Promise<{ addressId: string }> {
  const body = {
    first_name: address.firstName,
    last_name: address.lastName,
    business_name: address.businessName,
    street_address: address.street,
    locality: address.locality,
    country_code: address.country,
    customer_reference: reference,
    ...(address.extended ? { extended_address: address.extended } : {}),
    ...(address.administrativeArea ? { administrative_area: address.administrativeArea } : {}),
    ...(address.postalCode ? { postal_code: address.postalCode } : {}),
  };
  const same = (item: object) =>
    Object.entries(body).every(([key, value]) => (item as Record<string, unknown>)[key] === value);
  const known = await firstItem(
    request,
    () => client.addresses.list({ filter: { customer_reference: { eq: reference } }, 'page[size]': 50 }),
    same,
  );
  if (known?.id) return { addressId: known.id };
  const answer = await request('once', () => client.addresses.create(body));
  if (!answer.data?.id) fail('provider_error', { provider: 'Telnyx', reason: 'the answer names no address' });
  return { addressId: answer.data.id };
}
