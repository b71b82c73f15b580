-- Texts that were sent again are few: whether a provider speaks of an earlier try of one is not looked for among all others.
create index messages_sent_again on messages (company_id, id) where former_external_ids <> '{}';
