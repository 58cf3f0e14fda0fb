-- The audit trail. Records are inserted unchained inside the transaction of what they tell;
-- the sealer numbers and chains what has committed. No role but the owner may write here by hand.

CREATE SCHEMA IF NOT EXISTS audit;
CREATE SCHEMA IF NOT EXISTS authority;

-- Who acts in which transaction. A server never gives a transaction id twice while it runs, and only this transaction
-- sees its own row before it ends, so a row here is sealed to the transaction that wrote it. A restored copy begins to
-- count anew, perhaps below ids that already acted; rows therefore count only on the server run (`run`) that wrote
-- them, and no transaction outlives its server. Unlogged: after a crash no transaction of before is left to ask.
CREATE UNLOGGED TABLE IF NOT EXISTS authority.acts (
    xid xid8 PRIMARY KEY,
    run timestamptz NOT NULL,
    person_id bigint NOT NULL,
    session_id bigint,
    on_behalf_of bigint,
    origin text NOT NULL,
    address text,
    at timestamptz NOT NULL
);
DELETE FROM authority.acts WHERE run <> pg_postmaster_start_time();

CREATE OR REPLACE VIEW authority.acting AS SELECT * FROM authority.acts WHERE run = pg_postmaster_start_time();

-- The clock of the firm. Real time, unless this is a demonstration or a rehearsal whose owner said so at
-- `init`: only then can the night be run at another moment.
CREATE TABLE IF NOT EXISTS authority.installation (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    demonstration boolean NOT NULL DEFAULT false,
    shift interval NOT NULL DEFAULT '0',
    name text NOT NULL DEFAULT 'Meruit',
    -- The name that the trail's first link and every receipt carry; chosen once, before the first record is sealed.
    origin text NOT NULL DEFAULT 'meruit-' || gen_random_uuid() CHECK (origin ~ '^[A-Za-z0-9][A-Za-z0-9._:/-]{0,59}$'),
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

-- One record of who acts in this transaction; a change that no action of ours made is told as `sql`.
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
        (at, xid, person_id, session_id, on_behalf_of, login, origin, address, event, subject, subject_id, before, after, reason, decision_id)
    VALUES
        (clock_timestamp(), pg_current_xact_id()::text, who.person_id, who.session_id, who.on_behalf_of, session_user,
         coalesce(who.origin, 'sql'), who.address, event, subject, nullif(subject_id, ''), before, after, reason, decision_id)
    RETURNING id INTO made;
    RETURN made;
END $$;

-- The gate acts for whoever stands before it, and names the person and the session itself.
CREATE OR REPLACE FUNCTION audit.record_at_gate(
    person bigint, session bigint, event text, subject text, subject_id text, after jsonb DEFAULT NULL, evidence jsonb DEFAULT NULL
) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $$
DECLARE made bigint;
BEGIN
    INSERT INTO public.audit_record (at, xid, person_id, session_id, login, origin, address, event, subject, subject_id, after, evidence)
    VALUES (clock_timestamp(), pg_current_xact_id()::text, person, session, session_user, 'gate',
            (SELECT nullif(s.address, '') FROM public.people_session s WHERE s.id = session),
            event, subject, nullif(subject_id, ''), after, evidence)
    RETURNING id INTO made;
    RETURN made;
END $$;

-- Row history, by statement. Up to twenty rows are written out; a larger insert leaves its count and the
-- digest of its rows (the rows themselves stay, and an import names its batch); every update and
-- delete is written out row by row, however many, in one statement.
-- The digest is `sha512` of the rows' texts (`row::text`) in the order in which they were written, a line feed between
-- them: one pass over one text, in the faster of the two hashes on machines of 64 bits. Rows too many or too large for one
-- text leave `sha256`, of the SHA-256 of each row's text.
CREATE OR REPLACE FUNCTION audit.history() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' SET datestyle = 'ISO, YMD' AS $$
DECLARE
    who authority.acting%ROWTYPE;
    many bigint;
    kept text := 'sha256';
    digest text;
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT count(*) INTO many FROM new_rows;
        IF many <= 20 THEN
            PERFORM audit.record('row.inserted', TG_TABLE_NAME, to_jsonb(n) ->> 'id', NULL, to_jsonb(n)) FROM new_rows n;
            RETURN NULL;
        ELSIF many <= 50000 THEN
            BEGIN
                SELECT encode(sha512(convert_to(string_agg(n::text, E'\n'), 'UTF8')), 'hex') INTO digest FROM new_rows n;
                kept := 'sha512';
            EXCEPTION WHEN program_limit_exceeded THEN NULL; -- more than one text can hold
            END;
        END IF;
        IF digest IS NULL THEN
            SELECT encode(sha256(string_agg(sha256(convert_to(n::text, 'UTF8')), ''::bytea)), 'hex') INTO digest FROM new_rows n;
        END IF;
        PERFORM audit.record('rows.inserted', TG_TABLE_NAME, NULL, NULL, jsonb_build_object('rows', many, kept, digest));
        RETURN NULL;
    END IF;
    SELECT * INTO who FROM authority.acting a WHERE a.xid = pg_current_xact_id();
    IF TG_OP = 'UPDATE' THEN
        INSERT INTO public.audit_record
            (at, xid, person_id, session_id, on_behalf_of, login, origin, address, event, subject, subject_id, before, after)
        SELECT clock_timestamp(), pg_current_xact_id()::text, who.person_id, who.session_id, who.on_behalf_of, session_user,
               coalesce(who.origin, 'sql'), who.address, 'row.updated', TG_TABLE_NAME, a.old ->> 'id', a.old, b.new
          FROM (SELECT row_number() OVER () AS at, to_jsonb(r) AS old FROM old_rows r) a
          JOIN (SELECT row_number() OVER () AS at, to_jsonb(r) AS new FROM new_rows r) b USING (at)
         WHERE a.old <> b.new ORDER BY at;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO public.audit_record
            (at, xid, person_id, session_id, on_behalf_of, login, origin, address, event, subject, subject_id, before)
        SELECT clock_timestamp(), pg_current_xact_id()::text, who.person_id, who.session_id, who.on_behalf_of, session_user,
               coalesce(who.origin, 'sql'), who.address, 'row.deleted', TG_TABLE_NAME, to_jsonb(o) ->> 'id', to_jsonb(o) FROM old_rows o;
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

CALL authority.append_only('public.audit_text');
