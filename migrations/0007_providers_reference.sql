-- What we call the thing an event is about. It is part of the address that we gave the provider, and comes back with what
-- is signed, so an event finds its message also when the answer that named the provider's id was lost.
alter table provider_events add column reference text check (length(reference) <= 100);

-- Events that are acted on together are given to their companies together: one statement, not a call for each. It takes the
-- place of assign_event_company, under the same conditions.
create function assign_event_companies(events uuid[], companies uuid[]) returns void
  language sql security definer set search_path = pg_catalog, public
as $$
  update public.provider_events as event set company_id = owner.company
  from unnest(events, companies) as owner (event_id, company)
  where event.id = owner.event_id and event.company_id is null and owner.company = coalesce(public.current_company(), owner.company);
$$;
grant create on schema public to relais_system;
alter function assign_event_companies owner to relais_system;
revoke create on schema public from relais_system;
revoke all on function assign_event_companies from public;
grant execute on function assign_event_companies to relais_app, relais_system;
drop function assign_event_company;
