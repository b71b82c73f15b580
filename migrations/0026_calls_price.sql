-- What a minute of the call costs by the list as it was when the call was placed: what is held for it while it lasts, and what it
-- cost once it has ended, until the provider says so.
alter table calls add column minute_price numeric(18, 6);
alter table calls add column minute_currency text check (minute_currency ~ '^[A-Z]{3}$');
alter table calls add check ((minute_price is null) = (minute_currency is null));
