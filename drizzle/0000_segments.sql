CREATE TABLE "api_tokens" (
	"digest" text collate "C" PRIMARY KEY NOT NULL,
	"id" text collate "C" NOT NULL,
	"account_id" text collate "C" NOT NULL,
	"name" text NOT NULL,
	"scopes" text[] NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"revoked_at" timestamp (3) with time zone,
	CONSTRAINT "api_tokens_id_unique" UNIQUE("id")
);
--> statement-breakpoint
CREATE TABLE "segments" (
	"account_id" text collate "C" NOT NULL,
	"id" text collate "C" NOT NULL,
	"name" text collate "C" NOT NULL,
	"criteria" text NOT NULL,
	"description" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "segments_account_id_id_pk" PRIMARY KEY("account_id","id")
);
--> statement-breakpoint
CREATE INDEX "segments_by_name" ON "segments" USING btree ("account_id","name","id");--> statement-breakpoint
CREATE INDEX "segments_by_update" ON "segments" USING btree ("account_id","updated_at","id");