-- First place before those of a transaction's next n events. A transaction that appends several times goes on where it was.
create function es.take(n integer) returns bigint language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  log  es.meta;
  used bigint := coalesce(nullif(current_setting('es.used', true), ''), '0');
begin
  select * into log from es.meta;
  if log.isolated and used = 0 then
    if pg_current_xact_id_if_assigned() is not null then
      raise exception using errcode = '25001', message = 'es: an append must be the first write of its transaction';
    end if;
    lock table es.events in row exclusive mode;
  end if;
  if used + n > 1048575 then
    raise exception using errcode = '54000', message = 'es: a transaction has at most 1048575 events';
  end if;
  perform set_config('es.used', (used + n)::text, true);
  return ((pg_current_xact_id()::text::bigint + log.xid_offset) << 20) + used;
end $$;

-- What to answer when the stream was not as expected, or the command had been carried out before.
-- status: 0 conflict (revision is the stream's last, -1 when there is none) · 2 already recorded · 3 the command recorded
-- something else. Raises 40001 when a younger transaction was faster and a new one may succeed.
create function es.settle(
  p_name text, p_expected bigint, p_ids uuid[], p_command uuid, p_fingerprint bytea,
  out status integer, out revision bigint, out "position" bigint
) language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  n       constant integer := cardinality(p_ids);
  stream  es.streams;
  command es.commands;
  start   bigint := p_expected + 1;
begin
  select * into stream from es.streams s where s.name = p_name;
  select * into command from es.commands c where c.id = p_command;
  if command.id is not null then
    status := 3;
    if command.fingerprint <> p_fingerprint or command.stream <> p_name or command.last - command.first + 1 <> n then
      return;
    end if;
    start := command.first;
  end if;
  if command.id is not null or p_expected >= -1 then
    select 2, e.revision, e.position into status, revision, "position" from es.events e
      where e.stream = p_name and e.revision = start + n - 1 and p_ids = array(
        select o.id from es.events o
          where o.stream = p_name and o.revision between start and start + n - 1 order by o.revision);
    if found then return; end if;
    if command.id is not null then status := 3; return; end if;
  end if;
  if stream.name is not null and (p_expected < -1 or stream.revision = p_expected) then
    raise exception using errcode = '40001', message = 'es: a younger transaction wrote to the stream first';
  end if;
  status := 0;
  revision := coalesce(stream.revision, -1);
end $$;

-- Appends all events of one stream or none.
-- p_expected: the last revision, -1 no stream, -2 any, -3 the stream exists.
-- p_again: an earlier attempt may have come through. status: 1 appended, or as es.settle.
create function es.append(
  p_name text, p_expected bigint,
  p_ids uuid[], p_types text[], p_schemas smallint[], p_data json[], p_sealed json[], p_meta json[], p_entries bytea[],
  p_command uuid default null, p_fingerprint bytea default null, p_again boolean default false,
  out status integer, out revision bigint, out "position" bigint
) language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  n      constant integer := cardinality(p_ids);
  start  bigint := p_expected + 1;
  base   bigint;
  locked boolean;
  now    timestamptz;
begin
  if n is null or n < 1 or n > 1000 then
    raise exception using errcode = '22023', message = 'es: an append has 1 to 1000 events';
  end if;
  if p_expected < -1 then
    -- Before there is a transaction id, so that who waits longer does not come out older.
    perform pg_advisory_xact_lock(hashtextextended(p_name, 0));
    if p_again then
      select 2, e.revision, e.position into status, revision, "position"
        from es.events e where e.stream = p_name and e.id = p_ids[n];
      if found then return; end if;
    end if;
  end if;
  base := es.take(n);

  if p_expected = -1 then
    insert into es.streams (name, revision, position) values (p_name, n - 1, base + n) on conflict (name) do nothing;
    locked := found;
  elsif p_expected >= 0 then
    update es.streams s set revision = s.revision + n, position = base + n
      where s.name = p_name and s.revision = p_expected and s.position <= base;
    locked := found;
  else
    for attempt in 1..3 loop
      update es.streams s set revision = s.revision + n, position = base + n
        where s.name = p_name and s.position <= base returning s.revision - n + 1 into start;
      locked := found;
      exit when locked or p_expected = -3;
      start := 0;
      insert into es.streams (name, revision, position) values (p_name, n - 1, base + n) on conflict (name) do nothing;
      locked := found;
      exit when locked;
    end loop;
  end if;
  if not locked then
    select a.status, a.revision, a.position into status, revision, "position"
      from es.settle(p_name, p_expected, p_ids, p_command, p_fingerprint) a;
    return;
  end if;

  now := clock_timestamp();
  insert into es.events (position, stream, revision, id, at, type, schema, data, sealed, meta, entry)
    select base + e.i, p_name, start + e.i - 1, e.id, now, e.type, e.schema, e.data, e.sealed, e.meta, e.entry
      from unnest(p_ids, p_types, p_schemas, p_data, p_sealed, p_meta, p_entries)
        with ordinality e(id, type, schema, data, sealed, meta, entry, i);
  if p_command is not null then
    insert into es.commands (id, stream, first, last, fingerprint)
      values (p_command, p_name, start, start + n - 1, p_fingerprint);
  end if;
  status := 1;
  revision := start + n - 1;
  "position" := base + n;
end $$;

-- The usual append, kept short: one event on a new stream or an exact revision, alone in its transaction. Answers its
-- position; null when es.append has to look closer.
create function es.append_one(
  p_name text, p_expected bigint, p_id uuid, p_type text, p_schema smallint, p_data json, p_sealed json, p_meta json,
  p_entry bytea, p_command uuid, p_fingerprint bytea
) returns bigint language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  place bigint;
begin
  if p_expected = -1 then
    insert into es.streams as s (name, revision, position)
      select p_name, 0, ((pg_current_xact_id()::text::bigint + m.xid_offset) << 20) + 1 from es.meta m where not m.isolated
      on conflict (name) do nothing returning s.position into place;
  else
    update es.streams s
      set revision = s.revision + 1, position = ((pg_current_xact_id()::text::bigint + m.xid_offset) << 20) + 1
      from es.meta m
      where not m.isolated and s.name = p_name and s.revision = p_expected
        and s.position <= (pg_current_xact_id()::text::bigint + m.xid_offset) << 20
      returning s.position into place;
  end if;
  if place is null then return null; end if;
  insert into es.events (position, stream, revision, id, at, type, schema, data, sealed, meta, entry) values
    (place, p_name, p_expected + 1, p_id, clock_timestamp(), p_type, p_schema, p_data, p_sealed, p_meta, p_entry);
  if p_command is not null then
    insert into es.commands (id, stream, first, last, fingerprint)
      values (p_command, p_name, p_expected + 1, p_expected + 1, p_fingerprint);
  end if;
  return place;
end $$;

-- Many appends at once, each to a stream of its own, at exact revisions or on new streams; one that does not fit leaves the
-- others alone and is named in lost. An append's events follow each other; p_before counts those of the appends before it,
-- p_append names for each event its append (from 1). Events get the positions base + 1, base + 2 …
create function es.append_many(
  p_names text[], p_expected bigint[], p_counts integer[], p_before integer[], p_commands uuid[], p_fingerprints bytea[],
  p_append integer[], p_ids uuid[], p_types text[], p_schemas smallint[], p_data json[], p_sealed json[], p_meta json[],
  p_entries bytea[],
  out base bigint, out lost integer[]
) language plpgsql security definer set search_path = pg_catalog, pg_temp
-- Streams are locked in the order of their names; only a nested loop keeps that order.
set enable_hashjoin = off set enable_mergejoin = off set enable_seqscan = off as $$
#variable_conflict use_column
declare
  won boolean[] := array_fill(false, array[cardinality(p_names)]);
  w   integer;
  now timestamptz;
begin
  base := es.take(cardinality(p_ids));
  for w in
    with created as (
      insert into es.streams as s (name, revision, position)
        select a.name, a.n - 1, base + a.before + a.n
          from unnest(p_names, p_expected, p_counts, p_before) a(name, expected, n, before)
          where a.expected = -1 order by a.name collate "C"
        on conflict (name) do nothing returning s.position
    ), moved as (
      update es.streams s set revision = s.revision + a.n, position = base + a.before + a.n
        from (
          select * from unnest(p_names, p_expected, p_counts, p_before) a(name, expected, n, before)
            where a.expected >= 0 order by a.name collate "C"
        ) a
        where s.name = a.name and s.revision = a.expected and s.position <= base
        returning s.position
    )
    select p_append[(c.position - base)::integer] from created c
    union all select p_append[(m.position - base)::integer] from moved m
  loop
    won[w] := true;
  end loop;
  lost := array_positions(won, false);

  now := clock_timestamp();
  insert into es.events (position, stream, revision, id, at, type, schema, data, sealed, meta, entry)
    select base + e.i, p_names[e.append], p_expected[e.append] + e.i - p_before[e.append], e.id, now, e.type, e.schema,
        e.data, e.sealed, e.meta, e.entry
      from unnest(p_append, p_ids, p_types, p_schemas, p_data, p_sealed, p_meta, p_entries)
        with ordinality e(append, id, type, schema, data, sealed, meta, entry, i)
      where won[e.append];
  insert into es.commands (id, stream, first, last, fingerprint)
    select c.id, c.name, c.expected + 1, c.expected + c.n, c.fingerprint
      from unnest(p_names, p_expected, p_counts, p_commands, p_fingerprints)
        with ordinality c(name, expected, n, id, fingerprint, i)
      where c.id is not null and won[c.i] order by c.id;
end $$;

-- Up to where an isolated log can be read: nobody who may still append below has a lock. The two looks are of two moments,
-- in this order; the reader's own is a third.
create function es.writers_horizon() returns bigint language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  log    es.meta;
  next   bigint;
  oldest bigint;
begin
  select * into log from es.meta;
  if not log.isolated then
    raise exception using errcode = '55000', message = 'es: this log was not set up for the horizon of its writers';
  end if;
  next := pg_snapshot_xmax(pg_current_snapshot())::text::bigint;
  -- The ids of sessions have 32 bits: nearest to next, before or after.
  select min(next + ((a.backend_xid::text::bigint - next % 4294967296 + 6442450944) % 4294967296) - 2147483648) into oldest
    from pg_locks l join pg_stat_activity a on a.pid = l.pid
    where l.locktype = 'relation' and l.relation = 'es.events'::regclass and l.mode = 'RowExclusiveLock' and l.granted
      and l.database = (select d.oid from pg_database d where d.datname = current_database())
      and a.backend_xid is not null;
  return (least(next, oldest) + log.xid_offset) << 20;
end $$;
