create schema if not exists reporting;

-- Every countable fact, as it was known from one moment of the ledger until another. Nothing is overwritten: a correction
-- closes the row and writes another, so that a figure can be asked for as it stood at any moment.
create table reporting.facts (
  fact         text collate "C" not null,  -- what the fact is about: a session, a person in it, a licence, a division …
  kind         text collate "C" not null,
  record       text collate "C" not null,  -- the record of the API that shows it
  stream       text collate "C" not null,
  agreement_id text collate "C",
  tenant       text collate "C" not null,
  station_id   text collate "C",
  occurred_on  date not null,              -- the day it counts, or from which it holds
  valid        daterange,                  -- the days on which it holds, where it is a state and not an act
  subject      text collate "C",           -- the person, group, link or division that is counted once
  quantity     bigint not null,
  dims         jsonb not null,
  service      text not null,
  event_id     uuid not null,              -- the event that made it so
  event_type   text not null,
  version      integer not null,
  recorded_at  timestamptz not null,
  from_at      timestamptz not null,       -- ledger time
  until_at     timestamptz,
  primary key (fact, kind, event_id)
);

create index facts_figures on reporting.facts (agreement_id, kind, occurred_on);
create index facts_stream on reporting.facts (stream) where until_at is null;
-- A licence is looked for by its holder, a station by its division or its own id.
create index facts_subject on reporting.facts (subject, kind) where kind in ('licence', 'station');
create index facts_station on reporting.facts (station_id) where kind = 'station';

-- Up to where the log of each service is counted in at some place of the ledger.
create index events_of_source on inbox.events (source, position);
