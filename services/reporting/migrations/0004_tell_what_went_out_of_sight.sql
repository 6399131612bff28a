-- From where on a record was known under an agreement: who has not come so far need not be told that it is gone.
alter table reporting.changes add column first_sequence bigint not null default 0;

-- What a grant opens or closes is asked of the ledger at every door, as who is party to an agreement is.
create index events_grants on inbox.events (position) where type = 'AgreementGrantGiven';
