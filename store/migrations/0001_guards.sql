-- Who may do what. `mashang_app` serves: it owns nothing, is no superuser and cannot bypass row security.
-- The role itself is made by migrate.ts, before this runs.
GRANT USAGE ON SCHEMA public TO mashang_app;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON data_key, person, contact, "case", delivery, outbox, binding_code, refusal TO mashang_app;
--> statement-breakpoint
-- What was said and what happened can be added to, never changed.
GRANT SELECT, INSERT ON message, event TO mashang_app;
--> statement-breakpoint
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO mashang_app;
--> statement-breakpoint
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the table "%" is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
--> statement-breakpoint
-- Grants hold the serving role; this holds the owner's hand too, until they take the trigger off on purpose.
CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
-- Small, hot and soon empty again: vacuum it before it grows.
ALTER TABLE outbox SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
