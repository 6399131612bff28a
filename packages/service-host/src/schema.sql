-- What every service's database has beside its event log and its own read models.
create schema if not exists host;

create table if not exists host.organisations (
  org_id text primary key,
  kind   text not null,
  name   text not null,
  active boolean not null default true
);
create table if not exists host.keys (
  key_id     text primary key,
  org_id     text not null,
  hash       text not null,
  label      text not null,
  expires_on date,
  revoked    boolean not null default false
);
create table if not exists host.agreements (
  agreement_id  text primary key,
  contractor_id text not null,
  party_ids     text[] not null,
  period        daterange not null,
  active        boolean not null default false
);
create index if not exists agreements_party on host.agreements using gin (party_ids);

-- Values that one stream of an organisation may hold, such as the hash of an ID number.
create table if not exists host.claims (
  tenant text collate "C",
  set    text collate "C",
  value  text collate "C",
  owner  text collate "C" not null,
  at     timestamptz not null default now(),
  primary key (tenant, set, value)
);
create index if not exists claims_owner on host.claims (tenant, set, owner);
