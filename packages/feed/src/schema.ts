import type pg from 'pg'

/** Makes what this package keeps beside `es.checkpoints`, if it is not there yet. */
export const applyFeedSchema = async (client: pg.ClientBase | pg.Pool) => {
  await client.query(tables)
}

// feed.parked: `after` is a place from which the event is the next one that the follower reads.
// feed.relayed: what the topic held when the relay last heard from the brokers; `whole_at`: where an edition is complete.
const tables = `
  select pg_advisory_xact_lock(hashtextextended('feed schema', 0));
  create schema if not exists feed;
  create table if not exists feed.parked (
    name     text collate "C",
    version  integer,
    position text collate "C",
    after    text collate "C" not null,
    stream   text not null,
    type     text not null,
    event_id uuid not null,
    error    json,
    attempts integer not null default 0,
    again    boolean not null default false,
    at       timestamptz not null default clock_timestamp(),
    primary key (name, version, position)
  );
  create table if not exists feed.rebuilds (
    name         text primary key,
    requested_at timestamptz not null,
    started_at   timestamptz,
    finished_at  timestamptz,
    done         bigint not null default 0,
    total        bigint not null default 0,
    error        json
  );
  create table if not exists feed.relayed (
    one      boolean primary key default true check (one),
    edition  integer not null,
    offsets  bigint[] not null,
    whole_at text collate "C" not null,
    again    boolean not null default false
  );`
