-- Word search, numbering, and the submission of a dossier in one round trip.

CREATE INDEX IF NOT EXISTS dossier_words ON one_stop_dossier
  USING gin (array_to_tsvector(string_to_array(search_text, ' '))) WITH (fastupdate = on);
ALTER TABLE one_stop_counter SET (fillfactor = 50);
ALTER TABLE one_stop_dossier SET (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.02);

-- Codes: the row of the counter is held until the commit, so a number is never skipped nor given twice.
CREATE OR REPLACE FUNCTION one_stop_take_codes(p_agency text, p_at timestamptz, p_count integer) RETURNS text[]
LANGUAGE plpgsql AS $$
DECLARE
  v_day date := (p_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date;
  v_last integer;
BEGIN
  INSERT INTO one_stop_counter AS k (agency, day, last) VALUES (p_agency, v_day, p_count)
  ON CONFLICT (agency, day) DO UPDATE SET last = k.last + p_count RETURNING last INTO v_last;
  RETURN ARRAY(
    SELECT p_agency || '-' || to_char(v_day, 'YYMMDD') || '-' || lpad(n::text, greatest(4, length(n::text)), '0')
    FROM generate_series(v_last - p_count + 1, v_last) AS n ORDER BY n
  );
END $$;

CREATE OR REPLACE FUNCTION one_stop_next_code(p_agency text, p_at timestamptz) RETURNS text
LANGUAGE sql AS $$ SELECT (one_stop_take_codes(p_agency, p_at, 1))[1] $$;

-- One dossier: once-key, papers, fees, history, its case, then the number, the row, the audit link, the event.
-- The same once-key gives the first receipt; a second sender waits for the first to commit.
CREATE OR REPLACE FUNCTION one_stop_submit(p jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
  v_id bigint := nextval('one_stop_dossier_id_seq');
  v_at timestamptz := (p->>'at')::timestamptz;
  v_code text;
  v_first jsonb;
BEGIN
  INSERT INTO one_stop_submission (owner, once, what, digest, dossier_id)
  VALUES (p->>'owner', p->>'once', 'submit', p->>'digest', v_id)
  ON CONFLICT (owner, once) DO NOTHING;
  IF NOT FOUND THEN
    SELECT jsonb_build_object('id', d.id, 'code', d.code, 'submitted_at', d.submitted_at, 'digest', s.digest,
                              'repeated', true)
    INTO v_first
    FROM one_stop_submission s JOIN one_stop_dossier d ON d.id = s.dossier_id
    WHERE s.owner = p->>'owner' AND s.once = p->>'once';
    RETURN v_first;
  END IF;

  INSERT INTO one_stop_dossierpaper
    (dossier_id, key, name, sha256, file_name, media_type, size, pages, kind, round, added_at, is_replaced)
  SELECT v_id, r.key, r.name, r.sha256, r.file_name, r.media_type, r.size, r.pages, r.kind, 0, v_at, false
  FROM jsonb_to_recordset(p->'papers') AS r(
    key text, name text, sha256 text, file_name text, media_type text, size bigint, pages integer, kind text);

  IF jsonb_array_length(p->'fees') > 0 THEN
    INSERT INTO one_stop_fee
      (dossier_id, name, kind, amount, explanation, "when", demanded_at, paid_how, receipt_number, recorded_by)
    SELECT v_id, r.name, r.kind, r.amount, r.explanation, 'at_receipt', v_at, '', '', ''
    FROM jsonb_to_recordset(p->'fees') AS r(name text, kind text, amount numeric, explanation text);
  END IF;

  INSERT INTO one_stop_dossierevent (dossier_id, at, kind, actor, actor_name, unit_id, note, data)
  VALUES (v_id, v_at, 'submitted', p->>'actor', p->>'actor_name', (p->>'actor_unit')::bigint, '', '{}');

  PERFORM workflow_start(v_id::text, p->'case');

  v_code := one_stop_next_code(p->>'agency', v_at);
  INSERT INTO one_stop_dossier
  SELECT r.* FROM jsonb_populate_record(
    NULL::one_stop_dossier, p->'dossier' || jsonb_build_object('id', v_id, 'code', v_code)) AS r;
  PERFORM audit_append(v_code, 'dossier.submitted', p->>'actor', p->>'actor_name', p->'audit', v_at);
  PERFORM outbox_publish('DossierSubmitted', v_code,
    p->'event' || jsonb_build_object('key', v_code, 'dossier_id', v_id));
  RETURN jsonb_build_object('id', v_id, 'code', v_code, 'submitted_at', v_at, 'repeated', false);
END $$;

-- Many at once, in the order given; the same rules, fewer round trips.
CREATE OR REPLACE FUNCTION one_stop_submit_many(p jsonb) RETURNS jsonb
LANGUAGE sql AS $$
  SELECT coalesce(jsonb_agg(one_stop_submit(one) ORDER BY place), '[]'::jsonb)
  FROM jsonb_array_elements(p) WITH ORDINALITY AS e(one, place)
$$;
