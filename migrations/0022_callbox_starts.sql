-- A box that knows no leases gets what it once lost again only after it has started anew: until then what it fetched may still wait in it.
-- registered_at is its first registration, which tells nothing of that.
alter table boxes add column started_at timestamptz;
-- The schema's owner sees rows of no company while the fence holds for it too.
alter table boxes no force row level security;
update boxes set started_at = registered_at;
alter table boxes force row level security;
