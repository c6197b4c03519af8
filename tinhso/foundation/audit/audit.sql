-- The audit trail: chained per subject, sealed per epoch, append-only.

INSERT INTO audit_epoch (number, floor, is_closed) VALUES (1, 0, false) ON CONFLICT DO NOTHING;

CREATE OR REPLACE FUNCTION audit_digest(
  previous bytea, subject text, number integer, act text, actor text, actor_name text, data jsonb,
  at timestamptz, recorded_at timestamptz, epoch integer
) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT sha256(coalesce(previous, ''::bytea) || convert_to(jsonb_build_array(
    subject, number, act, actor, actor_name, data,
    (extract(epoch FROM at) * 1000000)::bigint, (extract(epoch FROM recorded_at) * 1000000)::bigint, epoch
  )::text, 'UTF8'))
$$;

-- A chain grows one link at a time without a lock of its own: of two writers of one subject the second waits at the
-- unique (subject, number) until the first has ended, then finds its number taken (or free again) and tries anew. So one
-- transaction may write on any number of subjects; an advisory lock each would fill the lock table.
-- One shared advisory lock, on the epoch: a seal waits for those still writing into it. The seal first opens the next
-- epoch, so nobody waits for the seal; the epoch is read again under the lock, for it may have moved meanwhile.
CREATE OR REPLACE FUNCTION audit_append(
  subject text, act text, actor text, actor_name text, data jsonb, at timestamptz
) RETURNS bigint LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE
  current_epoch integer;
  seen_epoch integer;
  last_number integer;
  last_hash bytea;
  written timestamptz := clock_timestamp();
  id bigint;
BEGIN
  data := coalesce(data, '{}'::jsonb);
  SELECT coalesce(max(e.number), 1) INTO current_epoch FROM audit_epoch e;
  LOOP
    PERFORM pg_advisory_xact_lock_shared(20262, current_epoch);
    SELECT coalesce(max(e.number), 1) INTO seen_epoch FROM audit_epoch e;
    EXIT WHEN seen_epoch = current_epoch;
    current_epoch := seen_epoch;
  END LOOP;
  LOOP
    last_number := NULL;
    last_hash := NULL;
    SELECT e.number, e.hash INTO last_number, last_hash
      FROM audit_entry e WHERE e.subject = subject ORDER BY e.number DESC LIMIT 1;
    last_number := coalesce(last_number, 0) + 1;
    INSERT INTO audit_entry AS e (subject, number, act, actor, actor_name, data, at, recorded_at, epoch, hash)
    VALUES (subject, last_number, act, actor, actor_name, data, at, written, current_epoch,
      audit_digest(last_hash, subject, last_number, act, actor, actor_name, data, at, written, current_epoch))
    ON CONFLICT ON CONSTRAINT audit_one_chain DO NOTHING
    RETURNING e.id INTO id;
    EXIT WHEN id IS NOT NULL;
  END LOOP;
  RETURN id;
END $$;

CREATE OR REPLACE FUNCTION audit_append_many(
  subjects text[], acts text[], actors text[], actor_names text[], datas jsonb[], ats timestamptz[]
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  FOR i IN 1 .. coalesce(array_length(subjects, 1), 0) LOOP
    PERFORM audit_append(subjects[i], acts[i], actors[i], actor_names[i], datas[i], ats[i]);
  END LOOP;
END $$;

-- The digest of one epoch: rows in blocks of ten thousand, then the digests of the blocks.
CREATE OR REPLACE FUNCTION audit_digest_of_epoch(
  epoch integer, floor bigint, previous bytea, OUT rows bigint, OUT hash bytea
) LANGUAGE sql STABLE AS $$
  SELECT coalesce(sum(block.rows), 0)::bigint,
         sha256(coalesce($3, ''::bytea) || int8send(coalesce(sum(block.rows), 0)::bigint)
           || coalesce(string_agg(block.hash, ''::bytea ORDER BY block.part), ''::bytea))
  FROM (
    SELECT e.id / 10000 AS part, count(*) AS rows, sha256(string_agg(int8send(e.id) || e.hash, ''::bytea ORDER BY e.id)) AS hash
    FROM audit_entry e WHERE e.id > $2 AND e.epoch = $1 GROUP BY e.id / 10000
  ) block
$$;

CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'TRUNCATE' AND current_database() LIKE 'test\_%' THEN
    RETURN NULL; -- a test empties its own database
  END IF;
  RAISE EXCEPTION 'Nhật ký chỉ được ghi thêm, không được sửa hay xoá (%)', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE OR REPLACE TRIGGER audit_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE OR REPLACE TRIGGER audit_seal_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_seal
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE OR REPLACE TRIGGER audit_reading_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_reading
  FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
