-- By when they spoke, as `up_to` is, and not by when a case was opened: that is our clock's, which may have been ahead.
CREATE OR REPLACE FUNCTION erase_answers(erasure_id uuid) RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH asked AS (
    SELECT * FROM erasure WHERE id = erasure_id AND done_at IS NULL
  ), gone AS (
    UPDATE message m SET answer = NULL FROM asked, "case" c
    WHERE c.contact_id = asked.contact_id AND m.case_id = c.id AND m.answer IS NOT NULL
      AND EXISTS (SELECT 1 FROM message s WHERE s.case_id = c.id AND s.contact_id = c.contact_id AND s.said_at <= asked.up_to)
    RETURNING 1
  )
  SELECT count(*)::int FROM gone
$$;
