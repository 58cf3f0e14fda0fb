-- Sessions are opened and ended by the gate; who acts is told by a token and by nothing else.

CREATE SCHEMA IF NOT EXISTS people;

CREATE OR REPLACE FUNCTION people.natural_person(person bigint) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(p.same_person_id, p.id) FROM public.people_person p WHERE p.id = person
$$;

CREATE OR REPLACE FUNCTION people.open_session(
    person bigint, token_sha256 bytea, method text, address text, agent text, country text, lasts interval
) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    made bigint;
    now_ timestamptz := authority.moment();
BEGIN
    IF octet_length(token_sha256) <> 32 THEN
        RAISE EXCEPTION 'A session is opened over the SHA-256 of its token: 32 bytes.' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM 1 FROM public.people_person p
      WHERE p.id = person AND p.kind = 'human' AND p.active_from <= now_
        AND NOT EXISTS (SELECT 1 FROM public.people_departure d WHERE d.person_id = p.id AND d.left_at <= now_);
    IF NOT FOUND THEN
        RAISE EXCEPTION 'This person cannot sign in.' USING ERRCODE = 'invalid_authorization_specification';
    END IF;
    IF method = 'demo-link' AND NOT EXISTS (SELECT 1 FROM authority.installation WHERE demonstration) THEN
        RAISE EXCEPTION 'Demonstration links open a session in a demonstration only.' USING ERRCODE = 'invalid_authorization_specification';
    END IF;
    INSERT INTO public.people_session (person_id, token_sha256, method, address, agent, country, opened_at, expires_at)
    VALUES (person, token_sha256, method, address, agent, country, now_, now_ + least(lasts, interval '14 hours'))
    RETURNING id INTO made;
    PERFORM audit.record('session.opened', 'people_session', made::text, NULL,
        jsonb_build_object('person_id', person, 'method', method, 'address', address, 'country', country));
    RETURN made;
END $$;

CREATE OR REPLACE FUNCTION people.end_session(token_sha256 bytea) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE ended bigint;
BEGIN
    UPDATE public.people_session s SET ended_at = authority.moment()
     WHERE s.token_sha256 = end_session.token_sha256 AND s.ended_at IS NULL RETURNING s.id INTO ended;
    IF ended IS NOT NULL THEN
        PERFORM audit.record('session.ended', 'people_session', ended::text);
    END IF;
    RETURN ended IS NOT NULL;
END $$;

-- The live session behind a token, or nothing. Never leaves the database.
CREATE OR REPLACE FUNCTION people.live_session(token text) RETURNS public.people_session
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT s.* FROM public.people_session s
      JOIN public.people_person p ON p.id = s.person_id
     WHERE s.token_sha256 = sha256(convert_to(token, 'UTF8'))
       AND s.ended_at IS NULL AND s.expires_at > authority.moment()
       AND p.kind = 'human' AND p.active_from <= authority.moment()
       AND NOT EXISTS (SELECT 1 FROM public.people_departure d WHERE d.person_id = p.id AND d.left_at <= authority.moment())
$$;

-- Who is behind a token: for reading pages. Says nothing more than person and session.
CREATE OR REPLACE FUNCTION authority.whoami(token text) RETURNS TABLE (person_id bigint, session_id bigint, country text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT s.person_id, s.id, s.country FROM people.live_session(token) s WHERE s.id IS NOT NULL
$$;

CREATE OR REPLACE FUNCTION authority.act(token text, origin text DEFAULT 'web') RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    s public.people_session;
    already authority.acting%ROWTYPE;
BEGIN
    s := people.live_session(token);
    IF s.id IS NULL THEN
        RAISE EXCEPTION 'The session is unknown, ended or expired: sign in again.' USING ERRCODE = 'invalid_authorization_specification';
    END IF;
    SELECT * INTO already FROM authority.acting a WHERE a.xid = pg_current_xact_id();
    IF FOUND THEN
        IF already.session_id IS NOT DISTINCT FROM s.id THEN RETURN s.person_id; END IF;
        RAISE EXCEPTION 'This transaction already acts for somebody else.' USING ERRCODE = 'invalid_authorization_specification';
    END IF;
    INSERT INTO authority.acting (xid, person_id, session_id, origin, at)
    VALUES (pg_current_xact_id(), s.person_id, s.id, coalesce(origin, 'web'), clock_timestamp());
    RETURN s.person_id;
END $$;

CREATE OR REPLACE FUNCTION authority.act_as_system(step text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    who bigint;
    already authority.acting%ROWTYPE;
BEGIN
    SELECT p.id INTO who FROM public.people_person p WHERE p.kind = 'system' ORDER BY p.id LIMIT 1;
    IF who IS NULL THEN
        RAISE EXCEPTION 'This installation has no system person: run `meruit init`.' USING ERRCODE = 'invalid_authorization_specification';
    END IF;
    SELECT * INTO already FROM authority.acting a WHERE a.xid = pg_current_xact_id();
    IF FOUND THEN
        IF already.person_id = who THEN RETURN who; END IF;
        RAISE EXCEPTION 'This transaction already acts for somebody else.' USING ERRCODE = 'invalid_authorization_specification';
    END IF;
    INSERT INTO authority.acting (xid, person_id, session_id, origin, at)
    VALUES (pg_current_xact_id(), who, NULL, 'night:' || step, clock_timestamp());
    RETURN who;
END $$;

-- Who acts in this transaction; refuses when nobody does. Nobody is not an actor.
CREATE OR REPLACE FUNCTION authority.actor() RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE who bigint;
BEGIN
    SELECT a.person_id INTO who FROM authority.acting a WHERE a.xid = pg_current_xact_id_if_assigned();
    IF who IS NULL THEN
        RAISE EXCEPTION 'Nobody acts in this transaction: call authority.act() first.' USING ERRCODE = 'invalid_authorization_specification';
    END IF;
    RETURN who;
END $$;

CREATE OR REPLACE FUNCTION people.step_up(token text, method text, lasts interval DEFAULT '5 minutes') RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    s public.people_session := people.live_session(token);
    made bigint;
BEGIN
    IF s.id IS NULL THEN
        RAISE EXCEPTION 'The session is unknown, ended or expired: sign in again.' USING ERRCODE = 'invalid_authorization_specification';
    END IF;
    INSERT INTO public.people_stepup (session_id, method, at, expires_at)
    VALUES (s.id, method, authority.moment(), authority.moment() + least(lasts, interval '15 minutes')) RETURNING id INTO made;
    PERFORM audit.record('session.stepped_up', 'people_session', s.id::text, NULL, jsonb_build_object('method', method));
    RETURN made;
END $$;

-- Cleaning up behind finished transactions; the sealer calls it.
CREATE OR REPLACE FUNCTION authority.forget_acts() RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH gone AS (
        DELETE FROM authority.acting WHERE xid < pg_snapshot_xmin(pg_current_snapshot()) RETURNING 1
    ) SELECT count(*) FROM gone
$$;

-- What an action itself says of what it did. The words of the mechanism (decisions, proposals, sessions, rows)
-- are not to be had here: nobody can write a decision into the trail that was never made.
CREATE OR REPLACE FUNCTION audit.note(
    event text, subject text, subject_id text DEFAULT NULL, before jsonb DEFAULT NULL, after jsonb DEFAULT NULL,
    reason text DEFAULT NULL, decision_id bigint DEFAULT NULL
) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM authority.actor();
    IF event IS NULL OR split_part(event, '.', 1) IN ('decision', 'proposal', 'session', 'row', 'rows', 'standing', 'stand_in', 'effect')
       OR event !~ '^[a-z_]+(\.[a-z_]+)+$' THEN
        RAISE EXCEPTION 'An action notes what it did as noun.verb, in words that are its own; % is not.', coalesce(event, 'nothing')
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN audit.record(event, subject, subject_id, before, after, reason, decision_id);
END $$;
