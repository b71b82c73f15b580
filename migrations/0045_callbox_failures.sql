-- A box that fails again and again is taken out by itself, and tried again after a while.
alter table boxes
  -- Definite failures since it last completed something.
  add column failures_in_row integer not null default 0 check (failures_in_row >= 0),
  -- Of a quarantine that the failures brought about: from then on it may have one transaction, whose outcome decides. Null: a
  -- person decides.
  add column quarantine_trial_at timestamptz,
  add check (quarantine_trial_at is null or quarantined_at is not null);
