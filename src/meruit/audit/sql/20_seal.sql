-- Sealing: the worker hands over the frozen bytes of committed records, and the database checks that they are these
-- records, in order, each linked to the one before. The bytes' format stands in docs/audit.md.

-- Where the sealer is. `low`: every record below it is sealed or was rolled back. It follows two sealings behind: a
-- record's id is drawn by a transaction that had its own id by then, so once all transactions that had begun when
-- `candidate` was the last record are over, nothing below it can appear any more.
CREATE TABLE IF NOT EXISTS audit.tail (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    low bigint NOT NULL DEFAULT 1,
    awaited bigint,
    awaited_xid xid8,
    candidate bigint,
    candidate_at timestamptz,
    state bytea
);
INSERT INTO audit.tail DEFAULT VALUES ON CONFLICT DO NOTHING;
-- After a restore the ids of transactions begin anew; the first sealing looks at everything again.
UPDATE audit.tail SET low = 1, awaited = NULL, awaited_xid = NULL, candidate = NULL, candidate_at = NULL;

-- The name in the first link; an installation without one gets it now, for good.
CREATE OR REPLACE FUNCTION audit.origin() RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO authority.installation DEFAULT VALUES ON CONFLICT DO NOTHING;
    RETURN (SELECT i.origin FROM authority.installation i);
END $$;

-- For the export, which reads one moment and writes nothing.
CREATE OR REPLACE FUNCTION audit.named() RETURNS TABLE (origin text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$ SELECT i.origin FROM authority.installation i $$;

CREATE OR REPLACE FUNCTION audit.keep_origin() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.origin IS DISTINCT FROM OLD.origin AND EXISTS (SELECT 1 FROM public.audit_seal) THEN
        RAISE EXCEPTION 'The trail of % has begun; its name stands in the first link and stays.', OLD.origin USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER keep_origin BEFORE UPDATE ON authority.installation FOR EACH ROW EXECUTE FUNCTION audit.keep_origin();

-- Is whoever wrote under this transaction id over? A visible row with an id still to come was written before a restore.
CREATE OR REPLACE FUNCTION audit.settled(xid xid8) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT xid < pg_snapshot_xmin(pg_current_snapshot())
        OR (xid >= pg_snapshot_xmax(pg_current_snapshot()) AND xid IS DISTINCT FROM pg_current_xact_id_if_assigned())
$$;

-- What can be sealed now, in order. JSON comes as text: no driver on the way makes floats of it. `everything` looks
-- at the whole trail and not only above `low`: the night does, so that no mistake about `low` could hide a record.
CREATE OR REPLACE FUNCTION audit.unsealed(most integer DEFAULT 5000, everything boolean DEFAULT false) RETURNS TABLE (
    id bigint, at timestamptz, xid text, person_id bigint, session_id bigint, on_behalf_of bigint, login text, origin text,
    address text, event text, subject text, subject_id text, before text, after text, reason text, decision_id bigint, evidence text
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $$
    SELECT r.id, r.at, r.xid, r.person_id, r.session_id, r.on_behalf_of, r.login, r.origin, r.address, r.event, r.subject,
           r.subject_id, r.before::text, r.after::text, r.reason, r.decision_id, r.evidence::text
      FROM public.audit_record r
     WHERE r.id >= (SELECT CASE WHEN everything THEN 0 ELSE t.low END FROM audit.tail t)
       AND NOT EXISTS (SELECT 1 FROM public.audit_seal s WHERE s.record_id = r.id)
       AND audit.settled(r.xid::xid8)
     ORDER BY r.id LIMIT most
$$;

-- The sealer's head after the last seal (`core.Head.to_bytes()`), NULL before the first; and alone from here on.
CREATE OR REPLACE FUNCTION audit.head() RETURNS bytea
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('audit.seal', 0));
    RETURN (SELECT t.state FROM audit.tail t);
END $$;

-- Do the frozen bytes tell of this record? Before, after and reason are compared by `meruit doctor`, which can
-- compute the keyed hashes of words.
CREATE OR REPLACE FUNCTION audit.tells(frozen jsonb, number bigint, r public.audit_record) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $$
    SELECT (frozen ->> 'number', frozen ->> 'event', frozen ->> 'transaction', frozen ->> 'person', frozen ->> 'session',
            frozen ->> 'on_behalf_of', frozen ->> 'decision', frozen #>> '{subject,kind}', frozen #>> '{subject,id}',
            frozen #>> '{origin,way}', frozen #>> '{origin,login}', frozen #>> '{origin,address}')
       IS NOT DISTINCT FROM
           (number::text, r.event, r.xid, r.person_id::text, r.session_id::text, r.on_behalf_of::text, r.decision_id::text,
            r.subject, r.subject_id, r.origin, r.login, r.address)
       AND (frozen ->> 'at')::timestamptz = r.at
$$;

CREATE OR REPLACE FUNCTION audit.seal(
    record_ids bigint[], frozen bytea[], hashes bytea[], state bytea,
    text_numbers bigint[], pointers text[], salts bytea[], texts text[]
) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    t audit.tail%ROWTYPE;
    head bytea;
    n bigint;
    wrong bigint;
    many integer := coalesce(cardinality(record_ids), 0);
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('audit.seal', 0));
    IF cardinality(frozen) IS DISTINCT FROM many OR cardinality(hashes) IS DISTINCT FROM many OR many = 0 THEN
        RAISE EXCEPTION 'Each record is sealed with its bytes and its hash.' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT s.hash, s.number INTO head, n FROM public.audit_seal s ORDER BY s.number DESC LIMIT 1;
    head := coalesce(head, sha256(convert_to('meruit-audit 1' || chr(10) || audit.origin() || chr(10), 'UTF8')));
    n := coalesce(n, 0);
    SELECT x.at INTO wrong
      FROM (SELECT u.at, u.record_id, u.frozen, u.hash, lag(u.hash, 1, head) OVER w AS previous, lag(u.record_id) OVER w AS before
              FROM unnest(record_ids, frozen, hashes) WITH ORDINALITY u(record_id, frozen, hash, at) WINDOW w AS (ORDER BY u.at)) x
      LEFT JOIN public.audit_record r ON r.id = x.record_id
     WHERE (x.record_id > coalesce(x.before, 0) AND x.hash = sha256(x.previous || x.frozen) AND audit.settled(r.xid::xid8)
            AND audit.tells(convert_from(x.frozen, 'UTF8')::jsonb, n + x.at, r)) IS NOT TRUE
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'Record % cannot be sealed as number %: it is out of order, still open, told wrongly or linked wrongly.',
            record_ids[wrong], n + wrong USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF substr(state, 1, 8) IS DISTINCT FROM int8send(n + many) OR substr(state, 9, 32) IS DISTINCT FROM hashes[many] THEN
        RAISE EXCEPTION 'The head handed over is not that of record %.', n + many USING ERRCODE = 'invalid_parameter_value';
    END IF;
    INSERT INTO public.audit_seal (number, record_id, frozen, previous, hash)
    SELECT n + u.at, u.record_id, u.frozen, lag(u.hash, 1, head) OVER (ORDER BY u.at), u.hash
      FROM unnest(record_ids, frozen, hashes) WITH ORDINALITY u(record_id, frozen, hash, at);
    INSERT INTO public.audit_text (number, pointer, salt, text)
    SELECT u.number, u.pointer, u.salt, u.text FROM unnest(text_numbers, pointers, salts, texts) u(number, pointer, salt, text)
     WHERE u.number > n;
    SELECT * INTO t FROM audit.tail;
    IF t.awaited IS NULL OR audit.settled(t.awaited_xid) THEN
        IF t.awaited IS NOT NULL THEN
            t.low := coalesce((SELECT min(r.id) FROM public.audit_record r WHERE r.id BETWEEN t.low AND t.awaited
                                  AND NOT EXISTS (SELECT 1 FROM public.audit_seal s WHERE s.record_id = r.id)), t.awaited + 1);
        END IF;
        IF t.candidate_at < transaction_timestamp() THEN
            t.awaited := t.candidate;
            t.awaited_xid := pg_current_xact_id();
        END IF;
        t.candidate := (SELECT max(r.id) FROM public.audit_record r);
        t.candidate_at := clock_timestamp();
    END IF;
    UPDATE audit.tail x SET low = t.low, awaited = t.awaited, awaited_xid = t.awaited_xid, candidate = t.candidate,
                            candidate_at = t.candidate_at, state = seal.state;
    RETURN n + many;
END $$;

-- A receipt is of the chain as it stands; its signature is the key's matter, and the verifier's.
CREATE OR REPLACE FUNCTION audit.keep_receipt(count bigint, head bytea, root bytea, at timestamptz, text text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    kept bytea := audit.head();
    made bigint;
BEGIN
    IF kept IS NULL OR substr(kept, 1, 8) IS DISTINCT FROM int8send(count) OR substr(kept, 9, 32) IS DISTINCT FROM head THEN
        RAISE EXCEPTION 'This receipt is not of the chain as it stands.' USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    INSERT INTO public.audit_receipt (count, head, root, at, text, state) VALUES (count, head, root, at, text, kept) RETURNING id INTO made;
    RETURN made;
END $$;

-- The owner alone erases words: the texts beside a sealed record, and the same places in the record itself. All
-- hashes, proofs and receipts stay as they were; that it was done is told.
CREATE OR REPLACE FUNCTION audit.erase_texts(number bigint, reason text) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    pointers text[];
    path text[];
    record_id bigint := (SELECT s.record_id FROM public.audit_seal s WHERE s.number = erase_texts.number);
    one text;
BEGIN
    SELECT array_agg(t.pointer ORDER BY t.pointer) INTO pointers FROM public.audit_text t WHERE t.number = erase_texts.number;
    IF record_id IS NULL OR pointers IS NULL THEN
        RAISE EXCEPTION 'Record % of the trail keeps no words.', number USING ERRCODE = 'no_data_found';
    END IF;
    ALTER TABLE public.audit_text DISABLE TRIGGER append_only;
    DELETE FROM public.audit_text t WHERE t.number = erase_texts.number;
    ALTER TABLE public.audit_text ENABLE TRIGGER append_only;
    ALTER TABLE public.audit_record DISABLE TRIGGER append_only;
    FOREACH one IN ARRAY pointers LOOP
        path := (SELECT array_agg(replace(replace(p, '~1', '/'), '~0', '~') ORDER BY i)
                   FROM regexp_split_to_table(substr(one, 2), '/') WITH ORDINALITY x(p, i));
        UPDATE public.audit_record r
           SET reason = CASE WHEN path[1] = 'reason' THEN '' ELSE r.reason END,
               before = CASE WHEN path = '{before}' THEN 'null' WHEN path[1] = 'before' THEN jsonb_set(r.before, path[2:], '""') ELSE r.before END,
               after = CASE WHEN path = '{after}' THEN 'null' WHEN path[1] = 'after' THEN jsonb_set(r.after, path[2:], '""') ELSE r.after END
         WHERE r.id = record_id;
    END LOOP;
    ALTER TABLE public.audit_record ENABLE TRIGGER append_only;
    RETURN audit.record('audit.text_erased', 'audit_record', number::text, NULL, jsonb_build_object('texts', to_jsonb(pointers)), reason);
END $$;
