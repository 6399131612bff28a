-- What every service's database has beside its event log and its own read models.
create schema if not exists host;

create table if not exists host.organisations (
  org_id text primary key,
  kind   text not null,
  name   text not null,
  active boolean not null default true
);
-- How long it has to keep what is sealed of persons; null until it chose.
alter table host.organisations add column if not exists retention_profile text;
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
-- For which of a contractor's people a credential is: a station head of these stations, or this social worker.
alter table host.keys add column if not exists role text;
alter table host.keys add column if not exists site_ids text[];
alter table host.keys add column if not exists worker_id text;
alter table host.clients add column if not exists role text;
alter table host.clients add column if not exists site_ids text[];
alter table host.clients add column if not exists worker_id text;
-- What is assigned to social workers; only the service that assigns it writes here.
create table if not exists host.assignments (
  -- By what: a case, a group, an activity, or a session and who led it.
  via       text,
  thing_id  text,
  tenant    text not null,
  -- Who is responsible; until somebody is, the credential that began it.
  worker_id text,
  begun_by  text,
  primary key (via, thing_id)
);
create index if not exists assignments_worker on host.assignments (worker_id);
create index if not exists assignments_begun on host.assignments (begun_by) where worker_id is null;
-- Requests to see one person's record: of the people of the organisation that answers for the person, or of a funder.
create table if not exists host.access_grants (
  grant_id  text primary key,
  tenant    text not null,
  person_id text not null,
  org_id    text not null,
  key_id    text not null,
  person    text,
  until     date not null,
  approved  boolean not null default false,
  ended     boolean not null default false
);
create index if not exists access_grants_org on host.access_grants (org_id) where approved and not ended;
-- Emergencies in which somebody opened one person's record to themselves.
create table if not exists host.access_overrides (
  override_id   text primary key,
  tenant        text not null,
  person_id     text not null,
  key_id        text not null,
  person        text,
  until         timestamptz not null,
  review_due_on date not null,
  ended         boolean not null default false,
  reviewed      boolean not null default false
);
create index if not exists access_overrides_open on host.access_overrides (tenant, review_due_on) where not reviewed;
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
  events    uuid[] not null,
  at        timestamptz not null,
  ms        integer not null
);
