CREATE TABLE "member_leftovers" (
	"account_id" text collate "C" NOT NULL,
	"segment_id" text collate "C" NOT NULL,
	"generation" bigint NOT NULL,
	"removable_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"removed_to" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "member_leftovers_account_id_segment_id_generation_pk" PRIMARY KEY("account_id","segment_id","generation")
);
--> statement-breakpoint
CREATE TABLE "members" (
	"account_id" text collate "C" NOT NULL,
	"segment_id" text collate "C" NOT NULL,
	"generation" bigint NOT NULL,
	"customer_id" text collate "C" NOT NULL,
	"place" bigint NOT NULL,
	"joined_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "members_account_id_customer_id_segment_id_generation_pk" PRIMARY KEY("account_id","customer_id","segment_id","generation")
);
--> statement-breakpoint
CREATE TABLE "memberships" (
	"account_id" text collate "C" NOT NULL,
	"segment_id" text collate "C" NOT NULL,
	"generation" bigint DEFAULT floor(random() * 9007199254740991)::bigint NOT NULL,
	"count" integer DEFAULT 0 NOT NULL,
	"last_place" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "memberships_account_id_segment_id_pk" PRIMARY KEY("account_id","segment_id")
);
--> statement-breakpoint
CREATE INDEX "member_leftovers_by_time" ON "member_leftovers" USING btree ("removable_at");--> statement-breakpoint
CREATE UNIQUE INDEX "members_by_place" ON "members" USING btree ("account_id","segment_id","generation","place");--> statement-breakpoint
ALTER TABLE "memberships" SET (fillfactor = 50);
--> statement-breakpoint
-- Ends the memberships of deleted segments in the transaction that deletes them, whoever deletes them: this version, an older
-- gateway during a rolling deploy, or a person in psql. It runs as the owner of the tables, because such a role may have no rights
-- on them; therefore every name in it is qualified.
CREATE FUNCTION end_memberships() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  EXECUTE format('
    with ended as (
      delete from %1$I.memberships as membership using old_rows as segment
      where (membership.account_id, membership.segment_id) = (segment.account_id, segment.id)
      returning membership.account_id, membership.segment_id, membership.generation
    )
    insert into %1$I.member_leftovers (account_id, segment_id, generation)
    select account_id, segment_id, generation from ended', TG_TABLE_SCHEMA);
  RETURN NULL;
END $$;
--> statement-breakpoint
-- Otherwise a role could end memberships with a table and a trigger of its own.
REVOKE EXECUTE ON FUNCTION end_memberships() FROM PUBLIC;
--> statement-breakpoint
CREATE TRIGGER end_memberships AFTER DELETE ON "segments" REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT
  EXECUTE FUNCTION end_memberships();
