CREATE TABLE "event_heads" (
	"account_id" text collate "C" PRIMARY KEY NOT NULL,
	"last_event" bigint NOT NULL,
	"pruned_to" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "events" (
	"account_id" text collate "C" NOT NULL,
	"n" bigint NOT NULL,
	"type" text NOT NULL,
	"segment_id" text collate "C" NOT NULL,
	"version" integer NOT NULL,
	"occurred_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"request_id" text collate "C" NOT NULL,
	"actor" json NOT NULL,
	"segment" json,
	"before" json,
	"is_erasing" boolean DEFAULT false NOT NULL,
	CONSTRAINT "events_account_id_n_pk" PRIMARY KEY("account_id","n")
);
--> statement-breakpoint
CREATE INDEX "events_by_segment" ON "events" USING btree ("account_id","segment_id","n");--> statement-breakpoint
CREATE INDEX "events_by_request" ON "events" USING btree ("account_id","request_id","n");--> statement-breakpoint
CREATE INDEX "events_erasing" ON "events" USING btree (("account_id" || ' ' || "segment_id")) WHERE "events"."is_erasing";--> statement-breakpoint
ALTER TABLE "event_heads" SET (fillfactor = 50);
--> statement-breakpoint
-- Logs writes that do not log themselves: those of an older gateway during a rolling deploy, and those of a person in psql.
-- It runs as the owner of the tables, so that such a role needs no rights on them; therefore every name in it is qualified.
-- It runs once for each statement and takes the heads of the accounts in the order of the gateway, because it would deadlock
-- with other writers if it took them in the order of the rows. A row that moves to another account or id is deleted and created.
CREATE FUNCTION log_direct_writes() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  EXECUTE format('
    with written as materialized (
      select coalesce(is_now, was)->>''account_id'' as account_id, was, is_now,
        row_number() over (partition by coalesce(is_now, was)->>''account_id'') as i
      from (%2$s) as changed (was, is_now)
    ),
    heads as (
      insert into %1$I.event_heads as head (account_id, last_event)
      select account_id, count(*) from written group by account_id order by account_id collate "C"
      on conflict (account_id) do update set last_event = head.last_event + excluded.last_event
      returning account_id, last_event
    )
    insert into %1$I.events (account_id, n, type, segment_id, version, request_id, actor, segment, before, is_erasing)
    select written.account_id, heads.last_event - count(*) over (partition by written.account_id) + written.i,
      case when was is null then ''SEGMENT_CREATED'' when is_now is null then ''SEGMENT_DELETED'' else ''SEGMENT_UPDATED'' end,
      coalesce(is_now, was)->>''id'',
      coalesce((is_now->>''version'')::int, (was->>''version'')::int + 1),
      ''transaction-'' || pg_current_xact_id()::text,
      json_build_object(''kind'', ''DATABASE'', ''id'', null, ''name'', null),
      (is_now - ''account_id'')::json,
      case when was is not null and is_now is not null then (
        select coalesce(json_object_agg(key, json_build_array(value)), ''{}'') from jsonb_each(was)
        where value is distinct from is_now->key and key not in (''created_at'', ''updated_at'', ''version'')
      ) end,
      is_now is null
    from written inner join heads on heads.account_id = written.account_id',
    TG_TABLE_SCHEMA,
    CASE TG_OP
      WHEN 'INSERT' THEN 'select null::jsonb, to_jsonb(new_row) from new_rows as new_row'
      WHEN 'DELETE' THEN 'select to_jsonb(old_row), null::jsonb from old_rows as old_row'
      ELSE 'select to_jsonb(old_row), to_jsonb(new_row) from old_rows as old_row full join new_rows as new_row
        on (old_row.account_id, old_row.id) = (new_row.account_id, new_row.id)'
    END);
  RETURN NULL;
END $$;
--> statement-breakpoint
-- Otherwise a role could log events that never happened, with a table and a trigger of its own.
REVOKE EXECUTE ON FUNCTION log_direct_writes() FROM PUBLIC;
--> statement-breakpoint
CREATE TRIGGER log_direct_insert AFTER INSERT ON "segments" REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
  WHEN (current_setting('segments.events', true) IS DISTINCT FROM 'written') EXECUTE FUNCTION log_direct_writes();
--> statement-breakpoint
CREATE TRIGGER log_direct_update AFTER UPDATE ON "segments" REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT
  WHEN (current_setting('segments.events', true) IS DISTINCT FROM 'written') EXECUTE FUNCTION log_direct_writes();
--> statement-breakpoint
CREATE TRIGGER log_direct_delete AFTER DELETE ON "segments" REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT
  WHEN (current_setting('segments.events', true) IS DISTINCT FROM 'written') EXECUTE FUNCTION log_direct_writes();
