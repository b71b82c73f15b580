import { isoMillis } from '../core/clock.ts';
import type { Answer, Call, Route } from '../core/http.ts';
import { uuid } from '../core/ids.ts';
import { textAt } from '../core/query.ts';
import type { Sandbox } from '../core/sandbox.ts';
import { invalid, missing, notFound } from './dialect.ts';
import { compact, ok, page, textOf } from './shape.ts';

type RecordType = 'sub_number_order' | 'requirement_group';

interface Comment {
  id: string;
  body: string;
  commenter: string;
  commenter_type: 'admin' | 'user';
  comment_record_type: RecordType;
  comment_record_id: string;
  read_at?: string | undefined;
  created_at: string;
  updated_at: string;
}

const KIND = 'telnyx_comment';
const REVIEWER = 'Telnyx Regulatory Team';

export const commentRoutes: Route[] = [
  { method: 'GET', path: '/comments', handler: list },
  { method: 'POST', path: '/comments', handler: create },
  { method: 'GET', path: '/comments/:id', handler: (call) => ok(compact(find(call))) },
  { method: 'PATCH', path: '/comments/:id/read', handler: markRead },
];

/** Writes what the provider's reviewer has to say about a sub order or a group. */
export function addComment(
  sb: Sandbox,
  account: string,
  recordType: RecordType,
  recordId: string,
  body: string,
): void {
  save(sb, account, {
    ...stamped(sb, recordType, recordId, body),
    commenter: REVIEWER,
    commenter_type: 'admin',
  });
}

function stamped(sb: Sandbox, recordType: RecordType, recordId: string, body: string) {
  const at = isoMillis(sb.clock.nowMs());
  return {
    id: uuid(),
    body,
    comment_record_type: recordType,
    comment_record_id: recordId,
    created_at: at,
    updated_at: at,
  };
}

function save(sb: Sandbox, account: string, comment: Comment): Comment {
  sb.store.put(KIND, account, comment.id, comment);
  return comment;
}

function find(call: Call): Comment {
  const comment = call.sb.store.getOwned<Comment>(KIND, call.account.id, call.params.id ?? '');
  if (comment === undefined) throw notFound();
  return comment;
}

function list(call: Call): Answer {
  const type = textAt(call.query, 'filter', 'comment_record_type');
  const id = textAt(call.query, 'filter', 'comment_record_id');
  const found = call.sb.store
    .list<Comment>(KIND, call.account.id)
    .filter((comment) => type === undefined || comment.comment_record_type === type)
    .filter((comment) => id === undefined || comment.comment_record_id === id);
  return page(call, found.reverse().map(compact));
}

function create(call: Call): Answer {
  const type = textOf(call.body, 'comment_record_type');
  const id = textOf(call.body, 'comment_record_id') ?? '';
  const text = textOf(call.body, 'body') ?? '';
  if (text === '') throw missing('/body');
  if (type !== 'sub_number_order' && type !== 'requirement_group') {
    throw invalid(
      '/comment_record_type',
      'comment_record_type must be sub_number_order or requirement_group.',
    );
  }
  const kind = type === 'requirement_group' ? 'telnyx_requirement_group' : 'telnyx_sub_order';
  if (call.sb.store.getOwned(kind, call.account.id, id) === undefined)
    throw notFound('There is no such record.');
  const comment = {
    ...stamped(call.sb, type, id, text),
    commenter: call.account.name,
    commenter_type: 'user' as const,
  };
  return ok(compact(save(call.sb, call.account.id, comment)));
}

function markRead(call: Call): Answer {
  const at = isoMillis(call.sb.clock.nowMs());
  return ok(compact(save(call.sb, call.account.id, { ...find(call), read_at: at, updated_at: at })));
}
