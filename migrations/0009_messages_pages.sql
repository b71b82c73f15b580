-- Pages of the inbox are read from indexes alone.

-- Row-level security lets no operator of arrays use an index, so a label is looked for among all that have any. With the labels
-- in the index, and what else people filter for, that reads no row but those of the page.
drop index conversations_labelled;
create index conversations_labelled on conversations (company_id, last_activity_at desc, id desc)
  include (labels, status, category, assignee_id, unread_count) where labels <> '{}';
create index conversations_labelled_open on conversations (company_id, last_activity_at desc, id desc)
  include (labels, category, assignee_id, unread_count) where status = 'open' and labels <> '{}';
