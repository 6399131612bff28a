-- First position of a transaction's next n events. Before the first call the transaction has no id yet, which is what lets
-- an append wait for locks without falling behind others.
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
    raise exception using errcode = '54000', message = 'es: too many events in one transaction';
  end if;
  perform set_config('es.used', (used + n)::text, true);
  return ((pg_current_xact_id()::text::bigint + log.xid_offset) << 20) + used;
end $$;

-- What to answer when the stream was not as expected, or the command had been carried out before.
-- status: 0 conflict (revision is the stream's last, -1 when there is none) · 2 already recorded · 3 the command recorded
-- something else. Raises 40001 when a new transaction may succeed.
create function es.settle(
  p_name text, p_expected bigint, p_ids uuid[], p_command uuid, p_fingerprint bytea,
  out status integer, out revision bigint, out "position" bigint
) language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  n     constant integer := cardinality(p_ids);
  s     es.streams;
  c     es.commands;
  start bigint := p_expected + 1;
begin
  select * into s from es.streams t where t.name = p_name;
  select * into c from es.commands t where t.id = p_command;
  if c.id is not null then
    status := 3;
    if c.fingerprint <> p_fingerprint or c.stream is distinct from s.id or c.last - c.first + 1 <> n then return; end if;
    start := c.first;
  end if;
  if p_expected >= -1 or c.id is not null then
    select e.revision, e.position into revision, "position" from es.events e
      where e.stream = s.id and e.revision = start + n - 1
        and p_ids = array(
          select o.id from es.events o where o.stream = s.id and o.revision between start and start + n - 1 order by o.revision);
    if found then status := 2; end if;
    if status is not null then return; end if;
  end if;
  if s.id is not null and (p_expected < -1 or s.revision = p_expected) then
    raise exception using errcode = '40001', message = 'es: the stream was written to by a younger transaction';
  end if;
  status := 0;
  revision := coalesce(s.revision, -1);
end $$;

-- Appends all events of one stream or none.
-- p_expected: the last revision, -1 no stream, -2 any, -3 the stream exists. p_again: an earlier attempt may have come through.
-- status: 1 appended, or as es.settle.
create function es.append(
  p_name text, p_expected bigint,
  p_ids uuid[], p_types text[], p_schemas smallint[], p_data json[], p_sealed json[], p_meta json[], p_entries bytea[],
  p_command uuid default null, p_fingerprint bytea default null, p_again boolean default false,
  out status integer, out revision bigint, out "position" bigint
) language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  n     constant integer := cardinality(p_ids);
  base  bigint;
  s     bigint;
  start bigint := p_expected + 1;
  now   timestamptz;
begin
  if n is null or n < 1 or n > 1000 then
    raise exception using errcode = '22023', message = 'es: an append has 1 to 1000 events';
  end if;
  if p_expected < -1 then
    perform pg_advisory_xact_lock(hashtextextended(p_name, 0));
    if p_again then
      select 2, e.revision, e.position into status, revision, "position"
        from es.streams t join es.events e on e.stream = t.id where t.name = p_name and e.id = p_ids[n];
      if found then return; end if;
    end if;
  end if;
  base := es.take(n);

  if p_expected = -1 then
    insert into es.streams (name, revision, position) values (p_name, n - 1, base + n)
      on conflict (name) do nothing returning id into s;
  elsif p_expected >= 0 then
    update es.streams t set revision = t.revision + n, position = base + n
      where t.name = p_name and t.revision = p_expected and t.position <= base returning t.id into s;
  else
    for i in 1..3 loop
      update es.streams t set revision = t.revision + n, position = base + n
        where t.name = p_name and t.position <= base returning t.id, t.revision - n + 1 into s, start;
      exit when s is not null or p_expected = -3;
      start := 0;
      insert into es.streams (name, revision, position) values (p_name, n - 1, base + n)
        on conflict (name) do nothing returning id into s;
      exit when s is not null;
    end loop;
  end if;
  if s is null then
    select a.status, a.revision, a.position into status, revision, "position"
      from es.settle(p_name, p_expected, p_ids, p_command, p_fingerprint) a;
    return;
  end if;

  now := clock_timestamp();
  if n = 1 then
    insert into es.events (position, stream, revision, id, at, type, schema, data, sealed, meta, entry)
      values (base + 1, s, start, p_ids[1], now, p_types[1], p_schemas[1], p_data[1], p_sealed[1], p_meta[1],
        p_entries[1]);
  else
    insert into es.events (position, stream, revision, id, at, type, schema, data, sealed, meta, entry)
      select base + e.i, s, start + e.i - 1, e.id, now, e.type, e.schema, e.data, e.sealed, e.meta, e.entry
        from unnest(p_ids, p_types, p_schemas, p_data, p_sealed, p_meta, p_entries)
          with ordinality e(id, type, schema, data, sealed, meta, entry, i);
  end if;
  if p_command is not null then
    insert into es.commands (id, stream, first, last, fingerprint) values (p_command, s, start, start + n - 1, p_fingerprint);
  end if;
  status := 1;
  revision := start + n - 1;
  "position" := base + n;
end $$;
