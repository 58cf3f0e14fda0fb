-- Links that work once, authenticators in the trail, and the end of one's own sessions.

CREATE SCHEMA IF NOT EXISTS gate;

-- Has this person a second factor already? Then nobody enrols another by a link; a reset is decided by two people.
CREATE OR REPLACE FUNCTION gate.is_enrolled(person bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM public.people_login l JOIN public.mfa_authenticator a ON a.user_id = l.id
                    WHERE l.person_id = person AND a.type IN ('totp', 'webauthn'))
$$;

CREATE OR REPLACE FUNCTION gate.make_link(person bigint, purpose text, secret_sha256 bytea, lasts interval) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    now_ timestamptz := authority.moment();
    made bigint;
BEGIN
    IF octet_length(secret_sha256) IS DISTINCT FROM 32 OR lasts IS NULL OR lasts <= interval '0' THEN
        RAISE EXCEPTION 'A link is made over the SHA-256 of its secret, and lasts for a while.' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM 1 FROM public.people_person p WHERE p.id = person AND p.kind = 'human'
        AND NOT EXISTS (SELECT 1 FROM public.people_departure d WHERE d.person_id = p.id AND d.left_at <= now_);
    IF NOT FOUND THEN
        RAISE EXCEPTION 'There is no person % who could sign in.', person USING ERRCODE = 'no_data_found';
    END IF;
    IF purpose = 'demo' THEN
        IF NOT EXISTS (SELECT 1 FROM authority.installation WHERE demonstration) THEN
            RAISE EXCEPTION 'Demonstration links are made in a demonstration only.' USING ERRCODE = 'insufficient_privilege';
        END IF;
    ELSIF purpose = 'enrol' THEN
        IF gate.is_enrolled(person) THEN
            RAISE EXCEPTION 'This person has a second factor already; two administrators decide its reset.' USING ERRCODE = 'insufficient_privilege';
        END IF;
        lasts := least(lasts, interval '7 days');
    ELSE
        RAISE EXCEPTION 'A link is for enrol or demo.' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    INSERT INTO public.gate_link (person_id, purpose, secret_sha256, made_at, expires_at)
    VALUES (person, purpose, secret_sha256, now_, now_ + lasts) RETURNING id INTO made;
    PERFORM audit.record('link.made', 'gate_link', made::text, NULL, jsonb_build_object('person_id', person, 'purpose', purpose));
    RETURN made;
END $$;

-- Whom an unused link is for; NULL when there is none. Uses nothing.
CREATE OR REPLACE FUNCTION gate.link_of(secret_sha256 bytea, purpose text) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT l.person_id FROM public.gate_link l
     WHERE l.secret_sha256 = link_of.secret_sha256 AND l.purpose = link_of.purpose AND l.used_at IS NULL
       AND l.expires_at > authority.moment() AND NOT (l.purpose = 'enrol' AND gate.is_enrolled(l.person_id))
$$;

CREATE OR REPLACE FUNCTION gate.use_link(secret_sha256 bytea, purpose text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE used public.gate_link%ROWTYPE;
BEGIN
    UPDATE public.gate_link l SET used_at = authority.moment()
     WHERE l.secret_sha256 = use_link.secret_sha256 AND l.purpose = use_link.purpose AND l.used_at IS NULL
       AND l.expires_at > authority.moment() AND NOT (l.purpose = 'enrol' AND gate.is_enrolled(l.person_id))
    RETURNING * INTO used;
    IF used.id IS NULL THEN
        RAISE EXCEPTION 'This link is unknown, was used already, or has expired.' USING ERRCODE = 'invalid_authorization_specification';
    END IF;
    PERFORM audit.record('link.used', 'gate_link', used.id::text, NULL, jsonb_build_object('person_id', used.person_id, 'purpose', used.purpose));
    RETURN used.person_id;
END $$;

-- Authenticators come and go in the trail, whoever writes the table. A passkey's record names its public key: a
-- signature counts only by a key that was enrolled before (docs/audit.md). Secrets never reach the trail.
CREATE OR REPLACE FUNCTION gate.tell_authenticator() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    one public.mfa_authenticator%ROWTYPE;
    person text;
    told jsonb;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF (NEW.user_id, NEW.type, NEW.data ->> 'public_key', NEW.data -> 'credential')
           IS DISTINCT FROM (OLD.user_id, OLD.type, OLD.data ->> 'public_key', OLD.data -> 'credential') THEN
            RAISE EXCEPTION 'An authenticator is removed and enrolled anew, never exchanged.' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NULL;
    END IF;
    IF TG_OP = 'INSERT' THEN one := NEW; ELSE one := OLD; END IF;
    SELECT l.person_id::text INTO person FROM public.people_login l WHERE l.id = one.user_id;
    IF one.type = 'webauthn' THEN
        IF coalesce(one.data ->> 'public_key', '') = '' THEN
            RAISE EXCEPTION 'A passkey is enrolled with its public key beside it.' USING ERRCODE = 'invalid_parameter_value';
        END IF;
        told := jsonb_build_object('person_id', person, 'public_key', one.data ->> 'public_key');
        IF TG_OP = 'INSERT' THEN
            PERFORM audit.record('authenticator.enrolled', 'people_person', person, NULL, told);
        ELSE
            PERFORM audit.record('authenticator.removed', 'people_person', person, told);
        END IF;
    ELSE
        told := jsonb_build_object('person_id', person, 'type', one.type);
        IF TG_OP = 'INSERT' THEN
            PERFORM audit.record('second_factor.added', 'people_person', person, NULL, told);
        ELSE
            PERFORM audit.record('second_factor.removed', 'people_person', person, told);
        END IF;
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER tell AFTER INSERT OR UPDATE OR DELETE ON public.mfa_authenticator
    FOR EACH ROW EXECUTE FUNCTION gate.tell_authenticator();
CREATE OR REPLACE TRIGGER history_t BEFORE TRUNCATE ON public.mfa_authenticator
    FOR EACH STATEMENT EXECUTE FUNCTION authority.refuse_truncate();

-- One ends a session of one's own from another: the tokens themselves are nobody's to read.
CREATE OR REPLACE FUNCTION gate.end_own_session(token text, session_id bigint) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    s public.people_session := people.live_session(token);
    ended bigint;
BEGIN
    IF s.id IS NULL THEN
        RAISE EXCEPTION 'The session is unknown, ended or expired: sign in again.' USING ERRCODE = 'invalid_authorization_specification';
    END IF;
    UPDATE public.people_session x SET ended_at = authority.moment()
     WHERE x.id = end_own_session.session_id AND x.person_id = s.person_id AND x.ended_at IS NULL RETURNING x.id INTO ended;
    IF ended IS NOT NULL THEN
        PERFORM audit.record('session.ended', 'people_session', ended::text, NULL, jsonb_build_object('by_session', s.id));
    END IF;
    RETURN ended IS NOT NULL;
END $$;
