-- Entries: what an entry says is kept version by version; it becomes billable by its timekeeper's release, and
-- afterwards says something else only by decision.

-- Functions that write days into a digest or a key pin how days are written: it is the caller's setting otherwise.

CREATE SCHEMA IF NOT EXISTS timesheets;

CREATE OR REPLACE FUNCTION timesheets.digest(entry bigint) RETURNS bytea
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO, YMD' AS $$
    SELECT sha256(convert_to(concat_ws(E'\x1f', e.id, e.matter_id, e.timekeeper_id, v.number, v.worked_on, v.narrative, v.hours, v.units, v.unit_cost,
                                       v.task_code, v.activity_code, v.expense_code, v.billable, v.agreed_rate, v.worked_value, v.currency), 'UTF8'))
      FROM public.timesheets_entry e JOIN public.timesheets_version v ON v.entry_id = e.id AND v.number = e.version
     WHERE e.id = entry
$$;

CREATE OR REPLACE FUNCTION timesheets.describe_release(content jsonb) RETURNS authority.subject
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO, YMD' AS $$
DECLARE
    s authority.subject;
    asked bigint;
    good bigint;
    owners bigint;
    matters bigint;
BEGIN
    IF jsonb_typeof(content -> 'entries') IS DISTINCT FROM 'array' OR jsonb_array_length(content -> 'entries') = 0 THEN
        RAISE EXCEPTION 'A release names entries as [entry, version].' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT count(*), count(e.id), count(DISTINCT t.person_id), count(DISTINCT e.matter_id), min(t.person_id), min(e.matter_id),
           sha256(string_agg(sha256(convert_to(concat_ws(E'\x1f', e.id, v.number, v.worked_on, v.narrative, v.hours, v.units, v.unit_cost,
                                               v.agreed_rate, v.worked_value, v.currency), 'UTF8')), ''::bytea ORDER BY e.id))
      INTO asked, good, owners, matters, s.owner_id, s.matter_id, s.sha256
      FROM jsonb_array_elements(content -> 'entries') x
      LEFT JOIN public.timesheets_entry e ON e.id = (x ->> 0)::bigint AND e.version = (x ->> 1)::integer
      LEFT JOIN public.timesheets_version v ON v.entry_id = e.id AND v.number = e.version
      LEFT JOIN public.people_timekeeper t ON t.id = e.timekeeper_id;
    IF good < asked THEN
        RAISE EXCEPTION '% of the % entries do not exist or have changed since; look at them again.', asked - good, asked
            USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    IF owners > 1 OR s.owner_id IS NULL THEN
        IF matters > 1 THEN
            RAISE EXCEPTION 'Entries of several timekeepers are released matter by matter.' USING ERRCODE = 'invalid_parameter_value';
        END IF;
        s.owner_id := NULL;
    END IF;
    IF matters > 1 THEN
        s.matter_id := NULL;
    END IF;
    SELECT m.client_id INTO s.client_id FROM public.matters_matter m WHERE m.id = s.matter_id;
    RETURN s;
END $$;

CREATE OR REPLACE FUNCTION timesheets.apply_release() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO public.timesheets_released (entry_id, version, release_id, at)
    SELECT (x ->> 0)::bigint, (x ->> 1)::integer, NEW.id, authority.moment() FROM jsonb_array_elements(NEW.entries) x;
    RETURN NULL;
EXCEPTION WHEN unique_violation THEN
    RAISE EXCEPTION 'An entry of this list is already released.' USING ERRCODE = 'object_not_in_prerequisite_state';
END $$;

CREATE OR REPLACE FUNCTION timesheets.describe_narrative(content jsonb) RETURNS authority.subject
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO, YMD' AS $$
DECLARE s authority.subject;
    current integer;
BEGIN
    SELECT m.client_id, m.id, t.person_id, e.version INTO s.client_id, s.matter_id, s.owner_id, current
      FROM public.timesheets_entry e JOIN public.matters_matter m ON m.id = e.matter_id JOIN public.people_timekeeper t ON t.id = e.timekeeper_id
     WHERE e.id = (content ->> 'entry_id')::bigint;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'There is no entry %.', content ->> 'entry_id' USING ERRCODE = 'no_data_found';
    END IF;
    IF (content ->> 'number')::integer NOT IN (current, current + 1) OR coalesce(content ->> 'narrative', '') = '' THEN
        RAISE EXCEPTION 'A change is the entry''s next version, and says something.' USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    -- what the entry said before the change: the version below the new one
    SELECT sha256(convert_to(concat_ws(E'\x1f', v.entry_id, v.number, v.worked_on, v.narrative, v.hours, v.units, v.unit_cost, v.worked_value), 'UTF8'))
      INTO s.sha256 FROM public.timesheets_version v
     WHERE v.entry_id = (content ->> 'entry_id')::bigint AND v.number = (content ->> 'number')::integer - 1;
    RETURN s;
END $$;

CREATE OR REPLACE FUNCTION timesheets.describe_transfer(content jsonb) RETURNS authority.subject
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE s authority.subject;
BEGIN
    SELECT m.client_id, m.id, t.person_id, timesheets.digest(e.id) INTO s.client_id, s.matter_id, s.owner_id, s.sha256
      FROM public.timesheets_entry e JOIN public.matters_matter m ON m.id = e.matter_id JOIN public.people_timekeeper t ON t.id = e.timekeeper_id
     WHERE e.id = (content ->> 'entry_id')::bigint;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'There is no entry %.', content ->> 'entry_id' USING ERRCODE = 'no_data_found';
    END IF;
    IF s.matter_id IS DISTINCT FROM (content ->> 'from_matter_id')::bigint OR s.matter_id = (content ->> 'to_matter_id')::bigint THEN
        RAISE EXCEPTION 'An entry is transferred from the matter it is on to another.' USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    PERFORM 1 FROM public.matters_matter a, public.matters_matter b
      WHERE a.id = s.matter_id AND b.id = (content ->> 'to_matter_id')::bigint AND a.currency = b.currency AND b.closed_on IS NULL;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'The other matter does not exist, is closed, or is kept in another currency.' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN s;
END $$;

CREATE OR REPLACE FUNCTION timesheets.apply_transfer() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE public.timesheets_entry SET matter_id = NEW.to_matter_id WHERE id = NEW.entry_id;
    RETURN NULL;
END $$;

-- What may be written as a version, checked for a whole statement at once: an import of a million rows pays
-- for one check.
CREATE OR REPLACE FUNCTION timesheets.check_versions() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_sort = off AS $$
DECLARE
    who bigint := authority.actor();
    wrong record;
    later boolean;
    many bigint;
    existing bigint;
    doubt boolean;
    lowest bigint;
    highest bigint;
    works firm.work[];
BEGIN
    SELECT count(*), min(v.entry_id), max(v.entry_id), max(v.number) > 1 OR min(v.number) < 1 INTO many, lowest, highest, later FROM new_rows v;
    IF many = 0 THEN
        RETURN NULL;
    END IF;
    SELECT v.entry_id INTO wrong FROM new_rows v WHERE v.made_by_id <> who LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'A version is made by whoever acts.' USING ERRCODE = 'insufficient_privilege';
    END IF;
    -- Entries are looked for between the lowest and the highest that is named: for a plan made while the table was small
    -- stays in use. Most time is worked at the rate that a person has for everybody, which is asked about once.
    SELECT sum(w.rows), bool_or(w.agreed_rate IS NOT NULL AND NOT firm.is_standing(w.timekeeper_id, w.currency, w.agreed_rate, w.first, w.last))
      INTO existing, doubt
      FROM (SELECT count(*) AS rows, e.timekeeper_id, v.currency, v.agreed_rate, min(v.worked_on) AS first, max(v.worked_on) AS last
              FROM new_rows v JOIN public.timesheets_entry e ON e.id = v.entry_id AND e.id BETWEEN lowest AND highest
             GROUP BY e.timekeeper_id, v.currency, v.agreed_rate) w;
    IF existing IS DISTINCT FROM many THEN
        SELECT v.entry_id INTO wrong FROM new_rows v WHERE NOT EXISTS (SELECT 1 FROM public.timesheets_entry e WHERE e.id = v.entry_id) LIMIT 1;
        RAISE EXCEPTION 'There is no entry %.', wrong.entry_id USING ERRCODE = 'foreign_key_violation';
    END IF;
    IF doubt THEN
        -- the same work at the same rate is asked about once, however many rows and days say it
        SELECT array_agg(ROW(w.entry_id, w.timekeeper_id, w.matter_id, w.task_code, w.currency, w.agreed_rate, w.first, w.last)::firm.work) INTO works
          FROM (SELECT min(v.entry_id) AS entry_id, e.timekeeper_id, e.matter_id, v.task_code, v.currency, v.agreed_rate,
                       min(v.worked_on) AS first, max(v.worked_on) AS last
                  FROM new_rows v JOIN public.timesheets_entry e ON e.id = v.entry_id AND e.id BETWEEN lowest AND highest
                 WHERE v.agreed_rate IS NOT NULL
                 GROUP BY e.timekeeper_id, e.matter_id, v.task_code, v.currency, v.agreed_rate) w;
        SELECT a.entry_id, a.rate AS agreed_rate, v.worked_on INTO wrong
          FROM firm.doubtful(works) a
          JOIN public.timesheets_entry e ON e.matter_id = a.matter_id AND e.timekeeper_id = a.timekeeper_id
          JOIN new_rows v ON v.entry_id = e.id AND v.task_code = a.task_code AND v.currency = a.currency AND v.agreed_rate = a.rate
          JOIN public.matters_matter m ON m.id = a.matter_id
         WHERE NOT firm.is_agreed(a.timekeeper_id, m.id, m.client_id, v.worked_on, a.task_code, a.currency, a.rate) LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION 'Entry %: % an hour is no rate that was agreed for % .', wrong.entry_id, wrong.agreed_rate, wrong.worked_on
                USING ERRCODE = 'insufficient_privilege';
        END IF;
    END IF;
    IF NOT later THEN
        RETURN NULL;
    END IF;
    SELECT v.entry_id, v.number INTO wrong FROM new_rows v JOIN public.timesheets_entry e ON e.id = v.entry_id
     WHERE v.number <> 1 AND v.number <> e.version + 1 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'Version % of entry % is not the next one.', wrong.number, wrong.entry_id USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    -- After release an entry says something else only by decision, or because the firm's own system, which owns
    -- time, says so in an import. Before release its own maker may go on; another's text is proposed.
    SELECT v.entry_id INTO wrong
      FROM new_rows v JOIN public.timesheets_entry e ON e.id = v.entry_id
      JOIN public.timesheets_version b ON b.entry_id = e.id AND b.number = v.number - 1
     WHERE v.number > 1 AND v.decision_id IS NULL
       AND NOT (v.batch_id IS NOT NULL AND EXISTS (SELECT 1 FROM public.imports_owner o
                                                   WHERE o.record = CASE e.kind WHEN 'time' THEN 'time' ELSE 'expenses' END AND o.owner <> 'meruit'))
       AND (b.made_by_id <> who OR EXISTS (SELECT 1 FROM public.timesheets_released r WHERE r.entry_id = e.id)) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'Entry % is its timekeeper''s: another text is proposed, not written.', wrong.entry_id USING ERRCODE = 'insufficient_privilege';
    END IF;
    UPDATE public.timesheets_entry e SET version = v.number FROM new_rows v WHERE v.entry_id = e.id AND v.number > e.version;
    UPDATE public.timesheets_released r SET version = v.number FROM new_rows v WHERE v.entry_id = r.entry_id AND v.number > r.version;
    RETURN NULL;
END $$;

-- An entry that the firm's own system keeps arrives released: it was released there.
CREATE OR REPLACE FUNCTION timesheets.release_at_source(batch bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    who bigint := authority.actor();
    many bigint;
BEGIN
    PERFORM 1 FROM public.imports_batch b JOIN public.imports_owner o ON o.record = b.record
      WHERE b.id = batch AND b.record IN ('time', 'expenses') AND o.owner <> 'meruit';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'Time is released by its timekeeper; only where the firm''s own system owns time does it arrive released.'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO public.timesheets_released (entry_id, version, batch_id, at)
    SELECT e.id, e.version, batch, authority.moment() FROM public.timesheets_entry e
     WHERE e.batch_id = batch AND NOT EXISTS (SELECT 1 FROM public.timesheets_released r WHERE r.entry_id = e.id);
    GET DIAGNOSTICS many = ROW_COUNT;
    RETURN many;
END $$;

-- NaN is above every number, and no column is wide enough for an infinite one.
DO $$ BEGIN
    ALTER TABLE public.timesheets_version ADD CONSTRAINT timesheets_sound CHECK (
        (hours IS NULL OR (hours > 0 AND hours <= 999))
        AND (units IS NULL OR (units > 0 AND units < 1e10))
        AND (unit_cost IS NULL OR unit_cost < 1e14)
        AND worked_value < 1e14 AND standard_value < 1e14
        AND (hours IS NULL OR agreed_rate IS NULL OR abs(worked_value - hours * agreed_rate) < 1)
        AND (units IS NULL OR unit_cost IS NULL OR abs(worked_value - units * unit_cost) < 1)
        AND currency ~ '^[A-Z]{3}$');
    ALTER TABLE public.timesheets_version DROP CONSTRAINT IF EXISTS timesheets_sane;
EXCEPTION WHEN duplicate_object THEN NULL; END $$;

CREATE OR REPLACE TRIGGER a_guard AFTER INSERT ON public.timesheets_version FOR EACH ROW WHEN (NEW.decision_id IS NOT NULL)
    EXECUTE FUNCTION authority.guard('narrative', 'entry_id', 'number', 'worked_on', 'narrative', 'hours', 'units', 'unit_cost',
                                     'task_code', 'activity_code', 'expense_code', 'billable');
CREATE OR REPLACE TRIGGER b_check AFTER INSERT ON public.timesheets_version REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION timesheets.check_versions();
CALL authority.append_only('public.timesheets_version');
CALL audit.keep_history('public.timesheets_version');
CALL audit.keep_history('public.timesheets_entry');
CALL audit.keep_history('public.timesheets_released');
CALL audit.keep_history('public.timesheets_conflict');

CALL authority.guard_effect('public.timesheets_release', 'release-time', 'entries');
CREATE OR REPLACE TRIGGER b_apply AFTER INSERT ON public.timesheets_release FOR EACH ROW EXECUTE FUNCTION timesheets.apply_release();
CALL authority.guard_effect('public.timesheets_transfer', 'transfer', 'entry_id', 'from_matter_id', 'to_matter_id', 'reason');
CREATE OR REPLACE TRIGGER b_apply AFTER INSERT ON public.timesheets_transfer FOR EACH ROW EXECUTE FUNCTION timesheets.apply_transfer();
