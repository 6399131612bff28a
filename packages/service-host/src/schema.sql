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
alter table host.keys add column if not exists scopes text[] not null default '{*}';
alter table host.keys add column if not exists addresses text[];
create table if not exists host.clients (
  client_id      text primary key,
  org_id         text not null,
  label          text not null,
  -- JSON Web Keys, or hashes of secrets: of the present one, and of the one before until a day.
  keys           jsonb,
  hash           text,
  previous_hash  text,
  previous_until date,
  scopes         text[] not null,
  -- Of pages that may call us from a browser.
  origins        text[] not null,
  addresses      text[],
  revoked        boolean not null default false
);
-- Client assertions that were used, until they expire; only the service with the token endpoint writes here.
create table if not exists host.assertions (
  client_id  text,
  jti        text,
  expires_at timestamptz not null,
  primary key (client_id, jti)
);
create index if not exists assertions_expiry on host.assertions (expires_at);
create table if not exists host.agreements (
  agreement_id  text primary key,
  contractor_id text not null,
  party_ids     text[] not null,
  period        daterange not null,
  active        boolean not null default false
);
alter table host.agreements add column if not exists purchaser_id text;
create index if not exists agreements_party on host.agreements using gin (party_ids);

-- How much of an agreement a funder sees, other than what every party sees.
create table if not exists host.agreement_grants (
  grant_id     text primary key,
  agreement_id text not null,
  funder_id    text not null,
  view         text not null,
  basis        text not null,
  period       daterange not null,
  ended        boolean not null default false
);
create index if not exists agreement_grants_funder on host.agreement_grants (funder_id) where not ended;

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

-- Blind indexes of what identifies a person, under the organisation's own key; gone when the person is erased.
create table if not exists host.person_index (
  tenant  text collate "C",
  feature text collate "C",
  value   text collate "C",
  person  text collate "C",
  primary key (tenant, feature, value, person)
);
create index if not exists person_index_person on host.person_index (person);

-- What became of each request, for thirty days: not what it said. Written together, twice a second.
create table if not exists host.requests (
  id        uuid primary key,
  org_id    text not null,
  operation text not null,
  status    smallint not null,
  code      text,
  key       text,
  events    uuid[] not null,
  at        timestamptz not null,
  ms        integer not null
);
