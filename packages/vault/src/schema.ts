import pg from 'pg'

/**
 * Makes the vault's tables where they are missing; safe to repeat and to run from two processes at once. The vault
 * wants a database that nothing else uses, so that its backups can be kept for a shorter time. `grantTo` names the role
 * that the vault will connect as, when that is not the tables' owner: it can then neither delete a key's row nor drop
 * the guard below.
 */
export const applyVaultSchema = async (client: Queryable, { grantTo }: { grantTo?: string } = {}): Promise<void> => {
  // One message with several statements is one transaction. `create … if not exists` alone fails when two run at once.
  await client.query(`select pg_advisory_xact_lock(${schemaLock}); ${tables} ${grantTo ? grants(grantTo) : ''}`)
}

type Queryable = { query: (text: string) => Promise<unknown> }

const schemaLock = 0x7661756c

const tables = `
  create schema if not exists vault;

  -- Key-encrypting keys are derived from the master key and never stored; check_value tells a wrong master key.
  create table if not exists vault.kek_epochs (
    epoch       integer primary key,
    salt        bytea not null,
    check_value bytea not null,
    created_at  timestamptz not null default now()
  );

  -- One key per owner, which is a person, or an agreement for what is about no single person. A destroyed key keeps its
  -- row: that is how we know that the person was erased, and when. The bytes it had live on in dead rows until
  -- vacuum, in the WAL and in backups, wrapped: what ends them there is the end of the epoch's key.
  create table if not exists vault.keys (
    key_id       text primary key,
    tenant       text not null,
    owner        text not null,
    epoch        integer not null references vault.kek_epochs,
    wrapped      bytea,
    created_at   timestamptz not null default now(),
    destroyed_at timestamptz,
    unique (tenant, owner),
    check ((wrapped is null) = (destroyed_at is not null))
  );
  -- The key is kept, and opens and seals nothing while it says since when.
  alter table vault.keys add column if not exists restricted_at timestamptz;

  -- One HMAC key per organisation, for finding values that are stored encrypted.
  create table if not exists vault.index_keys (
    tenant     text primary key,
    epoch      integer not null references vault.kek_epochs,
    wrapped    bytea not null,
    created_at timestamptz not null default now()
  );

  -- When an API key or an OAuth client was last used, to the minute. It stands here because all services share this
  -- database; it can be emptied at any time.
  create table if not exists vault.credential_use (
    credential   text primary key,
    last_used_at timestamptz not null
  );

  create or replace function vault.erasure_is_final() returns trigger language plpgsql as $$
  begin
    raise exception 'a destroyed key stays destroyed, and no key''s row is deleted';
  end $$;

  create or replace trigger destroyed_stays_destroyed before update on vault.keys
    for each row when (old.destroyed_at is not null) execute function vault.erasure_is_final();
  create or replace trigger rows_stay before delete or truncate on vault.keys
    for each statement execute function vault.erasure_is_final();
`

const grants = (role: string) => `
  grant usage on schema vault to ${pg.escapeIdentifier(role)};
  grant select, insert on vault.kek_epochs, vault.index_keys to ${pg.escapeIdentifier(role)};
  grant select, insert, update on vault.keys, vault.credential_use to ${pg.escapeIdentifier(role)};
`
