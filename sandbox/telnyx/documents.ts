import { createHash } from 'node:crypto';
import { isoMillis } from '../core/clock.ts';
import type { Answer, Call, Route } from '../core/http.ts';
import { uuid } from '../core/ids.ts';
import { listAt, textAt } from '../core/query.ts';
import type { Sandbox } from '../core/sandbox.ts';
import { invalid, missing, notFound } from './dialect.ts';
import { compact, ok, page, textOf } from './shape.ts';

interface Document {
  id: string;
  record_type: 'document';
  filename: string;
  content_type: string;
  customer_reference?: string | undefined;
  size: { amount: number; unit: 'bytes' };
  sha256: string;
  status: 'pending' | 'verified' | 'denied';
  av_scan_status: 'scanned';
  created_at: string;
  updated_at: string;
}

interface DocumentLink {
  id: string;
  record_type: 'document_link';
  document_id: string;
  linked_record_type: string;
  linked_resource_id: string;
  created_at: string;
  updated_at: string;
}

const KIND = 'telnyx_document';
const LINKED = 'telnyx_document_linked';
const EXPIRY = 'telnyx.document.expire';
/** A document that nothing uses is deleted after half an hour. */
const UNLINKED_MS = 30 * 60_000;

const SIGNATURES: [prefix: string, contentType: string][] = [
  ['25504446', 'application/pdf'],
  ['89504e47', 'image/png'],
  ['ffd8ff', 'image/jpeg'],
];

export const documentRoutes: Route[] = [
  { method: 'POST', path: '/documents', handler: create },
  { method: 'GET', path: '/documents', handler: list },
  { method: 'GET', path: '/documents/:id', handler: (call) => ok(compact(find(call))) },
  { method: 'PATCH', path: '/documents/:id', handler: patch },
  { method: 'DELETE', path: '/documents/:id', handler: remove },
  { method: 'GET', path: '/documents/:id/download', handler: download },
  { method: 'GET', path: '/documents/:id/download_link', handler: downloadLink },
  { method: 'GET', path: '/document_links', handler: listLinks },
];

/** Teaches the task runner to delete documents that nothing uses. */
export function registerDocumentExpiry(sb: Sandbox): void {
  sb.tasks.handle(EXPIRY, (body) => () => {
    const { documentId } = body as { documentId: string };
    if (sb.store.get(LINKED, documentId) !== undefined) return;
    sb.store.remove(KIND, documentId);
    sb.store.removeFile(documentId);
  });
}

/** Marks documents as used, so that they stay. Values that are no document are left alone. */
export function linkDocuments(sb: Sandbox, account: string, values: string[]): void {
  for (const value of values) {
    if (sb.store.getOwned(KIND, account, value) !== undefined) sb.store.put(LINKED, account, value, true);
  }
}

function find(call: Call): Document {
  const document = call.sb.store.getOwned<Document>(KIND, call.account.id, call.params.id ?? '');
  if (document === undefined) throw notFound();
  return document;
}

function create(call: Call): Answer {
  const { sb, account, body, file } = call;
  const bytes = file?.bytes ?? decode(body);
  if (bytes.length === 0) throw invalid('/file', 'The file is empty.');
  const at = isoMillis(sb.clock.nowMs());
  const id = uuid();
  const document: Document = {
    id,
    record_type: 'document',
    filename: file?.filename ?? textOf(body, 'filename') ?? 'document',
    content_type: contentTypeOf(bytes),
    customer_reference: textOf(body, 'customer_reference'),
    size: { amount: bytes.length, unit: 'bytes' },
    sha256: createHash('sha256').update(bytes).digest('hex'),
    status: 'pending',
    av_scan_status: 'scanned',
    created_at: at,
    updated_at: at,
  };
  sb.store.put(KIND, account.id, id, document);
  sb.store.putFile(id, bytes);
  sb.tasks.schedule(EXPIRY, UNLINKED_MS, { documentId: id });
  return ok(compact(document));
}

function decode(body: Record<string, unknown>): Buffer {
  const text = textOf(body, 'file');
  if (textOf(body, 'url') !== undefined)
    throw invalid('/url', 'The sandbox fetches no files. Send the file itself.');
  if (text === undefined || text === '') throw missing('/file');
  if (!/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(text)) throw invalid('/file', 'The file must be in base64.');
  return Buffer.from(text, 'base64');
}

function contentTypeOf(bytes: Buffer): string {
  const head = bytes.subarray(0, 8).toString('hex');
  return SIGNATURES.find(([prefix]) => head.startsWith(prefix))?.[1] ?? 'application/octet-stream';
}

function list(call: Call): Answer {
  const filename = textAt(call.query, 'filter', 'filename', 'contains');
  const reference = textAt(call.query, 'filter', 'customer_reference');
  const references = listAt(call.query, 'filter', 'customer_reference', 'in');
  const found = call.sb.store
    .list<Document>(KIND, call.account.id)
    .filter((document) => filename === undefined || document.filename.includes(filename))
    .filter((document) => reference === undefined || document.customer_reference === reference)
    .filter((document) => references.length === 0 || references.includes(document.customer_reference ?? ''));
  return page(call, found.reverse().map(compact));
}

function patch(call: Call): Answer {
  const document = find(call);
  const next: Document = {
    ...document,
    filename: textOf(call.body, 'filename') ?? document.filename,
    customer_reference: textOf(call.body, 'customer_reference') ?? document.customer_reference,
    updated_at: isoMillis(call.sb.clock.nowMs()),
  };
  call.sb.store.put(KIND, call.account.id, document.id, next);
  return ok(compact(next));
}

function remove(call: Call): Answer {
  const document = find(call);
  call.sb.store.remove(KIND, document.id);
  call.sb.store.removeFile(document.id);
  return ok(compact(document));
}

function download(call: Call): Answer {
  const document = find(call);
  const headers = {
    'content-type': document.content_type,
    'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(document.filename)}`,
  };
  return { status: 200, headers, body: Buffer.from(call.sb.store.getFile(document.id) ?? []) };
}

function downloadLink(call: Call): Answer {
  return ok({ url: `${call.sb.url}/v2/documents/${find(call).id}/download` });
}

function listLinks(call: Call): Answer {
  const resource = textAt(call.query, 'filter', 'linked_resource_id');
  const groups = call.sb.store.list<{ id: string; values: { field_value: string }[]; createdAt: string }>(
    'telnyx_requirement_group',
    call.account.id,
  );
  const links = groups
    .filter((group) => resource === undefined || group.id === resource)
    .flatMap((group) =>
      group.values
        .filter((value) => call.sb.store.getOwned(KIND, call.account.id, value.field_value) !== undefined)
        .map((value): DocumentLink => linkView(group, value.field_value)),
    );
  return page(call, links);
}

function linkView(group: { id: string; createdAt: string }, documentId: string): DocumentLink {
  const at = { created_at: group.createdAt, updated_at: group.createdAt };
  const linked = { linked_record_type: 'requirement_group', linked_resource_id: group.id };
  return { id: documentId, record_type: 'document_link', document_id: documentId, ...linked, ...at };
}
