-- Whoever is called hears that the talk is recorded before it begins.

-- When these words are over: by our own reckoning from the moment they were asked for, until the provider says. Null: nothing
-- is said to this leg alone, or not yet.
alter table call_legs add column announced_at timestamptz;
