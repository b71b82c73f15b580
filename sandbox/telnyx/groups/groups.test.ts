import type Telnyx from 'telnyx';
import { APIError } from 'telnyx';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findNumber, openSandbox, PDF, type TestSandbox, telnyxClient } from '../../testkit.ts';

let sandbox: TestSandbox;
let client: Telnyx;

beforeEach(async () => {
  sandbox = await openSandbox();
  client = telnyxClient(sandbox);
});

afterEach(() => sandbox.dispose());

type Value = { requirement_id: string; field_value: string };

/** Fills every requirement of a country with something acceptable. */
async function fill(country: string, filename = 'paper.pdf'): Promise<Value[]> {
  const filter = { country_code: country, phone_number_type: 'local' as const, action: 'ordering' as const };
  const [requirement] = (await client.requirements.list({ filter })).data ?? [];
  const values: Value[] = [];
  for (const type of requirement?.requirement_types ?? []) {
    const field_value =
      type.type === 'textual' ? (type.example ?? '') : await reference(type.type ?? '', filename);
    values.push({ requirement_id: type.id ?? '', field_value });
  }
  return values;
}

async function reference(kind: string, filename: string): Promise<string> {
  if (kind === 'document') {
    const uploaded = await client.documents.uploadJson({
      document: { file: PDF.toString('base64'), filename },
    });
    return uploaded.data?.id ?? '';
  }
  const address = await client.addresses.create({
    first_name: '',
    last_name: '',
    business_name: 'Exemple SAS',
    street_address: '12 rue de la Paix',
    locality: 'Paris',
    postal_code: '75002',
    country_code: 'FR',
  });
  return address.data?.id ?? '';
}

const createGroup = (country: string, values: Value[] = []) =>
  client.requirementGroups.create({
    country_code: country,
    phone_number_type: 'local',
    action: 'ordering',
    regulatory_requirements: values,
  });

async function statusOf(work: Promise<unknown>): Promise<number | undefined> {
  const error: unknown = await work.catch((reason: unknown) => reason);
  return error instanceof APIError ? error.status : undefined;
}

describe('a requirement group', () => {
  test('is filled in two sittings, submitted and approved', async () => {
    const values = await fill('FR');
    const group = await createGroup('FR', values.slice(0, 2));
    expect(group.status).toBe('unapproved');
    expect(await statusOf(client.requirementGroups.submitForApproval(group.id ?? ''))).toBe(422);
    await client.requirementGroups.update(group.id ?? '', { regulatory_requirements: values.slice(2) });
    expect((await client.requirementGroups.submitForApproval(group.id ?? '')).status).toBe(
      'pending-approval',
    );
    await sandbox.admin('POST', 'advance', {});
    const approved = await client.requirementGroups.retrieve(group.id ?? '');
    expect(approved.status).toBe('approved');
    expect(approved.regulatory_requirements?.every((value) => value.status === 'approved')).toBe(true);
    expect(approved.regulatory_requirements?.some((value) => value.expires_at !== undefined)).toBe(true);
  });

  test('with a value that breaks the criteria is declined, with a comment that says why', async () => {
    const values = await fill('FR');
    const types =
      (await client.requirementTypes.list({ filter: { name: { contains: 'SIREN' } } })).data ?? [];
    const wrong = values.map((value) =>
      value.requirement_id === types[0]?.id ? { ...value, field_value: '12ab' } : value,
    );
    const group = await createGroup('FR', wrong);
    await client.requirementGroups.submitForApproval(group.id ?? '');
    await sandbox.admin('POST', 'advance', {});
    expect((await client.requirementGroups.retrieve(group.id ?? '')).status).toBe('declined');
    const filter = { comment_record_type: 'requirement_group' as const, comment_record_id: group.id ?? '' };
    const [comment] = (await client.comments.list({ filter })).data ?? [];
    expect(comment?.body).toContain('SIREN');
  });

  test('9012: a document whose file name ends so is rejected, and accepted when sent again', async () => {
    const group = await createGroup('FR', await fill('FR', 'kbis-9012.pdf'));
    const review = async () => {
      await client.requirementGroups.submitForApproval(group.id ?? '');
      await sandbox.admin('POST', 'advance', {});
      return (await client.requirementGroups.retrieve(group.id ?? '')).status;
    };
    expect(await review()).toBe('declined');
    await client.requirementGroups.update(group.id ?? '', { regulatory_requirements: await fill('FR') });
    expect(await review()).toBe('approved');
  });

  test('refuses requirements of other countries and documents that are not there', async () => {
    const [french] = await fill('FR');
    expect(
      await statusOf(createGroup('DE', [{ ...(french as Value), requirement_id: crypto.randomUUID() }])),
    ).toBe(422);
    const document = (await fill('DE')).at(-1) as Value;
    expect(await statusOf(createGroup('DE', [{ ...document, field_value: crypto.randomUUID() }]))).toBe(422);
  });

  test('of Italy cannot be approved before an order', async () => {
    const group = await createGroup('IT', await fill('IT'));
    expect(await statusOf(client.requirementGroups.submitForApproval(group.id ?? ''))).toBe(422);
  });
});

describe('an order of a regulated number', () => {
  test('waits for its paperwork, is reviewed once it is complete, and succeeds', async () => {
    const phone_number = await findNumber(client, 'FR');
    const order = (await client.numberOrders.create({ phone_numbers: [{ phone_number }] })).data;
    expect(order?.phone_numbers?.[0]).toMatchObject({
      requirements_met: false,
      requirements_status: 'requirement-info-pending',
    });
    await sandbox.admin('POST', 'advance', {});
    expect((await client.numberOrders.retrieve(order?.id ?? '')).data?.status).toBe('pending');
    const group = await createGroup('FR', await fill('FR'));
    const [subOrderId = ''] = order?.sub_number_orders_ids ?? [];
    await client.subNumberOrders.updateRequirementGroup(subOrderId, { requirement_group_id: group.id ?? '' });
    const waiting = (await client.numberOrders.retrieve(order?.id ?? '')).data?.phone_numbers?.[0];
    expect(waiting?.requirements_status).toBe('requirement-info-under-review');
    await sandbox.admin('POST', 'advance', {});
    expect((await client.numberOrders.retrieve(order?.id ?? '')).data?.status).toBe('success');
  });

  test('9012: its paperwork is sent back with a reason, and accepted the second time', async () => {
    const group = await createGroup('FR', await fill('FR'));
    const phone_number = await findNumber(client, 'FR', '9012');
    const lines = [{ phone_number, requirement_group_id: group.id ?? '' }];
    const order = (await client.numberOrders.create({ phone_numbers: lines })).data;
    await sandbox.admin('POST', 'advance', {});
    const line = (await client.numberOrders.retrieve(order?.id ?? '')).data?.phone_numbers?.[0];
    expect(line).toMatchObject({ status: 'pending', requirements_status: 'requirement-info-exception' });
    const [subOrderId = ''] = order?.sub_number_orders_ids ?? [];
    const filter = { comment_record_type: 'sub_number_order' as const, comment_record_id: subOrderId };
    expect((await client.comments.list({ filter })).data).toHaveLength(1);
    await client.subNumberOrders.update(subOrderId, { regulatory_requirements: await fill('FR') });
    await sandbox.admin('POST', 'advance', {});
    expect((await client.numberOrders.retrieve(order?.id ?? '')).data?.status).toBe('success');
  });

  test('needs a group from the start in Switzerland', async () => {
    const phone_number = await findNumber(client, 'CH');
    expect(await statusOf(client.numberOrders.create({ phone_numbers: [{ phone_number }] }))).toBe(422);
  });
});

describe('a document', () => {
  test('sent as JSON comes back as it was', async () => {
    const uploaded = await client.documents.uploadJson({
      document: { file: PDF.toString('base64'), filename: 'a.pdf' },
    });
    const downloaded = await client.documents.download(uploaded.data?.id ?? '');
    expect(Buffer.from(await downloaded.arrayBuffer())).toEqual(PDF);
    expect(uploaded.data).toMatchObject({
      content_type: 'application/pdf',
      size: { amount: PDF.length, unit: 'bytes' },
    });
  });

  test('may also be sent as a multipart form', async () => {
    const form = new FormData();
    form.set('file', new Blob([new Uint8Array(PDF)], { type: 'application/pdf' }), 'kbis.pdf');
    const headers = { authorization: `Bearer ${sandbox.telnyx.apiKey}` };
    const response = await fetch(`${sandbox.telnyx.baseUrl}/documents`, {
      method: 'POST',
      headers,
      body: form,
    });
    const { data } = (await response.json()) as { data: { id: string; filename: string } };
    expect(data.filename).toBe('kbis.pdf');
    expect((await client.documents.retrieve(data.id)).data?.size?.amount).toBe(PDF.length);
  });
});
