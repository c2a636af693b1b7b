CREATE TABLE "webhook_deliveries" (
	"account_id" text collate "C" NOT NULL,
	"endpoint_id" text collate "C" NOT NULL,
	"n" bigint NOT NULL,
	"event_id" text collate "C" NOT NULL,
	"type" text NOT NULL,
	"status" text NOT NULL,
	"attempts" jsonb NOT NULL,
	"attempted_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "webhook_deliveries_account_id_endpoint_id_n_pk" PRIMARY KEY("account_id","endpoint_id","n")
);
--> statement-breakpoint
CREATE TABLE "webhook_endpoints" (
	"account_id" text collate "C" NOT NULL,
	"id" text collate "C" NOT NULL,
	"url" text collate "C" NOT NULL,
	"types" json,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"is_enabled" boolean DEFAULT true NOT NULL,
	"is_failing" boolean DEFAULT false NOT NULL,
	"cursor" bigint NOT NULL,
	"replay_at" bigint,
	"replay_until" bigint,
	"failures" integer DEFAULT 0 NOT NULL,
	"next_attempt_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"lease" text,
	"lease_until" timestamp (3) with time zone,
	"revision" integer DEFAULT 1 NOT NULL,
	"secret" text NOT NULL,
	"previous_secret" text,
	"previous_secret_until" timestamp (3) with time zone,
	"shows_customers" boolean NOT NULL,
	"last_error" json,
	CONSTRAINT "webhook_endpoints_account_id_id_pk" PRIMARY KEY("account_id","id")
);
--> statement-breakpoint
CREATE INDEX "webhook_deliveries_undelivered" ON "webhook_deliveries" USING btree ("account_id","endpoint_id","status","n") WHERE "webhook_deliveries"."status" <> 'DELIVERED';--> statement-breakpoint
CREATE INDEX "webhook_deliveries_by_age" ON "webhook_deliveries" USING btree ("attempted_at");--> statement-breakpoint
CREATE UNIQUE INDEX "webhook_endpoints_by_url" ON "webhook_endpoints" USING btree ("account_id","url");--> statement-breakpoint
ALTER TABLE "webhook_endpoints" SET (fillfactor = 50);
