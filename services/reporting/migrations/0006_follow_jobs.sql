-- A replay is a job that its owner can look at and call off.
alter table reporting.webhook_replays add column requested_at timestamptz;
alter table reporting.webhook_runs add column started_at timestamptz not null default clock_timestamp();
alter table reporting.webhook_runs add column cancelled_at timestamptz;
