-- What calls need to be taken at the pace at which they come.

-- Deliveries that were acted on in the very transaction that writes them down: a caller's document is made of them at once.
-- They are the transaction's company's, and cannot be another's. It runs as relais_system, because no company may write events.
-- @returns the ids of those that were not there.
create function keep_acted_events(ids uuid[], providers text[], accounts uuid[], topics text[], types text[], event_ids text[],
  occurred timestamptz[], received timestamptz[], event_references text[], payloads text[], acted_at timestamptz) returns setof uuid
  language plpgsql security definer set search_path = pg_catalog, public
as $$
begin
  if public.current_company() is null then
    raise exception 'Events are kept for the company of a transaction, and this one has none';
  end if;
  return query
    insert into public.provider_events (id, company_id, provider, account_id, topic, type, event_id, occurred_at, received_at, reference,
      payload, status, attempts, next_attempt_at, handled_at)
    select item.id, public.current_company(), item.provider, item.account_id, item.topic, item.type, item.event_id, item.occurred_at,
      item.received_at, item.reference, item.payload, 'handled', 1, item.received_at, acted_at
    from unnest(ids, providers, accounts, topics, types, event_ids, occurred, received, event_references, payloads)
      as item (id, provider, account_id, topic, type, event_id, occurred_at, received_at, reference, payload)
    on conflict (provider, account_id, event_id) do nothing
    returning provider_events.id;
end $$;
grant create on schema public to relais_system;
alter function keep_acted_events owner to relais_system;
revoke create on schema public from relais_system;
revoke all on function keep_acted_events from public;
grant execute on function keep_acted_events to relais_app;

-- News of many things at once: one statement and one signal, whatever their number.
create function publish_live_all(company uuid, event_topic text, entity_ids text[]) returns void
  language plpgsql
as $$
begin
  insert into live_events (company_id, topic, entity_id) select company, event_topic, id from unnest(entity_ids) as id;
  perform pg_notify('relais_live', '');
end $$;

-- What is written of a call is written by a transaction of its company that holds or makes the call. To look up call and company
-- once more for every row was most of what such a row cost.
alter table call_events drop constraint call_events_call_id_fkey, drop constraint call_events_company_id_fkey;
alter table call_legs drop constraint call_legs_company_id_fkey;
alter table call_commands drop constraint call_commands_call_id_fkey, drop constraint call_commands_company_id_fkey;
alter table call_quality drop constraint call_quality_company_id_fkey;
alter table call_quality_reports drop constraint call_quality_reports_call_id_fkey, drop constraint call_quality_reports_company_id_fkey;
