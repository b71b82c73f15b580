-- Deliveries that were given up are counted at every scrape of the figures: without this, among all of a month.
create index provider_events_given_up on provider_events (received_at) where status = 'failed';
