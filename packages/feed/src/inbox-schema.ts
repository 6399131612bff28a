import type pg from 'pg'

/** Makes the inbox if it is not there yet. */
export const applyInboxSchema = async (client: pg.ClientBase | pg.Pool) => {
  await client.query(tables)
}

// Positions have no gaps: who writes holds the row in inbox.head. inbox.sources: what each filler lets pass.
// inbox.offsets, inbox.marks: how far each partition was read, and what the relay of the source said last (kafka/marks.ts);
// `mending`: an edition is being read that brings again what was missing. inbox.dead_letters: messages that are no events.
const tables = `
  select pg_advisory_xact_lock(hashtextextended('inbox schema', 0));
  create schema if not exists inbox;
  create table if not exists inbox.head (
    one       boolean primary key default true check (one),
    position  bigint not null,
    learnt_at timestamptz not null,
    settled   timestamptz not null
  );
  insert into inbox.head (position, learnt_at, settled) values (0, 'epoch', 'epoch') on conflict do nothing;
  create table if not exists inbox.events (
    position        bigint primary key,
    source          text collate "C" not null,
    stream          text collate "C" not null,
    revision        bigint not null,
    id              uuid not null,
    type            text collate "C" not null,
    schema          smallint not null,
    at              timestamptz not null,
    data            json not null,
    sealed          json,
    meta            json not null,
    entry           bytea not null,
    source_position text collate "C" not null,
    learnt_at       timestamptz not null unique,
    unique (source, stream, revision)
  );
  create table if not exists inbox.sources (source text collate "C" primary key, filter text not null);
  create table if not exists inbox.offsets (
    source      text collate "C",
    partition   integer,
    next_offset bigint not null default 0,
    primary key (source, partition)
  );
  create table if not exists inbox.marks (
    source   text collate "C" primary key,
    edition  integer not null,
    position text collate "C" not null,
    offsets  bigint[] not null,
    whole    boolean not null,
    mending  boolean not null
  );
  create table if not exists inbox.dead_letters (
    source    text collate "C",
    partition integer,
    "offset"  bigint,
    key       text,
    value     bytea,
    headers   json not null,
    error     text not null,
    attempts  integer not null default 1,
    at        timestamptz not null default clock_timestamp(),
    primary key (source, partition, "offset")
  );
  create index if not exists events_source on inbox.events (source, source_position);`
