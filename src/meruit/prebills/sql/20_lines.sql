-- Write-downs and holds: effects on a line of a pre-bill.

-- What every effect on a line asks about it: whose it is, and that it can still change.
CREATE OR REPLACE FUNCTION prebills.line_subject(line_id bigint) RETURNS authority.subject
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    s authority.subject;
    state text;
    removed timestamptz;
BEGIN
    SELECT m.client_id, m.id, t.person_id, p.currency, p.state, l.removed_at,
           sha256(convert_to(concat_ws(E'\x1f', l.id, l.entry_id, l.prebill_id, l.worked_on, l.hours, l.units, l.rate, l.worked_value, l.arranged_value), 'UTF8'))
      INTO s.client_id, s.matter_id, s.owner_id, s.currency, state, removed, s.sha256
      FROM public.prebills_line l JOIN public.prebills_prebill p ON p.id = l.prebill_id JOIN public.matters_matter m ON m.id = p.matter_id
      LEFT JOIN public.people_timekeeper t ON t.id = l.timekeeper_id
     WHERE l.id = line_subject.line_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'There is no line %.', line_id USING ERRCODE = 'no_data_found';
    ELSIF removed IS NOT NULL OR state NOT IN ('draft', 'in review', 'approved') THEN
        RAISE EXCEPTION 'Line % is on no pre-bill that can still change.', line_id USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    RETURN s;
END $$;

CREATE OR REPLACE FUNCTION prebills.describe_write_down(content jsonb) RETURNS authority.subject
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    s authority.subject := prebills.line_subject((content ->> 'line_id')::bigint);
    off numeric := (content ->> 'amount')::numeric;
    hours_off numeric := (content ->> 'hours')::numeric;
    l public.prebills_line%ROWTYPE;
BEGIN
    SELECT * INTO l FROM public.prebills_line x WHERE x.id = (content ->> 'line_id')::bigint;
    IF off IS NULL OR off IN ('NaN', 'Infinity') OR off <= 0 OR off > l.billed_value THEN
        RAISE EXCEPTION 'Line % is billed at % ; it cannot be lowered by %.', l.number, l.billed_value, coalesce(content ->> 'amount', 'nothing')
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF hours_off IS NOT NULL AND (hours_off IN ('NaN', 'Infinity') OR hours_off < 0 OR hours_off > coalesce(l.billed_hours, 0)) THEN
        RAISE EXCEPTION 'Line % bills % hours; % cannot come off.', l.number, coalesce(l.billed_hours, 0), hours_off USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF coalesce(content ->> 'reason', '') = '' THEN
        RAISE EXCEPTION 'A write-down says why.' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    s.amount := off;
    s.reason_code := content ->> 'reason_code';
    RETURN s;
EXCEPTION WHEN invalid_text_representation THEN
    RAISE EXCEPTION 'A write-down has an amount and hours in digits: %', SQLERRM USING ERRCODE = 'invalid_parameter_value';
END $$;

CREATE OR REPLACE FUNCTION prebills.apply_write_down() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE changed bigint;
BEGIN
    UPDATE public.prebills_line l SET billed_value = l.billed_value - NEW.amount, billed_hours = l.billed_hours - coalesce(NEW.hours, 0)
     WHERE l.id = NEW.line_id RETURNING l.prebill_id INTO changed;
    PERFORM prebills.must_be_open(changed);
    PERFORM prebills.reopen(ARRAY[changed]);
    RETURN NULL;
END $$;

CALL authority.guard_effect('public.prebills_writedown', 'write-down', 'line_id', 'amount', 'hours', 'reason', 'reason_code');
CREATE OR REPLACE TRIGGER b_apply AFTER INSERT ON public.prebills_writedown FOR EACH ROW EXECUTE FUNCTION prebills.apply_write_down();

-- A specialist may hold for a month at most; who, when and that it is open are the database's to say.
CREATE OR REPLACE FUNCTION prebills.check_hold() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    now_ timestamptz := authority.moment();
    p public.prebills_prebill;
BEGIN
    NEW.held_by_id := authority.actor();
    NEW.held_at := now_;
    NEW.ended_at := NULL;
    IF coalesce(NEW.reason, '') = '' OR NEW.review_on IS NULL OR NEW.review_on < authority.today() OR NEW.review_on > authority.today() + 31 THEN
        RAISE EXCEPTION 'A hold has a reason and a review date within 31 days; longer is decided.' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    p := prebills.must_be_open(NEW.prebill_id);
    IF NEW.line_id IS NULL THEN
        IF p.state = 'approved' THEN
            RAISE EXCEPTION 'Pre-bill % is approved; a partner returns it first.', p.id USING ERRCODE = 'object_not_in_prerequisite_state';
        END IF;
    ELSE
        PERFORM 1 FROM public.prebills_line l WHERE l.id = NEW.line_id AND l.prebill_id = p.id AND l.removed_at IS NULL AND NOT l.on_hold;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'Line % is not on pre-bill %, or already held.', NEW.line_id, p.id USING ERRCODE = 'object_not_in_prerequisite_state';
        END IF;
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION prebills.apply_hold() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.line_id IS NULL THEN
        UPDATE public.prebills_prebill p SET state = 'held', state_since = NEW.held_at WHERE p.id = NEW.prebill_id;
    ELSE
        UPDATE public.prebills_line l SET on_hold = true WHERE l.id = NEW.line_id;
        PERFORM prebills.reopen(ARRAY[NEW.prebill_id]);
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER a_check BEFORE INSERT ON public.prebills_hold FOR EACH ROW EXECUTE FUNCTION prebills.check_hold();
CREATE OR REPLACE TRIGGER b_apply AFTER INSERT ON public.prebills_hold FOR EACH ROW EXECUTE FUNCTION prebills.apply_hold();

-- Keeping a hold longer and releasing it speak of the same thing: an open hold.
CREATE OR REPLACE FUNCTION prebills.describe_hold(content jsonb) RETURNS authority.subject
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    s authority.subject;
    h public.prebills_hold%ROWTYPE;
    until date := (content ->> 'review_on')::date;
BEGIN
    SELECT * INTO h FROM public.prebills_hold x WHERE x.id = (content ->> 'hold_id')::bigint;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'There is no hold %.', content ->> 'hold_id' USING ERRCODE = 'no_data_found';
    ELSIF h.ended_at IS NOT NULL THEN
        RAISE EXCEPTION 'Hold % has ended.', h.id USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    IF content ->> 'kind' = 'hold' AND (until IS NULL OR until <= h.review_on) OR content ->> 'kind' = 'hold-release' AND until IS NOT NULL
       OR coalesce(content ->> 'kind', '') NOT IN ('hold', 'hold-release') THEN
        RAISE EXCEPTION 'A hold is kept until a later day than %, or released without one.', h.review_on USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT m.client_id, m.id, t.person_id INTO s.client_id, s.matter_id, s.owner_id
      FROM public.prebills_prebill p JOIN public.matters_matter m ON m.id = p.matter_id
      LEFT JOIN public.prebills_line l ON l.id = h.line_id LEFT JOIN public.people_timekeeper t ON t.id = l.timekeeper_id
     WHERE p.id = h.prebill_id;
    s.sha256 := sha256(convert_to(concat_ws(E'\x1f', h.id, h.line_id, h.prebill_id, h.review_on), 'UTF8'));
    RETURN s;
EXCEPTION WHEN invalid_datetime_format OR datetime_field_overflow OR invalid_text_representation THEN
    RAISE EXCEPTION 'A hold is named by its number, and its review date is a day: %', SQLERRM USING ERRCODE = 'invalid_parameter_value';
END $$;

CREATE OR REPLACE FUNCTION prebills.describe_hold_release(content jsonb) RETURNS authority.subject
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$ SELECT prebills.describe_hold(content) $$;

CREATE OR REPLACE FUNCTION prebills.apply_hold_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    now_ timestamptz := authority.moment();
    h public.prebills_hold%ROWTYPE;
BEGIN
    IF NEW.kind = 'hold' THEN
        UPDATE public.prebills_hold x SET review_on = NEW.review_on WHERE x.id = NEW.hold_id;
        RETURN NULL;
    END IF;
    UPDATE public.prebills_hold x SET ended_at = now_ WHERE x.id = NEW.hold_id RETURNING * INTO h;
    IF h.line_id IS NULL THEN
        UPDATE public.prebills_prebill p SET state = 'draft', state_since = now_
         WHERE p.id = h.prebill_id AND p.state = 'held'
           AND NOT EXISTS (SELECT 1 FROM public.prebills_hold o WHERE o.prebill_id = p.id AND o.line_id IS NULL AND o.ended_at IS NULL);
    ELSE
        UPDATE public.prebills_line l SET on_hold = false WHERE l.id = h.line_id;
        PERFORM prebills.reopen(ARRAY[h.prebill_id]);
    END IF;
    RETURN NULL;
END $$;

CALL authority.guard_effect('public.prebills_holdchange', 'column:kind', 'hold_id', 'kind', 'review_on');
CREATE OR REPLACE TRIGGER b_apply AFTER INSERT ON public.prebills_holdchange FOR EACH ROW EXECUTE FUNCTION prebills.apply_hold_change();
