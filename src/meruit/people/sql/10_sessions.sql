-- Sessions are opened and ended by the gate; who acts is told by a token and by nothing else.

CREATE SCHEMA IF NOT EXISTS people;

CREATE OR REPLACE FUNCTION people.natural_person(person bigint) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(p.same_person_id, p.id) FROM public.people_person p WHERE p.id = person
$$;

-- `same_person` names the first account of a human being, never another second one: one step tells who somebody is.
CREATE OR REPLACE FUNCTION people.one_person() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.same_person_id IS NOT NULL AND (NEW.same_person_id = NEW.id OR EXISTS (
           SELECT 1 FROM public.people_person p WHERE p.id = NEW.same_person_id AND (p.same_person_id IS NOT NULL OR p.kind <> 'human'))) THEN
        RAISE EXCEPTION 'A second account names the first account of the same human being.' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF EXISTS (SELECT 1 FROM public.people_person p WHERE lower(p.email) = lower(NEW.email) AND p.id <> NEW.id) THEN
        RAISE EXCEPTION 'Somebody is enrolled under % already.', NEW.email USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER one_person BEFORE INSERT OR UPDATE ON public.people_person FOR EACH ROW EXECUTE FUNCTION people.one_person();

-- A token of the command line decides nothing unless its owner said so when it was issued.
DROP FUNCTION IF EXISTS people.open_session(bigint, bytea, text, text, text, text, interval);
CREATE OR REPLACE FUNCTION people.open_session(
    person bigint, token_sha256 bytea, method text, address text, agent text, country text, lasts interval, may_decide boolean DEFAULT NULL
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
    INSERT INTO public.people_session (person_id, token_sha256, method, address, agent, country, opened_at, expires_at, may_decide)
    VALUES (person, token_sha256, method, address, agent, country, now_, now_ + least(lasts, interval '14 hours'),
            coalesce(may_decide, method <> 'command-line'))
    RETURNING id INTO made;
    PERFORM audit.record_at_gate(person, made, 'session.opened', 'people_session', made::text,
        jsonb_build_object('person_id', person, 'method', method, 'address', address, 'country', country)
        || CASE WHEN method = 'command-line' THEN jsonb_build_object('may_decide', coalesce(may_decide, false)) ELSE '{}' END);
    RETURN made;
END $$;

CREATE OR REPLACE FUNCTION people.end_session(token_sha256 bytea) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE ended public.people_session%ROWTYPE;
BEGIN
    UPDATE public.people_session s SET ended_at = authority.moment()
     WHERE s.token_sha256 = end_session.token_sha256 AND s.ended_at IS NULL RETURNING s.* INTO ended;
    IF ended.id IS NOT NULL THEN
        PERFORM audit.record_at_gate(ended.person_id, ended.id, 'session.ended', 'people_session', ended.id::text);
    END IF;
    RETURN ended.id IS NOT NULL;
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

-- Limits, caps and grants are read by the statement that uses them. Under an older snapshot a transaction would not
-- see what was decided, revoked or ended since it began, so nobody acts in one.
CREATE OR REPLACE FUNCTION authority.see_what_is() RETURNS void
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'One acts in a transaction that sees what is: read committed, not %.', current_setting('transaction_isolation')
            USING ERRCODE = 'insufficient_privilege';
    END IF;
END $$;

CREATE OR REPLACE FUNCTION authority.act(token text, origin text DEFAULT 'web') RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    s public.people_session;
    already authority.acting%ROWTYPE;
BEGIN
    PERFORM authority.see_what_is();
    s := people.live_session(token);
    IF s.id IS NULL THEN
        RAISE EXCEPTION 'The session is unknown, ended or expired: sign in again.' USING ERRCODE = 'invalid_authorization_specification';
    END IF;
    -- What is done with a token of the command line is told as that, whatever the caller says.
    IF s.method = 'command-line' THEN origin := 'cli'; END IF;
    SELECT * INTO already FROM authority.acting a WHERE a.xid = pg_current_xact_id();
    IF FOUND THEN
        IF already.session_id IS NOT DISTINCT FROM s.id THEN RETURN s.person_id; END IF;
        RAISE EXCEPTION 'This transaction already acts for somebody else.' USING ERRCODE = 'invalid_authorization_specification';
    END IF;
    IF origin !~ '^[a-z][a-z0-9_]*$' OR origin IN ('sql', 'gate', 'night') THEN
        RAISE EXCEPTION 'A way in is one lower-case word, such as web or api; % is not.', origin USING ERRCODE = 'invalid_parameter_value';
    END IF;
    INSERT INTO authority.acts (xid, run, person_id, session_id, origin, address, at)
    VALUES (pg_current_xact_id(), pg_postmaster_start_time(), s.person_id, s.id, coalesce(origin, 'web'), nullif(s.address, ''), clock_timestamp())
    -- A row under this id that does not count was written before a restore.
    ON CONFLICT (xid) DO UPDATE SET run = EXCLUDED.run, person_id = EXCLUDED.person_id, session_id = EXCLUDED.session_id,
        on_behalf_of = NULL, origin = EXCLUDED.origin, address = EXCLUDED.address, at = EXCLUDED.at;
    RETURN s.person_id;
END $$;

CREATE OR REPLACE FUNCTION authority.act_as_system(step text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    who bigint;
    already authority.acting%ROWTYPE;
BEGIN
    PERFORM authority.see_what_is();
    SELECT p.id INTO who FROM public.people_person p WHERE p.kind = 'system' ORDER BY p.id LIMIT 1;
    IF who IS NULL THEN
        RAISE EXCEPTION 'This installation has no system person: run `meruit init`.' USING ERRCODE = 'invalid_authorization_specification';
    END IF;
    SELECT * INTO already FROM authority.acting a WHERE a.xid = pg_current_xact_id();
    IF FOUND THEN
        IF already.person_id = who THEN RETURN who; END IF;
        RAISE EXCEPTION 'This transaction already acts for somebody else.' USING ERRCODE = 'invalid_authorization_specification';
    END IF;
    INSERT INTO authority.acts (xid, run, person_id, session_id, origin, at)
    VALUES (pg_current_xact_id(), pg_postmaster_start_time(), who, NULL, 'night', clock_timestamp())
    ON CONFLICT (xid) DO UPDATE SET run = EXCLUDED.run, person_id = EXCLUDED.person_id, session_id = EXCLUDED.session_id,
        on_behalf_of = NULL, origin = EXCLUDED.origin, address = EXCLUDED.address, at = EXCLUDED.at;
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

-- The session of whoever acts, live at this moment: one that ended, expired or whose person left while its
-- transaction was held open decides nothing any more.
CREATE OR REPLACE FUNCTION authority.acting_session() RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    now_ timestamptz := authority.moment();
    found_ bigint;
    decides boolean;
BEGIN
    SELECT s.id, s.may_decide INTO found_, decides
      FROM authority.acting a JOIN public.people_session s ON s.id = a.session_id AND s.person_id = a.person_id
     WHERE a.xid = pg_current_xact_id_if_assigned() AND s.ended_at IS NULL AND s.expires_at > now_
       AND NOT EXISTS (SELECT 1 FROM public.people_departure d WHERE d.person_id = a.person_id AND d.left_at <= now_);
    IF found_ IS NULL THEN
        RAISE EXCEPTION 'Only a person who is signed in decides.' USING ERRCODE = 'insufficient_privilege';
    ELSIF NOT decides THEN
        RAISE EXCEPTION 'This token of the command line was not made to decide: decide on the page, or get one at the gate that may.'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN found_;
END $$;

DROP FUNCTION IF EXISTS people.step_up(text, text, interval);

-- Cleaning up behind finished transactions; the sealer calls it.
CREATE OR REPLACE FUNCTION authority.forget_acts() RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH gone AS (
        DELETE FROM authority.acts
         WHERE xid < pg_snapshot_xmin(pg_current_snapshot()) OR run <> pg_postmaster_start_time() RETURNING 1
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
    IF event IS NULL OR split_part(event, '.', 1) IN (
           'decision', 'proposal', 'session', 'row', 'rows', 'standing', 'stand_in', 'effect', 'audit', 'ledger', 'authenticator',
           'second_factor', 'link', 'month', 'mode')
       OR event !~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$' OR coalesce(subject, '') !~ '^[a-z][a-z0-9_.]*$' THEN
        RAISE EXCEPTION 'An action notes what it did as noun.verb, in words that are its own; % is not.', coalesce(event, 'nothing')
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN audit.record(event, subject, subject_id, before, after, reason, decision_id);
END $$;
