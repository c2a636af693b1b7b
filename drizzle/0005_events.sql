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
CREATE INDEX "events_erasing" ON "events" USING btree ("account_id","segment_id") WHERE "events"."is_erasing";--> statement-breakpoint
ALTER TABLE "event_heads" SET (fillfactor = 50);
--> statement-breakpoint
-- Logs writes that do not log themselves: those of an older gateway during a rolling deploy, and those of a person in psql.
-- It runs as the owner of the tables, so that such a role needs no rights on them; therefore every name in it is qualified.
CREATE FUNCTION log_direct_write() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  was jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(old) END;
  is_now jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(new) END;
  place bigint;
BEGIN
  EXECUTE format('insert into %I.event_heads as head (account_id, last_event) values ($1, 1)
    on conflict (account_id) do update set last_event = head.last_event + 1 returning last_event', TG_TABLE_SCHEMA)
    INTO place USING coalesce(is_now, was)->>'account_id';
  EXECUTE format('insert into %I.events (account_id, n, type, segment_id, version, request_id, actor, segment, before, is_erasing)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)', TG_TABLE_SCHEMA)
    USING coalesce(is_now, was)->>'account_id', place,
      CASE TG_OP WHEN 'INSERT' THEN 'SEGMENT_CREATED' WHEN 'UPDATE' THEN 'SEGMENT_UPDATED' ELSE 'SEGMENT_DELETED' END,
      coalesce(is_now, was)->>'id',
      CASE TG_OP WHEN 'DELETE' THEN (was->>'version')::int + 1 ELSE (is_now->>'version')::int END,
      'transaction-' || pg_current_xact_id()::text,
      json_build_object('kind', 'DATABASE', 'id', null, 'name', null),
      (is_now - 'account_id')::json,
      CASE TG_OP WHEN 'UPDATE' THEN (
        SELECT json_object_agg(key, json_build_array(value)) FROM jsonb_each(was)
        WHERE value IS DISTINCT FROM is_now->key AND key NOT IN ('created_at', 'updated_at', 'version')
      ) END,
      TG_OP = 'DELETE';
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER log_direct_write AFTER INSERT OR UPDATE OR DELETE ON "segments" FOR EACH ROW
  WHEN (current_setting('segments.events', true) IS DISTINCT FROM 'written') EXECUTE FUNCTION log_direct_write();
