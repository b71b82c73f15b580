-- What we call the thing an event is about. It is part of the address that we gave the provider, and comes back with what
-- is signed, so an event finds its message also when the answer that named the provider's id was lost.
alter table provider_events add column reference text check (length(reference) <= 100);
