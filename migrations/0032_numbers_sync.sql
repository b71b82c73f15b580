-- When the provider's own list named the number last.
alter table numbers add column provider_seen_at timestamptz;
-- A number that was bought elsewhere and taken over has an order as every other has, placed by nobody here.
alter table number_events drop constraint number_events_source_check;
alter table number_events add constraint number_events_source_check
  check (source in ('request', 'answer', 'webhook', 'reconciler', 'configuration', 'user', 'sync'));
