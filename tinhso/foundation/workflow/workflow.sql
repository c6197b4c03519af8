-- How a change of a case is written, in SQL: one way for Python and for the functions of the systems.

-- A published version and the history of a case never change.
CREATE OR REPLACE FUNCTION workflow_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER workflow_caseevent_append_only BEFORE UPDATE OR DELETE ON workflow_caseevent
  FOR EACH ROW EXECUTE FUNCTION workflow_refuse();

CREATE TRIGGER workflow_processversion_immutable BEFORE UPDATE ON workflow_processversion
  FOR EACH ROW WHEN (
    (OLD.definition_id, OLD.number, OLD.bpmn_xml, OLD.sha256, OLD.plan, OLD.plan_format, OLD.published_at)
    IS DISTINCT FROM
    (NEW.definition_id, NEW.number, NEW.bpmn_xml, NEW.sha256, NEW.plan, NEW.plan_format, NEW.published_at)
  ) EXECUTE FUNCTION workflow_refuse();

-- Write what one event made of a case: {at, state, status, stage, ended, done[], closed[], disarm[], items[], timers[],
-- waits[], children[], event{}}. The case row is held by the caller (or new). Ids of what opened and closed, in order.
CREATE OR REPLACE FUNCTION workflow_apply(p_case bigint, p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  c workflow_caserun;
  v_at timestamptz := (p->>'at')::timestamptz;
  v_opened bigint[] := '{}';
  v_closed bigint[] := '{}';
  v_more bigint[];
  v_children jsonb := '[]';
  v_child jsonb;
BEGIN
  UPDATE workflow_caserun r SET
    state = p->'state', rev = r.rev + 1, status = p->>'status', stage = p->>'stage', ended = p->>'ended',
    ended_at = CASE WHEN p->>'status' = 'ended' THEN v_at END
  WHERE r.id = p_case RETURNING * INTO STRICT c;

  IF p->'done' IS NOT NULL THEN
    WITH gone AS (
      UPDATE workflow_workitem w SET
        state = 'done', outcome = d.outcome, done_at = v_at, done_by_id = d.person, done_by_name = d.name, note = d.note
      FROM jsonb_to_recordset(p->'done') AS d(token text, outcome text, person bigint, name text, note text)
      WHERE w.case_id = p_case AND w.token = d.token RETURNING w.id
    ) SELECT coalesce(array_agg(id), '{}') INTO v_closed FROM gone;
  END IF;
  IF p->'closed' IS NOT NULL THEN
    WITH gone AS (
      UPDATE workflow_workitem w SET state = 'cancelled', done_at = v_at
      WHERE w.case_id = p_case AND w.state = 'open'
        AND w.token IN (SELECT jsonb_array_elements_text(p->'closed')) RETURNING w.id
    ) SELECT v_closed || coalesce(array_agg(id ORDER BY id), '{}') INTO v_closed FROM gone;
  END IF;
  IF p->'disarm' IS NOT NULL THEN
    DELETE FROM workflow_timer WHERE case_id = p_case AND token IN (SELECT jsonb_array_elements_text(p->'disarm'));
    DELETE FROM workflow_subscription
    WHERE case_id = p_case AND token IN (SELECT jsonb_array_elements_text(p->'disarm'));
  END IF;
  IF p->'fired' IS NOT NULL THEN
    DELETE FROM workflow_timer WHERE case_id = p_case AND token = p->'fired'->>0 AND node = p->'fired'->>1;
  END IF;
  IF p->'items' IS NOT NULL THEN
    WITH made AS (
      INSERT INTO workflow_workitem (
        case_id, token, version_id, kind, subject, node, name, stage, clock, role, unit_id, assignee_id, is_lead, state,
        opened_at, due_at, legal_due_at, sort_at, priority, title, topic, outcome, done_by_name, note)
      SELECT p_case, i.token, c.version_id, c.kind, c.subject, i.node, i.name, i.stage, i.clock, i.role, i.unit,
        i.assignee, i.lead, 'open', v_at, i.due, c.due_at,
        coalesce(CASE WHEN i.lead THEN c.due_at END, i.due, c.due_at, '9999-01-01'::timestamptz), c.priority, c.title, c.topic, '', '', ''
      FROM jsonb_to_recordset(p->'items') AS i(
        token text, node text, name text, stage text, clock text, role text, unit bigint, assignee bigint,
        lead boolean, due timestamptz)
      RETURNING id
    ) SELECT coalesce(array_agg(id ORDER BY id), '{}') INTO v_opened FROM made;
  END IF;
  IF p->'timers' IS NOT NULL THEN
    INSERT INTO workflow_timer (case_id, token, node, fire_at)
    SELECT p_case, t.token, t.node, t.fire_at
    FROM jsonb_to_recordset(p->'timers') AS t(token text, node text, fire_at timestamptz);
  END IF;
  IF p->'waits' IS NOT NULL THEN
    INSERT INTO workflow_subscription (case_id, token, node, message)
    SELECT p_case, s.token, s.node, s.message
    FROM jsonb_to_recordset(p->'waits') AS s(token text, node text, message text);
  END IF;
  INSERT INTO workflow_caseevent (case_id, number, at, kind, node, actor, actor_name, once, data)
  SELECT p_case, c.rev, v_at, e.kind, e.node, e.actor, e.actor_name, e.once,
    e.data || jsonb_build_object('opened', to_jsonb(v_opened), 'closed', to_jsonb(v_closed))
  FROM jsonb_to_record(p->'event') AS e(
    kind text, node text, actor text, actor_name text, once text, data jsonb);
  IF p->'children' IS NOT NULL THEN
    FOR v_child IN SELECT jsonb_array_elements(p->'children') LOOP
      v_children := v_children || workflow_begin(
        c.subject || '/' || (v_child->>'part'), v_child, p_case, c.root_id);
    END LOOP;
  END IF;
  RETURN jsonb_build_object(
    'case_id', p_case, 'opened', to_jsonb(v_opened), 'closed', to_jsonb(v_closed), 'children', v_children);
END $$;

-- Insert a case and write what its start made of it.
CREATE OR REPLACE FUNCTION workflow_begin(p_subject text, p jsonb, p_parent bigint, p_root bigint)
RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v_id bigint := nextval(pg_get_serial_sequence('workflow_caserun', 'id'));
BEGIN
  INSERT INTO workflow_caserun (
    id, kind, subject, version_id, units, state, rev, status, stage, ended, title, topic, due_at, priority, root_id,
    parent_id, parent_token, started_at)
  SELECT v_id, s.kind, p_subject, s.version_id, s.units, '{}', 0, 'open', '', '', s.title, s.topic, s.due_at,
    s.priority, coalesce(p_root, v_id), p_parent, coalesce(p->>'parent_token', ''), (p->'change'->>'at')::timestamptz
  FROM jsonb_to_record(p->'case') AS s(
    kind text, version_id bigint, units jsonb, title text, topic text, due_at timestamptz, priority smallint);
  RETURN workflow_apply(v_id, p->'change');
END $$;

-- The door for the functions of the systems: start a case for a subject with what `plan_start` made, in one call.
CREATE OR REPLACE FUNCTION workflow_start(p_subject text, p jsonb) RETURNS jsonb LANGUAGE sql AS $$
  SELECT workflow_begin(p_subject, p, NULL, NULL)
$$;
