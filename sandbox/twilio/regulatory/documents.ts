import { isoSeconds } from '../../core/clock.ts';
import type { Answer, Call, Route } from '../../core/http.ts';
import { sid } from '../../core/ids.ts';
import { badParameter, notFound, refuse } from '../dialect.ts';
import { created, metaPage, noContent, ok, param } from '../shape.ts';
import { readAttributes } from './attributes.ts';
import { DOCUMENT_TYPES } from './catalogue.ts';

export interface SupportingDocument {
  sid: string;
  account_sid: string;
  friendly_name: string;
  mime_type: string | null;
  status: 'draft' | 'pending-review' | 'rejected' | 'approved' | 'expired' | 'provisionally-approved';
  failure_reason: string | null;
  errors: Record<string, unknown>[] | null;
  type: string;
  attributes: Record<string, unknown>;
  date_created: string;
  date_updated: string;
  url: string;
  /** Name of the uploaded file; not shown by the API. */
  filename?: string | undefined;
}

export const DOCUMENT = 'twilio_supporting_document';
const PATH = '/v2/RegulatoryCompliance/SupportingDocuments';
const MAX_FILE_BYTES = 10 * 1024 * 1024;
const MIME_TYPES = ['application/pdf', 'image/png', 'image/jpeg'];

export const documentRoutes: Route[] = [
  { method: 'POST', path: PATH, handler: create },
  { method: 'GET', path: PATH, handler: list },
  { method: 'GET', path: `${PATH}/:Sid`, handler: (call) => ok(view(find(call))) },
  { method: 'POST', path: `${PATH}/:Sid`, handler: update },
  { method: 'DELETE', path: `${PATH}/:Sid`, handler: remove },
];

function view({ filename: _filename, ...shown }: SupportingDocument): Record<string, unknown> {
  return shown;
}

function find(call: Call): SupportingDocument {
  const document = call.sb.store.getOwned<SupportingDocument>(
    DOCUMENT,
    call.account.id,
    call.params.Sid ?? '',
  );
  if (document === undefined) throw notFound(call.path);
  return document;
}

function save(call: Call, document: SupportingDocument): SupportingDocument {
  const saved = { ...document, date_updated: isoSeconds(call.sb.clock.nowMs()) };
  call.sb.store.put(DOCUMENT, call.account.id, saved.sid, saved);
  return saved;
}

function create(call: Call): Answer {
  const friendlyName = param(call, 'FriendlyName');
  const type = param(call, 'Type');
  if (!friendlyName) throw badParameter('Missing required parameter FriendlyName in the post body');
  if (!type) throw badParameter('Missing required parameter Type in the post body');
  if (!DOCUMENT_TYPES.some((entry) => entry.type === type))
    throw badParameter(`Type is not a supporting document type: ${type}`);
  checkFile(call);
  const id = sid('RD');
  const at = isoSeconds(call.sb.clock.nowMs());
  const document: SupportingDocument = {
    sid: id,
    account_sid: call.account.id,
    friendly_name: friendlyName,
    mime_type: call.file?.contentType ?? null,
    status: 'draft',
    failure_reason: null,
    errors: null,
    type,
    attributes: readAttributes(call) ?? {},
    date_created: at,
    date_updated: at,
    url: `${call.sb.url}${PATH}/${id}`,
    filename: call.file?.filename,
  };
  if (call.file !== undefined) call.sb.store.putFile(id, call.file.bytes);
  return created(view(save(call, document)));
}

function checkFile(call: Call): void {
  if (call.file === undefined) return;
  if (!MIME_TYPES.includes(call.file.contentType))
    throw refuse(400, 20001, 'The file must be a PDF, a PNG or a JPEG.');
  if (call.file.bytes.length === 0) throw refuse(400, 20001, 'The file is empty.');
  if (call.file.bytes.length > MAX_FILE_BYTES) throw refuse(413, 20001, 'The file is larger than 10 MB.');
}

function list(call: Call): Answer {
  return metaPage(
    call,
    'results',
    call.sb.store.list<SupportingDocument>(DOCUMENT, call.account.id).map(view).reverse(),
  );
}

function update(call: Call): Answer {
  const document = find(call);
  const next: SupportingDocument = {
    ...document,
    friendly_name: param(call, 'FriendlyName') ?? document.friendly_name,
    attributes: readAttributes(call) ?? document.attributes,
    ...(document.status === 'rejected'
      ? { status: 'draft' as const, failure_reason: null, errors: null }
      : {}),
  };
  return ok(view(save(call, next)));
}

function remove(call: Call): Answer {
  const document = find(call);
  call.sb.store.remove(DOCUMENT, document.sid);
  call.sb.store.removeFile(document.sid);
  return noContent();
}
