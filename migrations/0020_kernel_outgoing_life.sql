-- Addresses of receivers live long: their secrets are changed, they fail for days, they are switched off and on again.

alter table outgoing_addresses
  -- Signs beside the new one until then, so that a receiver can change over without losing anything.
  add column former_secret_sealed text,
  add column former_until timestamptz,
  -- Nothing is sent any more. gone: the receiver said so (410). failing: for the whole schedule of tries nothing was taken.
  add column disabled_at timestamptz,
  add column disabled_reason text check (disabled_reason in ('gone', 'failing', 'person')),
  add constraint outgoing_former_secret check ((former_secret_sealed is null) = (former_until is null)),
  add constraint outgoing_disabled check ((disabled_at is null) = (disabled_reason is null));
update outgoing_addresses set disabled_at = gone_at, disabled_reason = 'gone' where gone_at is not null;
alter table outgoing_addresses drop column gone_at;
