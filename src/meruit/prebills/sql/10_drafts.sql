-- Pre-bills are drafted by the database, by the statement: a line is a copy of the released entry and of nothing
-- else, whoever asks for it. What may be changed about a line afterwards is the effect of a decision.

CREATE SCHEMA IF NOT EXISTS prebills;

CALL audit.keep_history('public.prebills_prebill');
CALL audit.keep_history('public.prebills_line');
-- Lines are written by prebills.draft alone, which copies entries that have a history of their own, and the draft is
-- noted; digesting a hundred thousand copies again took a third of the time. Every later change is kept row by row.
DROP TRIGGER IF EXISTS history_i ON public.prebills_line;
CALL audit.keep_history('public.prebills_hold');
CALL audit.keep_history('public.prebills_finding');
CALL audit.keep_history('public.prebills_comment');
CALL audit.keep_history('public.prebills_givenup');

DO $$ BEGIN
    ALTER TABLE public.prebills_line ADD CONSTRAINT prebills_sane CHECK (
        billed_value NOT IN ('NaN', 'Infinity', '-Infinity') AND arranged_value NOT IN ('NaN', 'Infinity', '-Infinity')
        AND (kind = 'adjustment' OR worked_value < 0 OR (billed_value >= 0 AND billed_hours IS NOT DISTINCT FROM least(billed_hours, hours))));
EXCEPTION WHEN duplicate_object THEN NULL; END $$;

-- Draft the released, unbilled work of these matters up to the last day of a period. Work goes on the open
-- pre-bill of its own period where there is one, else on the period's; what was worked before that began is
-- late. A period whose pre-bill is past review gets another one. Drafting twice changes nothing.
CREATE OR REPLACE FUNCTION prebills.draft(matter_ids bigint[], first date, last date)
RETURNS TABLE (prebill_id bigint, added bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET work_mem = '64MB' SET enable_nestloop = on AS $$
#variable_conflict use_column
DECLARE
    who bigint := authority.actor();
    now_ timestamptz := authority.moment();
BEGIN
    IF first IS NULL OR last IS NULL OR last < first THEN
        RAISE EXCEPTION 'A period runs from a day to the same or a later one.' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM 1 FROM public.matters_matter m WHERE m.id = ANY (matter_ids) ORDER BY m.id FOR NO KEY UPDATE;
    -- Right after an import the planner knows nothing of its rows yet and would look each of them up by itself, five
    -- times as slow. Whoever drafts many matters wants whole tables joined; the setting ends with this function.
    IF cardinality(matter_ids) > 50 THEN
        PERFORM set_config('enable_nestloop', 'off', true);
    END IF;
    -- Found and numbered as narrow rows, that sort in memory; what they say is joined to them as they are written.
    RETURN QUERY
    WITH open AS MATERIALIZED (
        SELECT p.id, p.matter_id, p.period_from, p.period_to, (p.period_from, p.period_to) = (first, last) AS asked
          FROM public.prebills_prebill p WHERE p.matter_id = ANY (matter_ids) AND p.state IN ('draft', 'in review')
    ), ready AS MATERIALIZED (
        SELECT e.id AS entry_id, e.version, e.matter_id, e.kind, v.worked_on, e.timekeeper_id
          FROM public.timesheets_entry e
          JOIN public.timesheets_released r ON r.entry_id = e.id
          JOIN public.timesheets_version v ON v.entry_id = e.id AND v.number = e.version
          JOIN public.matters_matter m ON m.id = e.matter_id
         WHERE m.id = ANY (matter_ids) AND v.worked_on <= last AND v.billable AND v.currency = m.currency
           AND NOT EXISTS (SELECT 1 FROM public.prebills_line l WHERE l.entry_id = e.id AND l.removed_at IS NULL)
           AND NOT EXISTS (SELECT 1 FROM public.prebills_givenup g WHERE g.entry_id = e.id)
    ), joins AS (  -- the open pre-bill of the work's own period, else the open one of the period asked for
        SELECT DISTINCT ON (x.entry_id) x.entry_id, o.id AS prebill_id
          FROM ready x JOIN open o ON o.matter_id = x.matter_id AND (o.asked OR x.worked_on BETWEEN o.period_from AND o.period_to)
         ORDER BY x.entry_id, (x.worked_on BETWEEN o.period_from AND o.period_to) DESC, o.asked DESC, o.id
    ), made AS (
        INSERT INTO public.prebills_prebill
            (natural_key, matter_id, period_from, period_to, state, state_since, reviewer_id, made_at, currency, screened_under)
        SELECT m.id || ':' || first || ':' || last || ':' || 1 + (SELECT count(*) FROM public.prebills_prebill p
                                                                 WHERE p.matter_id = m.id AND p.period_from = first AND p.period_to = last),
               m.id, first, last, 'draft', now_, m.responsible_id, now_, m.currency, ''
          FROM public.matters_matter m
         WHERE m.id IN (SELECT x.matter_id FROM ready x WHERE NOT EXISTS (SELECT 1 FROM joins j WHERE j.entry_id = x.entry_id))
        RETURNING id, matter_id, period_from
    ), placed AS (
        SELECT x.entry_id, x.version, x.kind, x.worked_on, x.timekeeper_id, n.id AS prebill_id, n.period_from, 0 AS numbered
          FROM ready x JOIN made n ON n.matter_id = x.matter_id
         WHERE NOT EXISTS (SELECT 1 FROM joins j WHERE j.entry_id = x.entry_id)
         UNION ALL
        SELECT x.entry_id, x.version, x.kind, x.worked_on, x.timekeeper_id, o.id, o.period_from,
               coalesce((SELECT max(l.number) FROM public.prebills_line l WHERE l.prebill_id = o.id), 0)
          FROM joins j JOIN ready x USING (entry_id) JOIN open o ON o.id = j.prebill_id
    ), numbered AS MATERIALIZED (
        SELECT p.*, p.numbered + row_number() OVER (PARTITION BY p.prebill_id ORDER BY p.kind DESC, p.worked_on, p.entry_id) AS number
          FROM placed p
    ), lines AS (
        INSERT INTO public.prebills_line
            (prebill_id, number, entry_id, version, kind, timekeeper_id, worked_on, narrative, hours, units, rate, standard_value, worked_value,
             arranged_value, billed_hours, billed_value, task_code, activity_code, expense_code, hard_cost, late, on_hold)
        SELECT x.prebill_id, x.number, x.entry_id, v.number, x.kind, x.timekeeper_id, v.worked_on, v.narrative, v.hours, v.units,
               coalesce(v.agreed_rate, v.unit_cost), v.standard_value, v.worked_value, v.worked_value, v.hours, v.worked_value,
               v.task_code, v.activity_code, v.expense_code, v.hard_cost, v.worked_on < x.period_from, false
          FROM numbered x JOIN public.timesheets_version v ON v.entry_id = x.entry_id AND v.number = x.version
        RETURNING prebill_id
    )
    SELECT l.prebill_id, count(*) FROM lines l GROUP BY l.prebill_id ORDER BY l.prebill_id;
    -- A line that was held when its bill went out is held on the next one too, under the same hold.
    WITH moved AS (
        UPDATE public.prebills_hold h SET line_id = n.id, prebill_id = n.prebill_id
          FROM public.prebills_line o, public.prebills_line n
         WHERE h.line_id = o.id AND h.ended_at IS NULL AND o.removed_at IS NOT NULL
           AND n.entry_id = o.entry_id AND n.removed_at IS NULL
           AND n.prebill_id IN (SELECT p.id FROM public.prebills_prebill p WHERE p.matter_id = ANY (matter_ids))
        RETURNING h.line_id
    )
    UPDATE public.prebills_line l SET on_hold = true FROM moved WHERE l.id = moved.line_id;
END $$;

-- What an approval covered has changed: the partner looks at the difference again.
CREATE OR REPLACE FUNCTION prebills.reopen(prebill_ids bigint[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    UPDATE public.prebills_prebill p SET state = 'in review', state_since = authority.moment()
     WHERE p.id = ANY (prebill_ids) AND p.state = 'approved'
$$;

-- Refused unless lines of the pre-bill may still change; locks it, so that nothing is approved meanwhile.
CREATE OR REPLACE FUNCTION prebills.must_be_open(prebill_id bigint) RETURNS public.prebills_prebill
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE p public.prebills_prebill;
BEGIN
    SELECT * INTO p FROM public.prebills_prebill x WHERE x.id = must_be_open.prebill_id FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'There is no pre-bill %.', prebill_id USING ERRCODE = 'no_data_found';
    ELSIF p.state NOT IN ('draft', 'in review', 'approved') THEN
        RAISE EXCEPTION 'Pre-bill % is %; its lines do not change.', p.id, p.state USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    RETURN p;
END $$;

-- A fixed fee falls due, or a subscription runs on, where nobody worked: a pre-bill without lines.
CREATE OR REPLACE FUNCTION prebills.open_without_work(matter bigint, first date, last date) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    who bigint := authority.actor();
    made bigint;
BEGIN
    PERFORM 1 FROM public.matters_matter m WHERE m.id = matter FOR NO KEY UPDATE;
    SELECT p.id INTO made FROM public.prebills_prebill p
     WHERE p.matter_id = matter AND p.period_from = first AND p.period_to = last AND p.state IN ('draft', 'in review');
    IF made IS NULL THEN
        INSERT INTO public.prebills_prebill
            (natural_key, matter_id, period_from, period_to, state, state_since, reviewer_id, made_at, currency, screened_under)
        SELECT m.id || ':' || first || ':' || last || ':' || 1 + (SELECT count(*) FROM public.prebills_prebill p
                                                                 WHERE p.matter_id = m.id AND p.period_from = first AND p.period_to = last),
               m.id, first, last, 'draft', authority.moment(), m.responsible_id, authority.moment(), m.currency, ''
          FROM public.matters_matter m WHERE m.id = matter RETURNING id INTO made;
    END IF;
    RETURN made;
END $$;

-- Whoever may decide the bill may return it to draft; what was approved of it before counts no more.
CREATE OR REPLACE FUNCTION prebills.return_to_draft(prebill_id bigint, reason text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    who bigint := authority.actor();
    now_ timestamptz := authority.moment();
    p public.prebills_prebill := prebills.must_be_open(prebill_id);
    s authority.subject;
BEGIN
    SELECT m.client_id, m.id INTO s.client_id, s.matter_id FROM public.matters_matter m WHERE m.id = p.matter_id;
    IF authority.grant_for(who, 'final-bill', s, now_) IS NULL THEN
        RAISE EXCEPTION 'Only whoever may decide this bill returns it.' USING ERRCODE = 'insufficient_privilege';
    ELSIF p.state = 'draft' THEN
        RAISE EXCEPTION 'Pre-bill % is a draft already.', p.id USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    UPDATE public.prebills_prebill x SET state = 'draft', state_since = now_, returned_at = now_ WHERE x.id = p.id;
    PERFORM audit.record('prebill.returned', 'prebills_prebill', p.id::text, jsonb_build_object('state', p.state), '{"state": "draft"}', reason);
END $$;

-- What the fee arrangement makes of the work, as the pure arithmetic found it: a value for every time line, and
-- charges that belong to no single entry. Write-downs stand as they were; charges of before are replaced.
CREATE OR REPLACE FUNCTION prebills.arrange(prebill_id bigint, arrangement jsonb, line_values jsonb, charges jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    who bigint := authority.actor();
    p public.prebills_prebill := prebills.must_be_open(prebill_id);
    wrong record;
BEGIN
    UPDATE public.prebills_line l SET removed_at = authority.moment()
     WHERE l.prebill_id = p.id AND l.kind = 'adjustment' AND l.removed_at IS NULL;
    UPDATE public.prebills_line l
       SET arranged_value = x.value,
           billed_value = greatest(x.value - (SELECT coalesce(sum(w.amount), 0) FROM public.prebills_writedown w WHERE w.line_id = l.id), 0)
      FROM jsonb_to_recordset(line_values) AS x(line_id bigint, value numeric)
     WHERE l.id = x.line_id AND l.prebill_id = p.id AND l.kind = 'time' AND l.removed_at IS NULL;
    SELECT l.number, l.arranged_value INTO wrong FROM public.prebills_line l
     WHERE l.prebill_id = p.id AND l.kind = 'time' AND l.removed_at IS NULL AND l.arranged_value < 0 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'Line %: an arrangement cannot bill %.', wrong.number, wrong.arranged_value USING ERRCODE = 'invalid_parameter_value';
    END IF;
    INSERT INTO public.prebills_line
        (prebill_id, number, kind, worked_on, narrative, standard_value, worked_value, arranged_value, billed_value,
         task_code, activity_code, expense_code, hard_cost, late, on_hold)
    SELECT p.id, coalesce((SELECT max(l.number) FROM public.prebills_line l WHERE l.prebill_id = p.id), 0) + c.place, 'adjustment', p.period_to,
           c.charge ->> 'name', 0, 0, (c.charge ->> 'amount')::numeric, (c.charge ->> 'amount')::numeric, '', '', '', false, false, false
      FROM jsonb_array_elements(charges) WITH ORDINALITY AS c(charge, place);
    UPDATE public.prebills_prebill x SET arrangement = arrange.arrangement WHERE x.id = p.id;
    PERFORM prebills.reopen(ARRAY[p.id]);
END $$;

-- An entry that says something else, or that went to another matter, takes its line along while the bill is
-- not final; a final bill is answered by a credit note or a reversal.
CREATE OR REPLACE FUNCTION prebills.follow_entries() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    touched bigint[];
    wrong record;
BEGIN
    SELECT n.id INTO wrong FROM new_rows n JOIN old_rows o ON o.id = n.id AND (o.version, o.matter_id) <> (n.version, n.matter_id)
      JOIN public.prebills_line l ON l.entry_id = n.id AND l.removed_at IS NULL
      JOIN public.prebills_prebill p ON p.id = l.prebill_id AND p.state = 'invoiced' LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'Entry % is on a final bill; what was billed is answered by a credit note or a reversal.', wrong.id
            USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    WITH gone AS (
        UPDATE public.prebills_line l SET removed_at = authority.moment()
          FROM new_rows n JOIN old_rows o ON o.id = n.id
          JOIN public.timesheets_version v ON v.entry_id = n.id AND v.number = n.version
         WHERE l.entry_id = n.id AND l.removed_at IS NULL AND (o.matter_id <> n.matter_id OR NOT v.billable)
        RETURNING l.prebill_id
    ), refreshed AS (
        UPDATE public.prebills_line l
           SET version = v.number, worked_on = v.worked_on, narrative = v.narrative, hours = v.hours, units = v.units,
               rate = coalesce(v.agreed_rate, v.unit_cost), standard_value = v.standard_value, worked_value = v.worked_value,
               arranged_value = v.worked_value, billed_value = greatest(v.worked_value - w.amount, 0), billed_hours = greatest(v.hours - w.hours, 0),
               task_code = v.task_code, activity_code = v.activity_code, expense_code = v.expense_code, hard_cost = v.hard_cost,
               late = v.worked_on < p.period_from
          FROM new_rows n JOIN old_rows o ON o.id = n.id AND o.version <> n.version AND o.matter_id = n.matter_id
          JOIN public.timesheets_version v ON v.entry_id = n.id AND v.number = n.version AND v.billable
          JOIN public.prebills_line k ON k.entry_id = n.id AND k.removed_at IS NULL
          JOIN public.prebills_prebill p ON p.id = k.prebill_id
          CROSS JOIN LATERAL (SELECT coalesce(sum(d.amount), 0) AS amount, coalesce(sum(d.hours), 0) AS hours
                                FROM public.prebills_writedown d WHERE d.line_id = k.id) w
         WHERE l.id = k.id
        RETURNING l.prebill_id
    )
    SELECT array_agg(DISTINCT x.prebill_id) INTO touched FROM (SELECT * FROM gone UNION ALL SELECT * FROM refreshed) x;
    IF touched IS NOT NULL THEN
        -- The arrangement was worked out over other figures: it is worked out anew before review.
        UPDATE public.prebills_prebill p SET arrangement = p.arrangement || '{"stale": true}'
         WHERE p.id = ANY (touched) AND p.arrangement IS NOT NULL;
        PERFORM prebills.reopen(touched);
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER d_follow AFTER UPDATE ON public.timesheets_entry REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION prebills.follow_entries();

-- Work that is given up leaves the pre-bill it stood on, and a hold of its line ends with it; whoever had approved
-- that pre-bill looks at the difference.
CREATE OR REPLACE FUNCTION prebills.leave_given_up() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE l record;
BEGIN
    FOR l IN SELECT x.id, x.prebill_id FROM public.prebills_line x WHERE x.entry_id = NEW.entry_id AND x.removed_at IS NULL LOOP
        PERFORM prebills.must_be_open(l.prebill_id);
        UPDATE public.prebills_line x SET removed_at = NEW.at WHERE x.id = l.id;
        UPDATE public.prebills_hold h SET ended_at = NEW.at WHERE h.line_id = l.id AND h.ended_at IS NULL;
        UPDATE public.prebills_prebill p SET arrangement = p.arrangement || '{"stale": true}'
         WHERE p.id = l.prebill_id AND p.arrangement IS NOT NULL;
        PERFORM prebills.reopen(ARRAY[l.prebill_id]);
    END LOOP;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER b_leave AFTER INSERT ON public.prebills_givenup FOR EACH ROW EXECUTE FUNCTION prebills.leave_given_up();

-- Only the issue of a final bill makes a pre-bill invoiced, and nothing makes it anything else again.
CREATE OR REPLACE FUNCTION prebills.keep_final() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF 'invoiced' IN (OLD.state, NEW.state) AND OLD.state <> NEW.state
       AND current_user <> (SELECT pg_get_userbyid(c.relowner) FROM pg_class c WHERE c.oid = TG_RELID) THEN
        RAISE EXCEPTION 'A pre-bill becomes invoiced by the issue of its final bill alone, and stays so.' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER a_final BEFORE UPDATE OF state ON public.prebills_prebill FOR EACH ROW EXECUTE FUNCTION prebills.keep_final();
