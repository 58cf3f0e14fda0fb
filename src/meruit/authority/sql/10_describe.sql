-- What a proposal is about is read from the live rows, never from what the preparer claims.

DO $$ BEGIN
    CREATE TYPE authority.subject AS (
        client_id bigint, matter_id bigint, payer_id bigint,
        owner_id bigint,        -- the person whose thing it is: the timekeeper of an entry
        amount numeric, currency text,
        reason_code text,       -- for standing decisions given for a reason
        sha256 bytea            -- digest of the live rows that must not change between decision and effect
    );
EXCEPTION WHEN duplicate_object THEN NULL; END $$;

CREATE OR REPLACE FUNCTION authority.digest(value jsonb) RETURNS bytea
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$ SELECT sha256(convert_to(value::text, 'UTF8')) $$;

CREATE OR REPLACE FUNCTION authority.describe(kind text, content jsonb) RETURNS authority.subject
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' SET datestyle = 'ISO, YMD' AS $$
DECLARE
    function_name text;
    s authority.subject;
    wrong record;
BEGIN
    SELECT k.describes INTO function_name FROM public.authority_kind k WHERE k.slug = kind;
    IF function_name IS NULL THEN
        RAISE EXCEPTION 'Nobody decides %: it is no kind of the matrix.', coalesce(kind, 'nothing') USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF content IS NULL OR jsonb_typeof(content) <> 'object' THEN
        RAISE EXCEPTION 'The content of a % is an object of the columns of its effect.', kind USING ERRCODE = 'invalid_parameter_value';
    END IF;
    -- The guard compares what was decided with what the effect wrote, value by value, and rows are told in UTC: a
    -- moment of another zone would be decided and could never take effect.
    FOR wrong IN SELECT e.key, e.value FROM jsonb_each_text(content) e
                  WHERE e.key LIKE '%\_at' AND e.value IS NOT NULL AND e.value !~ '^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d([.]\d+)?)?(Z|[+]00(:?00)?)$' LOOP
        RAISE EXCEPTION '% is "%"; a moment that is put forward is written in UTC, for example 2026-01-31T12:00:00+00:00.',
            wrong.key, wrong.value USING ERRCODE = 'invalid_parameter_value';
    END LOOP;
    EXECUTE format('SELECT (f).* FROM %s($1) f', function_name) INTO s USING content;
    IF s IS NULL THEN
        RAISE EXCEPTION 'What this % speaks of does not exist.', kind USING ERRCODE = 'no_data_found';
    END IF;
    IF s.amount IS NOT NULL AND (s.amount IN ('NaN', 'Infinity', '-Infinity') OR s.amount < 0) THEN
        RAISE EXCEPTION 'The amount of a % is % ; it must be zero or more.', kind, s.amount USING ERRCODE = 'numeric_value_out_of_range';
    END IF;
    IF s.amount IS NOT NULL AND s.currency IS NULL THEN
        RAISE EXCEPTION 'The amount of a % has no currency.', kind USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN s;
END $$;

-- The limit of a grant in one currency at a moment: NULL is none, 'Infinity' is every amount.
CREATE OR REPLACE FUNCTION authority.limit_of(grant_id bigint, currency text, at timestamptz) RETURNS numeric
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(
        (SELECT l.amount FROM public.authority_limit l
          WHERE l.grant_id = limit_of.grant_id AND l.currency = limit_of.currency AND l.from_at <= at
          ORDER BY l.from_at DESC, l.id DESC LIMIT 1),
        (SELECT CASE WHEN g.limit_currency = '*' THEN 'Infinity'::numeric
                     WHEN g.limit_currency = limit_of.currency THEN g.limit_amount END
           FROM public.authority_grant g WHERE g.id = limit_of.grant_id))
$$;

-- What somebody decided alone (prepared and decided by the same human being) or at all, in the last
-- thirty days, for one kind and client: splitting an amount does not make it smaller.
CREATE OR REPLACE FUNCTION authority.decided_lately(
    natural_person bigint, kind text, s authority.subject, at timestamptz, alone boolean
) RETURNS numeric
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(sum(d.amount), 0)
      FROM public.authority_decision d
      JOIN public.authority_proposal p ON p.id = d.proposal_id
     WHERE d.kind_id = kind AND d.verdict IN ('approved', 'amended') AND d.currency = s.currency
       AND p.client_id IS NOT DISTINCT FROM s.client_id
       AND d.decided_at > at - interval '30 days'
       AND people.natural_person(d.decided_by_id) = natural_person
       AND (NOT alone OR people.natural_person(p.prepared_by_id) = natural_person)
$$;

-- The day that it is where the firm is: what every day that somebody wrote down (a wall's, a hold's, a bill's) is
-- compared with. The firm's zone stands in its profile, which the owner alone writes; it is read when this is called,
-- so that it may be made before the profile's table is.
CREATE OR REPLACE FUNCTION authority.day(at timestamptz) RETURNS date
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN (at AT TIME ZONE coalesce((SELECT nullif(p.zone, '') FROM public.firm_profile p ORDER BY p.id LIMIT 1), 'UTC'))::date;
END $$;

CREATE OR REPLACE FUNCTION authority.today() RETURNS date
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$ SELECT authority.day(authority.moment()) $$;

-- The grant under which a person may decide a kind about a subject now, or NULL. What the same human being also
-- prepared adds up over thirty days: a limit is not evaded by splitting. Days are the firm's, whatever zone the
-- caller has set: a wall or a consent does not move with it.
DROP FUNCTION IF EXISTS authority.grant_for(bigint, text, authority.subject, timestamptz);
CREATE OR REPLACE FUNCTION authority.grant_for(
    decider bigint, kind text, s authority.subject, at timestamptz, preparer bigint DEFAULT NULL
) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $$
    SELECT g.id
      FROM public.authority_grant g
      JOIN public.authority_rule r ON r.role = g.role AND r.kind_id = kind
      JOIN public.authority_kind k ON k.slug = kind
      JOIN public.people_person p ON p.id = g.person_id
     WHERE g.person_id = decider AND p.kind = 'human' AND p.active_from <= at
       AND NOT EXISTS (SELECT 1 FROM public.people_departure d WHERE d.person_id = p.id AND d.left_at <= at)
       AND g.from_at <= at AND (g.until_at IS NULL OR g.until_at > at)
       AND NOT EXISTS (SELECT 1 FROM public.authority_revocation v WHERE v.grant_id = g.id)
       AND (g.client_id IS NULL OR g.client_id = s.client_id)
       AND (g.matter_id IS NULL OR g.matter_id = s.matter_id)
       AND (NOT g.needs_nda OR p.nda_signed_on <= authority.day(at))
       AND (NOT g.needs_consent OR EXISTS (
            SELECT 1 FROM public.authority_consent c
             WHERE c.client_id = s.client_id AND p.country = ANY (c.countries)
               AND c.recorded_on <= authority.day(at) AND (c.until_on IS NULL OR c.until_on >= authority.day(at))))
       AND NOT EXISTS (
            SELECT 1 FROM public.matters_wall w
             WHERE w.person_id = decider AND w.from_on <= authority.day(at) AND (w.until_on IS NULL OR w.until_on >= authority.day(at))
               AND (w.client_id = s.client_id OR w.matter_id = s.matter_id))
       AND CASE r.reach
             WHEN 'own' THEN people.natural_person(s.owner_id) = people.natural_person(decider)
             WHEN 'matter' THEN EXISTS (SELECT 1 FROM public.matters_matter m WHERE m.id = s.matter_id AND m.responsible_id = decider)
             WHEN 'granted' THEN true
             ELSE false END
       AND (NOT r.limited OR s.amount IS NULL
            OR authority.limit_of(g.id, s.currency, at) >= s.amount
               + CASE WHEN people.natural_person(preparer) = people.natural_person(decider)
                      THEN authority.decided_lately(people.natural_person(decider), kind, s, at, true) ELSE 0 END)
     ORDER BY (r.reach = 'granted'), g.id
     LIMIT 1
$$;

-- May a person put things forward about this client and matter? Some grant in force reaches it, no wall stands before
-- it, and to look (auditor) is not to prepare. The system prepares everywhere and decides nowhere.
CREATE OR REPLACE FUNCTION authority.may_prepare(person bigint, client bigint, matter bigint, at timestamptz) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $$
    SELECT EXISTS (SELECT 1 FROM public.people_person p WHERE p.id = person AND p.kind = 'system')
        OR (EXISTS (
            SELECT 1 FROM public.authority_grant g JOIN public.people_person p ON p.id = g.person_id
             WHERE g.person_id = person AND g.role <> 'auditor' AND g.from_at <= at AND (g.until_at IS NULL OR g.until_at > at)
               AND NOT EXISTS (SELECT 1 FROM public.authority_revocation v WHERE v.grant_id = g.id)
               AND (g.client_id IS NULL OR client IS NULL OR g.client_id = client)
               AND (g.matter_id IS NULL OR matter IS NULL OR g.matter_id = matter)
               AND (NOT g.needs_nda OR p.nda_signed_on <= authority.day(at))
               AND (NOT g.needs_consent OR client IS NULL OR EXISTS (
                    SELECT 1 FROM public.authority_consent c
                     WHERE c.client_id = client AND p.country = ANY (c.countries)
                       AND c.recorded_on <= authority.day(at) AND (c.until_on IS NULL OR c.until_on >= authority.day(at)))))
        AND NOT EXISTS (
            SELECT 1 FROM public.matters_wall w
             WHERE w.person_id = person AND w.from_on <= authority.day(at) AND (w.until_on IS NULL OR w.until_on >= authority.day(at))
               AND (w.client_id = client OR w.matter_id = matter)))
$$;

CREATE OR REPLACE FUNCTION authority.is_human(person bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce((SELECT p.kind = 'human' FROM public.people_person p WHERE p.id = person), false)
$$;

-- Do these contents ask for two people when this person decides what that one prepared?
CREATE OR REPLACE FUNCTION authority.needs_second(decider bigint, preparer bigint, kind text, s authority.subject, at timestamptz)
RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE k.four_eyes
             WHEN 'always' THEN true
             WHEN 'above' THEN coalesce(s.amount, 0)
                  + authority.decided_lately(people.natural_person(decider), kind, s, at, true) > k.four_eyes_above
             ELSE false END
      FROM public.authority_kind k WHERE k.slug = kind
$$;
