-- The guard of an effect's table: the row that is really inserted must be what was decided, and the
-- decision is used up by it. It fires AFTER the insert, so that ON CONFLICT DO NOTHING uses nothing.

CREATE OR REPLACE FUNCTION authority.same(claimed jsonb, actual jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE
        WHEN actual IS NULL OR jsonb_typeof(actual) = 'null' THEN claimed IS NULL OR jsonb_typeof(claimed) = 'null'
        WHEN claimed IS NULL OR jsonb_typeof(claimed) = 'null' THEN false
        WHEN jsonb_typeof(actual) = 'number' AND jsonb_typeof(claimed) IN ('number', 'string')
             AND (claimed #>> '{}') ~ '^-?[0-9]{1,30}(\.[0-9]{1,20})?$' THEN (actual #>> '{}')::numeric = (claimed #>> '{}')::numeric
        ELSE actual = claimed END
$$;

-- Arguments: the kinds (comma separated) a decision may have, then the columns that the content must
-- name: all of them, and no other key. Where a kind column tells which of several kinds this row is, the
-- first argument is 'column:NAME'.
CREATE OR REPLACE FUNCTION authority.guard() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' SET datestyle = 'ISO, YMD' AS $$
DECLARE
    now_ timestamptz := authority.moment();
    who bigint := authority.actor();
    fresh jsonb := to_jsonb(NEW);
    allowed text[];
    d public.authority_decision%ROWTYPE;
    p public.authority_proposal%ROWTYPE;
    s authority.subject;
    name text;
    i integer;
BEGIN
    IF TG_ARGV[0] LIKE 'column:%' THEN
        allowed := ARRAY[fresh ->> substr(TG_ARGV[0], 8)];
    ELSE
        allowed := string_to_array(TG_ARGV[0], ',');
    END IF;
    IF NEW.decision_id IS NULL THEN
        RAISE EXCEPTION 'A row of % is the effect of a decision (%), and none is named.', TG_TABLE_NAME, array_to_string(allowed, ' or ')
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    SELECT * INTO d FROM public.authority_decision x WHERE x.id = NEW.decision_id FOR UPDATE;
    IF NOT FOUND OR d.verdict NOT IN ('approved', 'amended') OR (d.kind_id = ANY (allowed)) IS NOT TRUE THEN
        RAISE EXCEPTION 'Decision % does not approve this (%).', NEW.decision_id, array_to_string(allowed, ' or ') USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF EXISTS (SELECT 1 FROM public.authority_consumption c WHERE c.decision_id = d.id) THEN
        RAISE EXCEPTION 'Decision % has already taken effect.', d.id USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF EXISTS (SELECT 1 FROM public.authority_withdrawal w WHERE w.proposal_id = d.proposal_id) THEN
        RAISE EXCEPTION 'Decision % was stopped before it took effect.', d.id USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF d.valid_until <= now_ THEN
        RAISE EXCEPTION 'Decision % was good until %; it has to be decided anew.', d.id, d.valid_until USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF d.not_before > now_ THEN
        RAISE EXCEPTION 'Decision % takes effect from % on.', d.id, d.not_before USING ERRCODE = 'insufficient_privilege';
    END IF;
    FOR i IN 1 .. TG_NARGS - 1 LOOP
        IF NOT authority.same(d.content -> TG_ARGV[i], fresh -> TG_ARGV[i]) THEN
            RAISE EXCEPTION 'Decision % says % = %, this row says %.', d.id, TG_ARGV[i], coalesce((d.content -> TG_ARGV[i])::text, 'nothing'),
                coalesce((fresh -> TG_ARGV[i])::text, 'nothing') USING ERRCODE = 'insufficient_privilege';
        END IF;
    END LOOP;
    FOR name IN SELECT jsonb_object_keys(d.content) LOOP
        IF NOT name = ANY (TG_ARGV[1:]) THEN
            RAISE EXCEPTION 'Decision % speaks of %, which this effect does not carry out.', d.id, name USING ERRCODE = 'insufficient_privilege';
        END IF;
    END LOOP;
    SELECT * INTO p FROM public.authority_proposal x WHERE x.id = d.proposal_id;
    s := authority.describe(d.kind_id, d.content);
    IF s.sha256 IS DISTINCT FROM p.live_sha256 OR s.client_id IS DISTINCT FROM p.client_id OR s.matter_id IS DISTINCT FROM p.matter_id
       OR s.amount IS DISTINCT FROM d.amount OR s.currency IS DISTINCT FROM d.currency THEN
        RAISE EXCEPTION 'What decision % approved has changed since; the difference has to be decided.', d.id USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO public.authority_consumption (decision_id, effect_table, effect_id, by_id, at)
    VALUES (d.id, TG_TABLE_NAME, NEW.id, who, now_);
    RETURN NULL;
END $$;

-- Called by the owner at installation only.
CREATE OR REPLACE PROCEDURE authority.guard_effect(rel regclass, kinds text, VARIADIC columns text[])
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    arguments text := (SELECT string_agg(quote_literal(a), ', ') FROM unnest(ARRAY[kinds] || columns) a);
BEGIN
    -- 'a_guard' fires first among the AFTER triggers, before whatever posts the effect.
    EXECUTE format('CREATE OR REPLACE TRIGGER a_guard AFTER INSERT ON %s FOR EACH ROW EXECUTE FUNCTION authority.guard(%s)', rel, arguments);
    CALL authority.append_only(rel);
    CALL audit.keep_history(rel);
END $$;
