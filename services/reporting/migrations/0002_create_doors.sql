-- The latest change of every record of every service, for whoever keeps a copy. A record that went to another agreement
-- leaves a row behind, so that those who saw it there can be told that it is gone.
create table reporting.changes (
  id           text collate "C",
  agreement_id text collate "C",           -- '' for none
  type         text collate "C" not null,  -- case, caseSession, …
  tenant       text collate "C" not null,
  source       text collate "C" not null,
  op           text not null,
  version      integer not null,
  href         text not null,
  sequence     bigint not null,            -- place in the ledger
  changed_at   timestamptz not null,
  current      boolean not null default true,
  primary key (id, agreement_id)
);
create index changes_sequence on reporting.changes (sequence);
create index changes_tenant on reporting.changes (tenant, sequence);

-- Who is party to an agreement is asked of the ledger at every door.
create index events_agreements on inbox.events (position) where type = 'AgreementDrafted';

-- Webhooks: what their owners said, as it stands …
create table reporting.webhook_endpoints (
  endpoint_id text collate "C" primary key,
  tenant      text collate "C" not null,
  url         text not null,
  event_types text[],
  active      boolean not null default true,
  secret      json not null,               -- sealed
  old_secret  json,                        -- sealed; signs too for a day after rotated_at
  rotated_at  timestamptz
);
create table reporting.webhook_replays (
  replay_id   text collate "C" primary key,
  endpoint_id text collate "C" not null,
  from_at     timestamptz,
  to_at       timestamptz,
  event_ids   uuid[]
);
create index webhook_replays_endpoint on reporting.webhook_replays (endpoint_id);

-- … and how far we have come. A run goes through the ledger once: '' the endpoint's own, or a replay.
create table reporting.webhook_runs (
  endpoint_id text collate "C",
  run         text collate "C",
  cursor      bigint not null,
  until       bigint,
  numbered    bigint not null default 0,   -- how many were given to this run
  primary key (endpoint_id, run)
);
create table reporting.webhook_lanes (
  endpoint_id  text collate "C" primary key,
  owner        text,
  leased_until timestamptz,
  paused_until timestamptz
);
create table reporting.webhook_deliveries (
  endpoint_id text collate "C",
  run         text collate "C",
  position    bigint,
  number      bigint,
  event_id    uuid not null,
  stream      text collate "C" not null,
  type        text not null,
  status      text not null default 'pending',
  attempts    integer not null default 0,
  next_at     timestamptz not null,
  attempted_at timestamptz,
  last_status integer,
  last_error  text,
  primary key (endpoint_id, run, position)
);
create index webhook_deliveries_pending on reporting.webhook_deliveries (endpoint_id, next_at) where status = 'pending';
create index webhook_deliveries_order on reporting.webhook_deliveries (endpoint_id, run, stream, position)
  where status = 'pending';
create index webhook_deliveries_event on reporting.webhook_deliveries (endpoint_id, event_id);
