-- Who was shown whose sealed data: the disclosures of all services, a row for each event.
create table reporting.access_log (
  position     bigint not null,            -- place in the ledger
  event_id     uuid primary key,
  tenant       text collate "C" not null,  -- whose data it was
  service      text not null,
  at           timestamptz not null,
  operation_id text not null,
  request_id   text not null,
  org_id       text collate "C" not null,  -- who was shown it
  key_id       text collate "C" not null,
  person       text,
  persons      text[] not null,
  data         json not null
);
create index access_log_tenant on reporting.access_log (tenant, position);
create index access_log_persons on reporting.access_log using gin (persons);
