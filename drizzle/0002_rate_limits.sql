CREATE UNLOGGED TABLE "rate_limits" (
	"key" text collate "C" PRIMARY KEY NOT NULL,
	"points" integer DEFAULT 0 NOT NULL,
	"expire" bigint
);
