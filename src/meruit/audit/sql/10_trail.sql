-- The audit trail. Records are inserted unchained inside the transaction of what they tell;
-- the sealer numbers and chains what has committed. No role but the owner may write here by hand.

CREATE SCHEMA IF NOT EXISTS audit;
CREATE SCHEMA IF NOT EXISTS authority;

-- Who acts in which transaction. A transaction id is never reused, and only this transaction sees
-- its own row before it ends, so a row here is sealed to the transaction that wrote it. Unlogged:
-- after a crash no transaction of before is left to ask.
CREATE UNLOGGED TABLE IF NOT EXISTS authority.acting (
    xid xid8 PRIMARY KEY,
    person_id bigint NOT NULL,
    session_id bigint,
    on_behalf_of bigint,
    origin text NOT NULL,
    at timestamptz NOT NULL
);

-- The clock of the firm. Real time, unless this is a demonstration or a rehearsal whose owner said so at
-- `init`: only then can the night be run at another moment.
CREATE TABLE IF NOT EXISTS authority.installation (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    demonstration boolean NOT NULL DEFAULT false,
    shift interval NOT NULL DEFAULT '0',
    name text NOT NULL DEFAULT 'Meruit',
    made_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE OR REPLACE FUNCTION authority.moment() RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT clock_timestamp() + coalesce((SELECT shift FROM authority.installation WHERE demonstration), '0'::interval)
$$;

CREATE OR REPLACE FUNCTION authority.set_clock(moment timestamptz) RETURNS timestamptz
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE authority.installation SET shift = coalesce(moment - clock_timestamp(), '0'::interval) WHERE demonstration;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'The clock can be moved in a demonstration only; this is a firm''s own database.'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN authority.moment();
END $$;

CREATE OR REPLACE FUNCTION audit.record(
    event text, subject text, subject_id text DEFAULT NULL, before jsonb DEFAULT NULL, after jsonb DEFAULT NULL,
    reason text DEFAULT NULL, decision_id bigint DEFAULT NULL
) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    who authority.acting%ROWTYPE;
    made bigint;
BEGIN
    SELECT * INTO who FROM authority.acting a WHERE a.xid = pg_current_xact_id();
    INSERT INTO public.audit_record
        (at, xid, person_id, session_id, on_behalf_of, login, origin, event, subject, subject_id, before, after, reason, decision_id)
    VALUES
        (clock_timestamp(), pg_current_xact_id()::text, who.person_id, who.session_id, who.on_behalf_of, session_user,
         coalesce(who.origin, 'sql'), event, subject, subject_id, before, after, reason, decision_id)
    RETURNING id INTO made;
    RETURN made;
END $$;

-- Row history, by statement. Up to twenty rows are written out; a larger insert leaves its count and the
-- digest of its rows (the rows themselves stay, and an import names its batch); every update and
-- delete is written out row by row, however many.
CREATE OR REPLACE FUNCTION audit.history() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    many bigint;
    digest text;
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT count(*) INTO many FROM new_rows;
        IF many = 0 THEN
            RETURN NULL;
        ELSIF many <= 20 THEN
            PERFORM audit.record('row.inserted', TG_TABLE_NAME, to_jsonb(n) ->> 'id', NULL, to_jsonb(n)) FROM new_rows n;
        ELSE
            SELECT encode(sha256(string_agg(sha256(convert_to(n::text, 'UTF8')), ''::bytea)), 'hex') INTO digest FROM new_rows n;
            PERFORM audit.record('rows.inserted', TG_TABLE_NAME, NULL, NULL, jsonb_build_object('rows', many, 'sha256', digest));
        END IF;
    ELSIF TG_OP = 'UPDATE' THEN
        PERFORM audit.record('row.updated', TG_TABLE_NAME, to_jsonb(o) ->> 'id', to_jsonb(o), to_jsonb(n))
        FROM (SELECT row_number() OVER () AS at, r AS o FROM old_rows r) a
        JOIN (SELECT row_number() OVER () AS at, r AS n FROM new_rows r) b USING (at)
        WHERE to_jsonb(o) <> to_jsonb(n);
    ELSIF TG_OP = 'DELETE' THEN
        PERFORM audit.record('row.deleted', TG_TABLE_NAME, to_jsonb(o) ->> 'id', to_jsonb(o), NULL) FROM old_rows o;
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION authority.refuse_truncate() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION '% keeps what has happened; it is never emptied.', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

CREATE OR REPLACE FUNCTION authority.refuse_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION '% keeps what has happened; a row is never changed or deleted, it is answered by another.', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

-- Called by the owner at installation only.
CREATE OR REPLACE PROCEDURE audit.keep_history(rel regclass) LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    EXECUTE format('CREATE OR REPLACE TRIGGER history_i AFTER INSERT ON %s REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.history()', rel);
    EXECUTE format('CREATE OR REPLACE TRIGGER history_u AFTER UPDATE ON %s REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.history()', rel);
    EXECUTE format('CREATE OR REPLACE TRIGGER history_d AFTER DELETE ON %s REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.history()', rel);
    EXECUTE format('CREATE OR REPLACE TRIGGER history_t BEFORE TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION authority.refuse_truncate()', rel);
END $$;

CREATE OR REPLACE PROCEDURE authority.append_only(rel regclass) LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    EXECUTE format('CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE ON %s FOR EACH ROW EXECUTE FUNCTION authority.refuse_change()', rel);
    EXECUTE format('CREATE OR REPLACE TRIGGER history_t BEFORE TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION authority.refuse_truncate()', rel);
END $$;

CALL authority.append_only('public.audit_record');
CALL authority.append_only('public.audit_seal');
CALL authority.append_only('public.audit_receipt');

-- The sealer hands over frozen bytes of committed records; the database checks order and hashes.
CREATE OR REPLACE FUNCTION audit.unsealed(most integer DEFAULT 5000) RETURNS SETOF public.audit_record
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.* FROM public.audit_record r
    WHERE NOT EXISTS (SELECT 1 FROM public.audit_seal s WHERE s.record_id = r.id)
      AND r.xid::xid8 < pg_snapshot_xmin(pg_current_snapshot())
    ORDER BY r.id LIMIT most
$$;

CREATE OR REPLACE FUNCTION audit.seal(record_ids bigint[], frozen bytea[]) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    last public.audit_seal%ROWTYPE;
    head bytea;
    n bigint;
    i integer;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('audit.seal', 0));
    SELECT * INTO last FROM public.audit_seal ORDER BY number DESC LIMIT 1;
    head := coalesce(last.hash, sha256(''::bytea));
    n := coalesce(last.number, 0);
    FOR i IN 1 .. coalesce(array_length(record_ids, 1), 0) LOOP
        n := n + 1;
        INSERT INTO public.audit_seal (number, record_id, frozen, previous, hash)
        VALUES (n, record_ids[i], frozen[i], head, sha256(head || frozen[i]));
        head := sha256(head || frozen[i]);
    END LOOP;
    RETURN n;
END $$;
