-- Recordings of calls and voicemails. The audio itself, encrypted, stands in large objects or in a bucket (kernel/blobs).

create table call_recordings (
  id uuid primary key,
  company_id uuid not null references companies (id),
  -- Null while the call is not known: news of a recording may come before its call.
  call_id uuid references calls (id),
  kind text not null check (kind in ('call', 'voicemail')),
  provider text not null check (provider in ('telnyx', 'twilio')),
  -- Null: the installation's account.
  provider_account_id uuid,
  -- The provider's id. Telnyx does not tell it with the news, so it is null until the recording is looked up.
  external_id text check (length(external_id) between 1 and 300),
  -- What was recorded, in the provider's word: a leg, or a room.
  record_id text not null check (length(record_id) between 1 and 300),
  -- What was recorded, in ours, when the news carries it.
  leg_id uuid,
  status text not null check (status in ('pending', 'stored', 'failed', 'deleted')),
  -- Why there is nothing to hear: absent, provider_failed, too_large, gone, not_audio, unreachable, storage_failed.
  reason text check (length(reason) between 1 and 60),
  provider_message text check (length(provider_message) <= 1000),
  channels text not null check (channels in ('mono', 'dual')),
  duration_seconds integer check (duration_seconds >= 0),
  started_at timestamptz,
  -- Where the provider has it just now; some addresses live for minutes.
  source_url text check (length(source_url) <= 4000),
  content_type text check (length(content_type) <= 100),
  size_bytes bigint check (size_bytes >= 0),
  sha256 text check (sha256 ~ '^[0-9a-f]{64}$'),
  -- Where the file is kept: lo:… or s3:…. A deleted row has it until the file is gone.
  blob_ref text check (length(blob_ref) <= 1000),
  -- The file's own key, encrypted for this company. It goes in the moment of deletion, and every copy of the file with it.
  sealed_key bytea,
  stored_at timestamptz,
  -- What is left to be done (fetch the file, remove it, remove the provider's copy), and when it is tried next.
  next_attempt_at timestamptz,
  attempts integer not null default 0 check (attempts >= 0),
  last_error text check (length(last_error) <= 1000),
  -- none: the provider made no recording. leaving: its copy is to be removed, and has not been yet.
  provider_copy text not null check (provider_copy in ('none', 'kept', 'leaving', 'gone')),
  provider_deleted_at timestamptz,
  -- Legal hold: nothing and nobody deletes it.
  held_at timestamptz,
  held_by text check (length(held_by) <= 300),
  hold_reason text check (length(hold_reason) between 1 and 500),
  -- A voicemail that somebody has listened to.
  heard_at timestamptz,
  heard_by text check (length(heard_by) <= 300),
  deleted_at timestamptz,
  deleted_by text check (length(deleted_by) <= 300),
  delete_reason text check (length(delete_reason) <= 500),
  created_at timestamptz not null,
  check ((status = 'stored') = (sealed_key is not null)),
  check (status <> 'stored' or (blob_ref is not null and size_bytes is not null and sha256 is not null and content_type is not null)),
  check (blob_ref is null or status in ('stored', 'deleted')),
  check (status <> 'failed' or reason is not null),
  check ((status = 'deleted') = (deleted_at is not null)),
  check (status <> 'deleted' or held_at is null),
  check ((held_at is null) = (hold_reason is null) and (held_at is null) = (held_by is null)),
  check ((heard_at is null) = (heard_by is null)),
  check ((provider_copy = 'gone') = (provider_deleted_at is not null)),
  check (status <> 'pending' or next_attempt_at is not null)
);
-- News twice makes one recording.
create unique index call_recordings_external on call_recordings (company_id, provider, external_id) where external_id is not null;
create unique index call_recordings_nameless on call_recordings (company_id, provider, record_id, started_at) nulls not distinct
  where external_id is null;
create index call_recordings_of_record on call_recordings (company_id, provider, record_id);
create index call_recordings_by_company on call_recordings (company_id, id desc);
create index call_recordings_of_call on call_recordings (call_id, id) where call_id is not null;
create index call_recordings_strays on call_recordings (created_at) where call_id is null;
create index call_recordings_due on call_recordings (next_attempt_at) where next_attempt_at is not null;
create index call_recordings_voicemails on call_recordings (company_id, id desc) where kind = 'voicemail' and status <> 'deleted';
create index call_recordings_unheard on call_recordings (company_id, id desc)
  where kind = 'voicemail' and status <> 'deleted' and heard_at is null;
-- What retention looks through.
create index call_recordings_by_age on call_recordings (company_id, created_at) where status <> 'deleted';
create unique index call_recordings_blob on call_recordings (blob_ref) where blob_ref is not null;
call fence_by_company('call_recordings');
-- Timers look over all companies; what they find, they do within each.
create policy all_companies on call_recordings for select to relais_system using (true);
grant select, insert, update on call_recordings to relais_app;
grant select (id, company_id, call_id, provider, record_id, leg_id, status, next_attempt_at, blob_ref, created_at)
  on call_recordings to relais_system;
