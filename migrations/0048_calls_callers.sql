-- Somebody who calls waits for what they will hear, not for who they are: a call is written down first, and its contact is looked for,
-- and everybody told, a moment after it was answered. False until then.
alter table calls add column caller_known boolean not null default true;
