-- The event log of one service. Everything here belongs to the owner; the service itself only reads the tables and calls
-- the functions, so that not even a hole in the service can change or take away what was recorded.
create schema es;

-- xid_offset: added to the transaction ids of this cluster, so that positions keep growing after a restore elsewhere.
-- isolated: appends lock before they have a transaction id, which lets readers wait for writers of this log alone.
create table es.meta (
  one            boolean primary key default true check (one),
  schema_version integer not null,
  xid_offset     bigint  not null default 0,
  isolated       boolean not null default false
);

-- revision and position are those of the last event. Neither is indexed, so that an append updates the row in place.
create table es.streams (
  name     text collate "C" primary key,
  revision bigint not null,
  position bigint not null
) with (fillfactor = 80);

-- position: transaction id << 20 | place within the transaction. data, sealed and meta keep the exact bytes they came as.
create table es.events (
  position bigint primary key,
  stream   text collate "C" not null,
  revision bigint not null,
  id       uuid not null,
  at       timestamptz not null,
  type     text collate "C" not null,
  schema   smallint not null default 1,
  data     json not null,
  sealed   json,
  meta     json not null,
  entry    bytea not null
) with (autovacuum_freeze_max_age = 1000000000);
create unique index events_stream on es.events (stream, revision);

-- What each command wrote, for ever, so that its id can never record something else.
create table es.commands (
  id          uuid primary key,
  stream      text collate "C" not null,
  first       bigint not null,
  last        bigint not null,
  fingerprint bytea not null
);

-- How far each projection has come. position is text, because it may be one of another store.
create table es.checkpoints (
  name     text collate "C",
  version  integer,
  position text collate "C" not null,
  epoch    bigint not null default 0,
  owner    text,
  status   text not null default 'running',
  at       timestamptz,
  error    json,
  primary key (name, version)
);

create table es.parked (
  name     text collate "C",
  version  integer,
  stream   text collate "C" not null,
  position text collate "C",
  event_id uuid not null,
  error    json,
  attempts integer not null default 0,
  at       timestamptz not null default clock_timestamp(),
  primary key (name, version, position)
);

create function es.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception using errcode = '42501', message =
    format('%s on %I.%I is refused: what was recorded stays as it is', tg_op, tg_table_schema, tg_table_name);
end $$;

create trigger append_only before update or delete or truncate on es.events
  for each statement execute function es.refuse_change();
create trigger append_only before update or delete or truncate on es.commands
  for each statement execute function es.refuse_change();
create trigger kept before delete or truncate on es.streams
  for each statement execute function es.refuse_change();

-- Also where replication or a restore has switched ordinary triggers off.
alter table es.events enable always trigger append_only;
alter table es.commands enable always trigger append_only;
alter table es.streams enable always trigger kept;
