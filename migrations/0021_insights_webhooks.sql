-- What a company's own programs want to be told of.
create table webhook_endpoints (
  -- Of its address, which signs and delivers.
  id uuid primary key references outgoing_addresses (id) on delete cascade,
  company_id uuid not null references companies (id),
  description text not null check (length(description) <= 200),
  -- Words of WEBHOOK_EVENTS in insights/model.ts.
  events text[] not null check (cardinality(events) >= 1),
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index webhook_endpoints_of_company on webhook_endpoints (company_id, id);
call fence_by_company('webhook_endpoints');
grant select, insert, update, delete on webhook_endpoints to relais_app;

-- What is to be told: written in the transaction in which it happened, and only where somebody wants to know.
create table webhook_news (
  id bigint generated always as identity primary key,
  company_id uuid not null references companies (id),
  event text not null,
  data jsonb not null
);
create index webhook_news_of_company on webhook_news (company_id, id);
call fence_by_company('webhook_news');
create policy all_companies on webhook_news to relais_system using (true) with check (true);
grant select, insert, update, delete on webhook_news to relais_app;
grant select on webhook_news to relais_system;

create function tell_programs(company uuid, named text, data jsonb) returns void
  language sql
  begin atomic
    insert into webhook_news (company_id, event, data) select company, named, data
    where exists (select from webhook_endpoints where company_id = company and named = any (events));
  end;

create function tell_of_call() returns trigger
  language plpgsql as $$
declare
  data jsonb := jsonb_build_object('callId', new.id, 'direction', new.direction, 'status', new.status, 'missed', new.missed,
    'voicemail', new.has_voicemail, 'from', new.from_number, 'to', new.to_number, 'ourNumber', new.our_number, 'contactId', new.contact_id,
    'leadId', new.lead_id, 'userId', new.user_id, 'durationSeconds', new.duration_seconds, 'startedAt', new.created_at,
    'answeredAt', new.answered_at, 'endedAt', new.ended_at);
begin
  perform tell_programs(new.company_id, 'call.ended', data);
  if new.missed then
    perform tell_programs(new.company_id, 'call.missed', data);
  end if;
  return null;
end $$;
create trigger calls_are_told after update of status on calls for each row
  when (new.ended_at is not null and old.ended_at is null) execute function tell_of_call();
create trigger failed_calls_are_told after insert on calls for each row when (new.ended_at is not null) execute function tell_of_call();

create function tell_of_text() returns trigger
  language plpgsql as $$
begin
  perform tell_programs(new.company_id,
    case when new.status = 'received' then 'message.received' when new.status = 'delivered' then 'message.delivered' else 'message.failed' end,
    jsonb_build_object('messageId', new.id, 'conversationId', new.conversation_id, 'direction', new.direction, 'status', new.status,
      'from', new.from_number, 'to', new.to_number, 'text', new.body, 'segments', new.segments, 'errorCode', new.error_code,
      'contactId', new.contact_id, 'leadId', new.lead_id, 'createdAt', new.created_at, 'deliveredAt', new.delivered_at));
  return null;
end $$;
create trigger texts_in_are_told after insert on messages for each row
  when (new.kind = 'text' and new.status = 'received') execute function tell_of_text();
create trigger texts_are_told after update of status on messages for each row
  when (new.kind = 'text' and new.status is distinct from old.status and new.status in ('delivered', 'failed', 'undelivered'))
  execute function tell_of_text();

create function tell_of_number() returns trigger
  language plpgsql as $$
begin
  perform tell_programs(new.company_id, 'number.' || case new.status when 'error' then 'failed' else new.status end,
    jsonb_build_object('numberId', new.id, 'phoneNumber', new.phone_number, 'provider', new.provider, 'country', new.country,
      'status', new.status, 'reason', new.status_reason, 'gigId', new.gig_id));
  return null;
end $$;
create trigger numbers_are_told after update of status on numbers for each row
  when (new.status is distinct from old.status and new.status in ('active', 'error', 'released')) execute function tell_of_number();

create function tell_of_transaction() returns trigger
  language plpgsql as $$
begin
  perform tell_programs(new.company_id, 'transaction.' || new.status,
    jsonb_build_object('transactionId', 'tx_' || replace(new.id::text, '-', ''), 'clientId', new.client_id, 'type', new.type, 'status', new.status,
      'phoneNumber', new.phone_number, 'operator', new.operator, 'amount', new.amount, 'payItemId', new.pay_item_id,
      'transactionRef', new.transaction_ref, 'failureCode', new.failure_code, 'disputed', new.disputed, 'endedAt', new.ended_at));
  return null;
end $$;
create trigger transactions_are_told after update of status on transactions for each row
  when (new.status is distinct from old.status and new.status in ('completed', 'failed', 'unknown', 'expired', 'canceled'))
  execute function tell_of_transaction();
