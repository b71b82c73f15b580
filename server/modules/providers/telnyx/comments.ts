import { RelaisError } from '../../../kernel/errors.ts';
import { text } from '../parse.ts';
import type { TelnyxParts } from './client.ts';

/** What Telnyx's reviewers wrote on a record, oldest first: that is where reasons of a rejection are found. */
export async function commentsOn(
  { client, request }: TelnyxParts,
  recordType: 'sub_number_order' | 'requirement_group',
  recordId: string,
): Promise<string[]> {
  try {
    const answer = await request('repeatable', () =>
      client.comments.list({ filter: { comment_record_type: recordType, comment_record_id: recordId } }),
    );
    const comments = ((answer as { data?: unknown }).data ?? []) as {
      body?: unknown;
      commenter_type?: unknown;
      created_at?: unknown;
    }[];
    return comments
      .filter((comment) => comment.commenter_type !== 'user')
      .sort((left, right) => String(left.created_at).localeCompare(String(right.created_at)))
      .map((comment) => text(comment.body))
      .filter((body) => body !== null);
  } catch (error) {
    // A reason is good to have; the status that it explains must not wait for it.
    if (error instanceof RelaisError) return [];
    throw error;
  }
}
