-- By default, autovacuum waits until a fifth of a table has changed. The log is appended to at its end and deleted from its
-- beginning, so a fifth is the work of days, and until then, erased contents stay in the files. Readers and writers are not
-- blocked: the lock conflicts only with vacuum and other changes of the table.
ALTER TABLE "events" SET (
  autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_insert_scale_factor = 0.01, autovacuum_analyze_scale_factor = 0.01,
  toast.autovacuum_vacuum_scale_factor = 0.01, toast.autovacuum_vacuum_insert_scale_factor = 0.01
);
--> statement-breakpoint
ALTER TABLE "event_heads" SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_analyze_scale_factor = 0.01);
