-- Effects on access itself: people, grants, limits, authenticators. Two administrators, signed, delayed.

CREATE OR REPLACE FUNCTION authority.describe_person(content jsonb) RETURNS authority.subject
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE s authority.subject;
BEGIN
    IF coalesce(content ->> 'name', '') = '' OR coalesce(content ->> 'email', '') !~ '^[^@ ]+@[^@ ]+$' OR content ->> 'kind' IS DISTINCT FROM 'human' THEN
        RAISE EXCEPTION 'A new person is a human being with a name and a mail address.' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    -- The person whom this very content has made is no obstacle: the guard asks again when the row is there.
    IF EXISTS (SELECT 1 FROM public.people_person p
                WHERE lower(p.email) = lower(content ->> 'email')
                  AND NOT EXISTS (SELECT 1 FROM public.authority_decision d WHERE d.id = p.decision_id AND d.content = describe_person.content)) THEN
        RAISE EXCEPTION 'Somebody is enrolled under % already.', content ->> 'email' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF content ->> 'same_person_id' IS NOT NULL THEN
        SELECT p.id INTO s.owner_id FROM public.people_person p
         WHERE p.id = (content ->> 'same_person_id')::bigint AND p.kind = 'human' AND p.same_person_id IS NULL;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'A second account names the first account of the same human being.' USING ERRCODE = 'invalid_parameter_value';
        END IF;
    END IF;
    s.sha256 := sha256(convert_to('person', 'UTF8'));
    RETURN s;
END $$;

CREATE OR REPLACE FUNCTION authority.describe_grant(content jsonb) RETURNS authority.subject
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    s authority.subject;
    amount numeric := (content ->> 'limit_amount')::numeric;
BEGIN
    SELECT p.id INTO s.owner_id FROM public.people_person p WHERE p.id = (content ->> 'person_id')::bigint AND p.kind = 'human'
       AND NOT EXISTS (SELECT 1 FROM public.people_departure d WHERE d.person_id = p.id);
    IF NOT FOUND THEN
        RAISE EXCEPTION 'There is no person %.', content ->> 'person_id' USING ERRCODE = 'no_data_found';
    END IF;
    IF content ->> 'role' IS NULL OR content ->> 'role' NOT IN
       ('specialist', 'lead', 'timekeeper', 'attorney', 'billing partner', 'trust signer', 'administrator', 'manager', 'auditor') THEN
        RAISE EXCEPTION 'There is no role "%".', coalesce(content ->> 'role', '') USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF (content ->> 'client_id' IS NOT NULL AND NOT EXISTS (SELECT 1 FROM public.matters_client c WHERE c.id = (content ->> 'client_id')::bigint))
       OR (content ->> 'matter_id' IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM public.matters_matter m WHERE m.id = (content ->> 'matter_id')::bigint
               AND m.client_id = coalesce((content ->> 'client_id')::bigint, m.client_id))) THEN
        RAISE EXCEPTION 'The client or matter that this grant is for does not exist.' USING ERRCODE = 'no_data_found';
    END IF;
    -- A limit is an amount in a currency; "*" without an amount says that there is none; neither: nothing is decided under it.
    IF (amount IS NOT NULL AND (coalesce(content ->> 'limit_currency', '') !~ '^[A-Z]{3}$' OR amount IN ('NaN', 'Infinity') OR amount < 0))
       OR (amount IS NULL AND coalesce(content ->> 'limit_currency', '') NOT IN ('', '*')) THEN
        RAISE EXCEPTION 'A limit is an amount of zero or more in a currency, or "*" for none.' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    s.sha256 := sha256(convert_to('grant', 'UTF8'));
    RETURN s;
END $$;

CREATE OR REPLACE FUNCTION authority.describe_limit(content jsonb) RETURNS authority.subject
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE s authority.subject;
BEGIN
    SELECT g.person_id INTO s.owner_id FROM public.authority_grant g
     WHERE g.id = (content ->> 'grant_id')::bigint
       AND NOT EXISTS (SELECT 1 FROM public.authority_revocation v WHERE v.grant_id = g.id);
    IF NOT FOUND THEN
        RAISE EXCEPTION 'There is no grant % in force.', content ->> 'grant_id' USING ERRCODE = 'no_data_found';
    END IF;
    IF coalesce(content ->> 'currency', '') !~ '^[A-Z]{3}$' OR (content ->> 'amount')::numeric IS NULL OR (content ->> 'amount')::numeric IN ('NaN', 'Infinity') OR (content ->> 'amount')::numeric < 0 THEN
        RAISE EXCEPTION 'A limit is an amount of zero or more in a currency.' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    s.sha256 := sha256(convert_to('limit', 'UTF8'));
    RETURN s;
END $$;

CREATE OR REPLACE FUNCTION authority.describe_authenticator_reset(content jsonb) RETURNS authority.subject
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE s authority.subject;
BEGIN
    SELECT p.id INTO s.owner_id FROM public.people_person p WHERE p.id = (content ->> 'person_id')::bigint AND p.kind = 'human';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'There is no person %.', content ->> 'person_id' USING ERRCODE = 'no_data_found';
    END IF;
    s.sha256 := sha256(convert_to('reset', 'UTF8'));
    RETURN s;
END $$;

CREATE OR REPLACE FUNCTION authority.describe_revocation(content jsonb) RETURNS authority.subject
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE s authority.subject;
BEGIN
    SELECT g.person_id INTO s.owner_id FROM public.authority_grant g WHERE g.id = (content ->> 'grant_id')::bigint;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'There is no grant %.', content ->> 'grant_id' USING ERRCODE = 'no_data_found';
    END IF;
    s.sha256 := sha256(convert_to('revocation', 'UTF8'));
    RETURN s;
END $$;

CREATE OR REPLACE FUNCTION authority.describe_departure(content jsonb) RETURNS authority.subject
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE s authority.subject;
BEGIN
    SELECT p.id INTO s.owner_id FROM public.people_person p WHERE p.id = (content ->> 'person_id')::bigint AND p.kind = 'human';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'There is no person %.', content ->> 'person_id' USING ERRCODE = 'no_data_found';
    END IF;
    s.sha256 := sha256(convert_to('departure', 'UTF8'));
    RETURN s;
END $$;

-- Moments of access are the database's own, never the caller's.
CREATE OR REPLACE FUNCTION authority.stamp_moment() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE now_ timestamptz := authority.moment();
BEGIN
    NEW := jsonb_populate_record(NEW, jsonb_build_object(TG_ARGV[0], now_));
    RETURN NEW;
END $$;

-- A grant needs the owner (the first two administrators, at init) or a decision. A row without one is the owner's.
CREATE OR REPLACE FUNCTION authority.roots_only() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.decision_id IS NULL AND pg_has_role(session_user, (SELECT c.relowner FROM pg_class c WHERE c.oid = TG_RELID), 'USAGE') THEN
        RETURN NEW;
    END IF;
    IF NEW.decision_id IS NULL THEN
        RAISE EXCEPTION 'A row of % is the effect of a decision, and none is named.', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;

CALL authority.guard_effect('public.people_departure', 'departure', 'person_id', 'reason');
CALL authority.guard_effect('public.authority_revocation', 'revocation', 'grant_id');
CALL authority.guard_effect('public.authority_limit', 'limit', 'grant_id', 'currency', 'amount');
CREATE OR REPLACE TRIGGER stamp BEFORE INSERT ON public.people_departure FOR EACH ROW EXECUTE FUNCTION authority.stamp_moment('left_at');
CREATE OR REPLACE TRIGGER stamp BEFORE INSERT ON public.authority_revocation FOR EACH ROW EXECUTE FUNCTION authority.stamp_moment('at');
CREATE OR REPLACE TRIGGER stamp BEFORE INSERT ON public.authority_limit FOR EACH ROW EXECUTE FUNCTION authority.stamp_moment('from_at');

-- Persons and grants: guarded unless the owner enrols the roots at init.
CREATE OR REPLACE TRIGGER a_guard AFTER INSERT ON public.people_person FOR EACH ROW WHEN (NEW.decision_id IS NOT NULL)
    EXECUTE FUNCTION authority.guard('new-person', 'name', 'email', 'kind', 'same_person_id', 'zone', 'country', 'nda_signed_on');
CREATE OR REPLACE TRIGGER a_guard AFTER INSERT ON public.authority_grant FOR EACH ROW WHEN (NEW.decision_id IS NOT NULL)
    EXECUTE FUNCTION authority.guard('grant', 'person_id', 'role', 'client_id', 'matter_id', 'until_at', 'needs_nda', 'needs_consent', 'limit_amount', 'limit_currency');
CREATE OR REPLACE TRIGGER roots BEFORE INSERT ON public.people_person FOR EACH ROW EXECUTE FUNCTION authority.roots_only();
CREATE OR REPLACE TRIGGER roots BEFORE INSERT ON public.authority_grant FOR EACH ROW EXECUTE FUNCTION authority.roots_only();
CREATE OR REPLACE TRIGGER stamp BEFORE INSERT ON public.people_person FOR EACH ROW WHEN (NEW.decision_id IS NOT NULL) EXECUTE FUNCTION authority.stamp_moment('active_from');
CREATE OR REPLACE TRIGGER stamp BEFORE INSERT ON public.authority_grant FOR EACH ROW WHEN (NEW.decision_id IS NOT NULL) EXECUTE FUNCTION authority.stamp_moment('from_at');
CALL authority.append_only('public.authority_grant');
CALL audit.keep_history('public.authority_grant');
CALL audit.keep_history('public.people_person');

CREATE OR REPLACE TRIGGER a_guard AFTER INSERT ON public.people_authenticatorreset FOR EACH ROW
    EXECUTE FUNCTION authority.guard('authenticator-reset', 'person_id');
CREATE OR REPLACE TRIGGER stamp BEFORE INSERT ON public.people_authenticatorreset FOR EACH ROW EXECUTE FUNCTION authority.stamp_moment('at');
CALL audit.keep_history('public.people_authenticatorreset');

-- What is decided is never edited, by nobody.
CALL authority.append_only('public.authority_proposal');
CALL authority.append_only('public.authority_decision');
CALL authority.append_only('public.authority_consumption');
CALL authority.append_only('public.authority_withdrawal');
CALL authority.append_only('public.authority_attestation');
CALL authority.append_only('public.authority_review');
CALL authority.append_only('public.authority_mode');
CALL audit.keep_history('public.authority_mode');
CALL audit.keep_history('public.authority_standing');
CALL audit.keep_history('public.authority_standin');
CALL audit.keep_history('public.authority_consent');
CALL audit.keep_history('public.authority_kind');
CALL audit.keep_history('public.authority_rule');
