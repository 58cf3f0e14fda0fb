-- Proposals and decisions: the only ways in. Nobody has INSERT on these tables.

CREATE OR REPLACE FUNCTION authority.propose(
    kind text, content jsonb, subject text, subject_id bigint, reason text,
    evidence jsonb DEFAULT '{}', due_at timestamptz DEFAULT NULL, supersedes bigint DEFAULT NULL, natural_key text DEFAULT NULL
) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    who bigint := authority.actor();
    s authority.subject;
    made bigint;
    acting authority.acting%ROWTYPE;
BEGIN
    IF natural_key IS NOT NULL THEN
        SELECT p.id INTO made FROM public.authority_proposal p
         WHERE p.natural_key = propose.natural_key AND p.kind_id = propose.kind AND p.content_sha256 = authority.digest(propose.content);
        IF FOUND THEN RETURN made; END IF;
        IF EXISTS (SELECT 1 FROM public.authority_proposal p WHERE p.natural_key = propose.natural_key) THEN
            RAISE EXCEPTION 'The key % already stands for another content.', natural_key USING ERRCODE = 'object_not_in_prerequisite_state';
        END IF;
    END IF;
    s := authority.describe(kind, content);
    IF NOT authority.may_prepare(who, s.client_id, s.matter_id, authority.moment()) THEN
        -- A wall answers like what does not exist.
        RAISE EXCEPTION 'What this % speaks of does not exist.', kind USING ERRCODE = 'no_data_found';
    END IF;
    SELECT * INTO acting FROM authority.acting a WHERE a.xid = pg_current_xact_id();
    IF supersedes IS NOT NULL THEN
        PERFORM authority.withdraw(supersedes, 'Overtaken by a newer proposal.');
    END IF;
    INSERT INTO public.authority_proposal
        (kind_id, subject, subject_id, content, content_sha256, live_sha256, client_id, matter_id, payer_id, owner_person_id,
         amount, currency, evidence, reason, due_at, prepared_by_id, prepared_session_id, prepared_at, supersedes_id, natural_key)
    VALUES
        (kind, subject, subject_id, content, authority.digest(content), s.sha256, s.client_id, s.matter_id, s.payer_id, s.owner_id,
         s.amount, s.currency, coalesce(evidence, '{}'), reason, due_at, who, acting.session_id, authority.moment(), supersedes, natural_key)
    RETURNING id INTO made;
    PERFORM audit.record('proposal.made', 'authority_proposal', made::text, NULL,
        jsonb_build_object('kind', kind, 'subject', subject, 'subject_id', subject_id, 'content', content,
                           'amount', s.amount::text, 'currency', s.currency), reason);
    RETURN made;
END $$;

-- A proposal is taken back by whoever may prepare such things: shifts hand over. What concerns access itself is taken
-- back by its preparer or by somebody who could decide it, and so is a decision in the time before it takes effect:
-- that is what the delay is for. A proposal and its effect meet on the lock of the decision.
CREATE OR REPLACE FUNCTION authority.withdraw(proposal_id bigint, reason text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    who bigint := authority.actor();
    now_ timestamptz := authority.moment();
    p public.authority_proposal%ROWTYPE;
    k public.authority_kind%ROWTYPE;
    d public.authority_decision%ROWTYPE;
    decides boolean;
BEGIN
    SELECT * INTO p FROM public.authority_proposal x WHERE x.id = withdraw.proposal_id FOR UPDATE;
    IF NOT FOUND OR NOT authority.may_prepare(who, p.client_id, p.matter_id, now_) THEN
        RAISE EXCEPTION 'There is no proposal %.', proposal_id USING ERRCODE = 'no_data_found';
    END IF;
    SELECT * INTO k FROM public.authority_kind x WHERE x.slug = p.kind_id;
    SELECT * INTO d FROM public.authority_decision x WHERE x.proposal_id = p.id FOR UPDATE;
    decides := EXISTS (
        SELECT 1 FROM public.authority_grant g JOIN public.authority_rule r ON r.role = g.role AND r.kind_id = p.kind_id
         WHERE g.person_id = who AND g.from_at <= now_ AND (g.until_at IS NULL OR g.until_at > now_)
           AND NOT EXISTS (SELECT 1 FROM public.authority_revocation v WHERE v.grant_id = g.id));
    IF (d.id IS NOT NULL AND k.delay_hours = 0)
       OR EXISTS (SELECT 1 FROM public.authority_consumption c WHERE c.decision_id = d.id) THEN
        RAISE EXCEPTION 'Proposal % is already decided.', proposal_id USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    IF (k.signed OR d.id IS NOT NULL) AND NOT decides AND people.natural_person(who) <> people.natural_person(p.prepared_by_id) THEN
        RAISE EXCEPTION 'This is taken back by whoever prepared it or could decide it.' USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO public.authority_withdrawal (proposal_id, by_id, at, reason) VALUES (p.id, who, now_, coalesce(reason, ''));
    PERFORM audit.record('proposal.withdrawn', 'authority_proposal', p.id::text, NULL,
        jsonb_build_object('decision_id', d.id), reason);
EXCEPTION WHEN unique_violation THEN
    RAISE EXCEPTION 'Proposal % was already withdrawn.', proposal_id USING ERRCODE = 'object_not_in_prerequisite_state';
END $$;

-- The heart. `holder` is the person whose authority is used: the actor, or whom he stands in for.
CREATE OR REPLACE FUNCTION authority.make_decision(
    proposal_id bigint, verdict text, reason text, amended jsonb, decider bigint, behalf bigint, session_id bigint,
    standing_id bigint, batch_sha256 bytea, direct boolean
) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    now_ timestamptz := authority.moment();
    p public.authority_proposal%ROWTYPE;
    k public.authority_kind%ROWTYPE;
    s authority.subject;
    holder bigint := coalesce(behalf, decider);
    used_grant bigint;
    content jsonb;
    attested bigint;
    second boolean;
    alone text := '';
    made bigint;
BEGIN
    IF verdict NOT IN ('approved', 'refused', 'amended') OR verdict IS NULL THEN
        RAISE EXCEPTION 'A verdict is approved, refused or amended.' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT * INTO p FROM public.authority_proposal x WHERE x.id = proposal_id FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'There is no proposal %.', proposal_id USING ERRCODE = 'no_data_found';
    END IF;
    IF EXISTS (SELECT 1 FROM public.authority_withdrawal w WHERE w.proposal_id = p.id) THEN
        RAISE EXCEPTION 'Proposal % was withdrawn.', p.id USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    IF EXISTS (SELECT 1 FROM public.authority_decision d WHERE d.proposal_id = p.id) THEN
        RAISE EXCEPTION 'Proposal % is already decided.', p.id USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    SELECT * INTO k FROM public.authority_kind x WHERE x.slug = p.kind_id;
    IF NOT authority.is_human(decider) OR NOT authority.is_human(holder) THEN
        RAISE EXCEPTION 'Only a person decides; the system never does.' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF verdict = 'amended' THEN
        IF amended IS NULL THEN
            RAISE EXCEPTION 'An amendment says what it amends the proposal to.' USING ERRCODE = 'invalid_parameter_value';
        END IF;
        content := amended;
    ELSE
        content := p.content;
    END IF;
    -- Limits and two-person thresholds count what was decided before; two decisions at once must see each other.
    PERFORM pg_advisory_xact_lock(hashtextextended('authority.limits', people.natural_person(holder)));
    s := authority.describe(p.kind_id, content);
    IF verdict <> 'amended' AND s.sha256 IS DISTINCT FROM p.live_sha256 AND verdict = 'approved' THEN
        RAISE EXCEPTION 'What proposal % speaks of has changed since it was prepared; it has to be prepared anew.', p.id
            USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    IF s.client_id IS DISTINCT FROM p.client_id OR s.matter_id IS DISTINCT FROM p.matter_id THEN
        RAISE EXCEPTION 'An amendment stays with the client and matter of its proposal.' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    used_grant := authority.grant_for(holder, p.kind_id, s, now_, p.prepared_by_id);
    IF used_grant IS NULL THEN
        RAISE EXCEPTION '% has no authority for this: % of %.',
            (SELECT x.name FROM public.people_person x WHERE x.id = holder), k.title,
            coalesce(s.amount::text || ' ' || s.currency, 'no amount')
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF verdict <> 'refused' THEN
        IF behalf IS NOT NULL AND people.natural_person(p.prepared_by_id) IN (people.natural_person(decider), people.natural_person(behalf)) THEN
            RAISE EXCEPTION 'A stand-in never decides what he, or whom he stands in for, prepared.' USING ERRCODE = 'insufficient_privilege';
        END IF;
        second := authority.needs_second(holder, p.prepared_by_id, p.kind_id, s, now_);
        IF second AND NOT authority.is_human(p.prepared_by_id) THEN
            RAISE EXCEPTION 'This needs two people, and the system prepared it: a specialist has to put it forward.'
                USING ERRCODE = 'insufficient_privilege';
        END IF;
        IF second AND (verdict = 'amended'
                       OR people.natural_person(p.prepared_by_id) IN (people.natural_person(decider), people.natural_person(holder))) THEN
            SELECT CASE WHEN (SELECT m.mode FROM public.authority_mode m ORDER BY m.id DESC LIMIT 1) IN ('one-person', 'two-person')
                        THEN k.alone ELSE '' END INTO alone;
            IF coalesce(alone, '') = '' THEN
                RAISE EXCEPTION 'This needs two people: whoever prepared or amended it cannot decide it.'
                    USING ERRCODE = 'insufficient_privilege';
            END IF;
        END IF;
        IF k.signed THEN
            IF s.owner_id IS NOT NULL AND people.natural_person(s.owner_id) IN (people.natural_person(decider), people.natural_person(holder)) THEN
                RAISE EXCEPTION 'Nobody decides about his own access.' USING ERRCODE = 'insufficient_privilege';
            END IF;
            SELECT a.id INTO attested FROM public.authority_attestation a
             WHERE a.session_id = make_decision.session_id AND a.person_id = decider
               AND a.proposal_id = p.id AND a.verdict = make_decision.verdict
               AND a.content_sha256 = authority.digest(content) AND a.expires_at > now_
               AND NOT EXISTS (SELECT 1 FROM public.authority_decision d WHERE d.attestation_id = a.id)
             ORDER BY a.id DESC LIMIT 1;
            IF attested IS NULL THEN
                RAISE EXCEPTION 'This is decided with a passkey: confirm it on your authenticator first (the confirmation lasts minutes).'
                    USING ERRCODE = 'insufficient_privilege';
            END IF;
        END IF;
    END IF;
    INSERT INTO public.authority_decision
        (proposal_id, kind_id, verdict, content, content_sha256, amount, currency, decided_by_id, on_behalf_of_id, grant_id, session_id,
         standing_id, batch_sha256, attestation_id, direct, compensating, decided_at, not_before, valid_until, reason)
    VALUES
        (p.id, p.kind_id, verdict, content, authority.digest(content), s.amount, s.currency, decider, behalf, used_grant, session_id,
         standing_id, batch_sha256, attested, direct, coalesce(alone, ''), now_, now_ + make_interval(hours => k.delay_hours),
         now_ + make_interval(days => k.lasts_days), coalesce(reason, ''))
    RETURNING id INTO made;
    UPDATE authority.acts a SET on_behalf_of = behalf WHERE a.xid = pg_current_xact_id() AND a.on_behalf_of IS DISTINCT FROM behalf;
    PERFORM audit.record('decision.' || verdict, 'authority_decision', made::text, NULL,
        jsonb_build_object('proposal_id', p.id::text, 'kind', p.kind_id, 'content', content,
                           'content_sha256', encode(authority.digest(content), 'hex'), 'amount', s.amount::text, 'currency', s.currency,
                           'person_id', decider::text, 'on_behalf_of', behalf::text, 'grant_id', used_grant::text,
                           'standing_id', standing_id::text, 'attestation_id', attested::text, 'direct', direct), reason, made);
    RETURN made;
END $$;

CREATE OR REPLACE FUNCTION authority.decide(
    proposal_id bigint, verdict text, reason text DEFAULT '', amended jsonb DEFAULT NULL, on_behalf_of bigint DEFAULT NULL
) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    who bigint := authority.actor();
    through bigint := authority.acting_session();
BEGIN
    IF on_behalf_of IS NOT NULL THEN
        PERFORM authority.check_stand_in(who, on_behalf_of, proposal_id);
    END IF;
    RETURN authority.make_decision(proposal_id, verdict, reason, amended, who, on_behalf_of, through, NULL, NULL, false);
END $$;

CREATE OR REPLACE FUNCTION authority.check_stand_in(who bigint, decider bigint, proposal_id bigint) RETURNS void
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $$
DECLARE now_ timestamptz := authority.moment();
BEGIN
    PERFORM 1
      FROM public.authority_standin i
      JOIN public.authority_proposal p ON p.id = proposal_id
      JOIN public.authority_kind k ON k.slug = p.kind_id
     WHERE i.decider_id = decider AND i.stand_in_id = who AND i.ended_at IS NULL
       AND i.from_at <= now_ AND i.until_at > now_
       AND (i.kind_id IS NULL OR i.kind_id = p.kind_id) AND NOT k.signed AND NOT k.trust
       AND (i.within_hours IS NULL OR (p.due_at IS NOT NULL AND p.due_at <= now_ + make_interval(hours => i.within_hours)))
       AND EXISTS (SELECT 1 FROM public.authority_grant g JOIN public.authority_rule r ON r.role = g.role AND r.kind_id = p.kind_id
                     JOIN public.people_person me ON me.id = g.person_id
                    WHERE g.person_id = who AND g.from_at <= now_ AND (g.until_at IS NULL OR g.until_at > now_)
                      AND (NOT g.needs_nda OR me.nda_signed_on <= authority.day(now_))
                      AND (NOT g.needs_consent OR EXISTS (
                           SELECT 1 FROM public.authority_consent c WHERE c.client_id = p.client_id AND me.country = ANY (c.countries)
                              AND c.recorded_on <= authority.day(now_) AND (c.until_on IS NULL OR c.until_on >= authority.day(now_))))
                      AND NOT EXISTS (SELECT 1 FROM public.authority_revocation v WHERE v.grant_id = g.id))
       AND NOT EXISTS (SELECT 1 FROM public.matters_wall w WHERE w.person_id = who AND w.from_on <= authority.day(now_)
                          AND (w.until_on IS NULL OR w.until_on >= authority.day(now_)) AND (w.client_id = p.client_id OR w.matter_id = p.matter_id));
    IF NOT FOUND THEN
        RAISE EXCEPTION 'You do not stand in for this person here now.' USING ERRCODE = 'insufficient_privilege';
    END IF;
END $$;

-- A person who holds the authority acts within it: proposal and decision in one.
CREATE OR REPLACE FUNCTION authority.act_directly(
    kind text, content jsonb, subject text, subject_id bigint, reason text, evidence jsonb DEFAULT '{}'
) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    who bigint := authority.actor();
    through bigint := authority.acting_session();
BEGIN
    RETURN authority.make_decision(authority.propose(kind, content, subject, subject_id, reason, evidence),
        'approved', reason, NULL, who, NULL, through, NULL, NULL, true);
END $$;

-- The digest a batch is bound by: the contents in the order of their ids.
CREATE OR REPLACE FUNCTION authority.batch_digest(proposal_ids bigint[]) RETURNS bytea
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT sha256(string_agg(convert_to(p.id::text || ':', 'UTF8') || p.content_sha256, ''::bytea ORDER BY p.id))
      FROM public.authority_proposal p WHERE p.id = ANY (proposal_ids)
$$;

CREATE OR REPLACE FUNCTION authority.decide_batch(proposal_ids bigint[], seen bytea, verdict text, reason text DEFAULT '')
RETURNS bigint[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    who bigint := authority.actor();
    through bigint := authority.acting_session();
    one bigint;
    made bigint[] := '{}';
BEGIN
    IF authority.batch_digest(proposal_ids) IS DISTINCT FROM seen THEN
        RAISE EXCEPTION 'The list is not the one that was shown; look at it again.' USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    FOR one IN SELECT p.id FROM public.authority_proposal p WHERE p.id = ANY (proposal_ids) ORDER BY p.id LOOP
        PERFORM 1 FROM public.authority_proposal p JOIN public.authority_kind k ON k.slug = p.kind_id WHERE p.id = one AND k.batch AND NOT k.signed;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'Proposal % is of a kind that is decided one by one.', one USING ERRCODE = 'invalid_parameter_value';
        END IF;
        made := made || authority.make_decision(one, verdict, reason, NULL, who, NULL, through, NULL, seen, false);
    END LOOP;
    RETURN made;
END $$;

CREATE OR REPLACE FUNCTION authority.give_standing(
    kind text, payer_id bigint, reason_code text, cap_item numeric, cap_month numeric, currency text, expires_at timestamptz
) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    who bigint := authority.actor();
    now_ timestamptz := authority.moment();
    k public.authority_kind%ROWTYPE;
    s authority.subject;
    made bigint;
BEGIN
    PERFORM authority.acting_session();
    SELECT * INTO k FROM public.authority_kind x WHERE x.slug = kind;
    IF NOT FOUND OR NOT k.standing OR k.trust OR k.signed THEN
        RAISE EXCEPTION 'No standing decision can be given for this kind.' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF cap_item IS NULL OR cap_month IS NULL OR cap_item IN ('NaN', 'Infinity') OR cap_month IN ('NaN', 'Infinity')
       OR cap_item < 0 OR cap_month < cap_item THEN
        RAISE EXCEPTION 'A standing decision has a cap per item and a cap per month that is at least as high.' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF expires_at IS NULL OR expires_at <= now_ OR expires_at > now_ + interval '1 year' THEN
        RAISE EXCEPTION 'A standing decision ends within a year.' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    s.client_id := (SELECT p.client_id FROM public.matters_payer p WHERE p.id = give_standing.payer_id);
    s.payer_id := payer_id;
    s.amount := cap_item;
    s.currency := currency;
    IF authority.grant_for(who, kind, s, now_) IS NULL THEN
        RAISE EXCEPTION 'You have no authority to give this standing decision.' USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO public.authority_standing (kind_id, payer_id, reason_code, cap_item, cap_month, currency, given_by_id, given_at, expires_at)
    VALUES (kind, payer_id, coalesce(reason_code, ''), cap_item, cap_month, currency, who, now_, expires_at) RETURNING id INTO made;
    PERFORM audit.record('standing.given', 'authority_standing', made::text, NULL,
        jsonb_build_object('kind', kind, 'payer_id', payer_id, 'reason_code', reason_code, 'cap_item', cap_item::text,
                           'cap_month', cap_month::text, 'currency', currency, 'expires_at', expires_at));
    RETURN made;
END $$;

CREATE OR REPLACE FUNCTION authority.end_standing(standing_id bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE public.authority_standing s SET ended_at = authority.moment()
     WHERE s.id = standing_id AND s.given_by_id = authority.actor() AND s.ended_at IS NULL;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'This is no open standing decision of yours.' USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM audit.record('standing.ended', 'authority_standing', standing_id::text);
END $$;

-- A preparer, or the system, uses a standing decision for one proposal. The use names it and is reported to its giver.
CREATE OR REPLACE FUNCTION authority.decide_by_standing(proposal_id bigint, standing_id bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    who bigint := authority.actor();
    now_ timestamptz := authority.moment();
    st public.authority_standing%ROWTYPE;
    p public.authority_proposal%ROWTYPE;
    s authority.subject;
    used numeric;
BEGIN
    SELECT * INTO st FROM public.authority_standing x WHERE x.id = standing_id FOR UPDATE;
    SELECT * INTO p FROM public.authority_proposal x WHERE x.id = proposal_id;
    IF st.id IS NULL OR p.id IS NULL OR st.ended_at IS NOT NULL OR st.expires_at <= now_ OR st.kind_id <> p.kind_id
       OR NOT EXISTS (SELECT 1 FROM public.authority_kind k WHERE k.slug = p.kind_id AND k.standing AND NOT k.trust AND NOT k.signed) THEN
        RAISE EXCEPTION 'No standing decision covers this.' USING ERRCODE = 'insufficient_privilege';
    END IF;
    s := authority.describe(p.kind_id, p.content);
    IF (st.payer_id IS NOT NULL AND st.payer_id IS DISTINCT FROM s.payer_id)
       OR (st.reason_code <> '' AND st.reason_code IS DISTINCT FROM s.reason_code)
       OR s.currency IS DISTINCT FROM st.currency OR s.amount IS NULL OR s.amount > st.cap_item THEN
        RAISE EXCEPTION 'The standing decision does not cover this payer, reason, currency or amount.' USING ERRCODE = 'insufficient_privilege';
    END IF;
    SELECT coalesce(sum(d.amount), 0) INTO used FROM public.authority_decision d
     WHERE d.standing_id = st.id AND date_trunc('month', d.decided_at AT TIME ZONE 'UTC') = date_trunc('month', now_ AT TIME ZONE 'UTC');
    IF used + s.amount > st.cap_month THEN
        RAISE EXCEPTION 'The standing decision has % % left this month; this is %.', st.cap_month - used, st.currency, s.amount
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN authority.make_decision(p.id, 'approved', 'By standing decision ' || st.id, NULL, st.given_by_id, NULL, NULL, st.id, NULL, false);
END $$;

CREATE OR REPLACE FUNCTION authority.name_stand_in(
    stand_in bigint, kind text, from_at timestamptz, until_at timestamptz, within_hours integer DEFAULT NULL
) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    who bigint := authority.actor();
    made bigint;
BEGIN
    PERFORM authority.acting_session();
    IF people.natural_person(stand_in) = people.natural_person(who) OR NOT authority.is_human(stand_in) THEN
        RAISE EXCEPTION 'A stand-in is another person.' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF from_at IS NULL OR until_at IS NULL OR until_at <= from_at OR within_hours < 1 THEN
        RAISE EXCEPTION 'A stand-in is named from one moment until a later one.' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    INSERT INTO public.authority_standin (decider_id, stand_in_id, kind_id, from_at, until_at, within_hours, named_at)
    VALUES (who, stand_in, kind, from_at, until_at, within_hours, authority.moment()) RETURNING id INTO made;
    PERFORM audit.record('stand_in.named', 'authority_standin', made::text, NULL,
        jsonb_build_object('stand_in', stand_in, 'kind', kind, 'from_at', from_at, 'until_at', until_at, 'within_hours', within_hours));
    RETURN made;
END $$;

CREATE OR REPLACE FUNCTION authority.end_stand_in(stand_in_id bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE public.authority_standin s SET ended_at = authority.moment()
     WHERE s.id = end_stand_in.stand_in_id AND s.decider_id = authority.actor() AND s.ended_at IS NULL;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'This is no stand-in of yours.' USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM audit.record('stand_in.ended', 'authority_standin', stand_in_id::text);
END $$;

-- The gate, after it has checked the passkey's signature with a maintained library. The challenge was over person,
-- proposal, verdict, content and nonce (`audit.core.decisions`), so the signature serves this decision and no other.
CREATE OR REPLACE FUNCTION authority.base64url(data bytea) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT translate(encode(data, 'base64'), '+/=' || chr(10), '-_')
$$;

CREATE OR REPLACE FUNCTION authority.attest(
    token text, proposal_id bigint, verdict text, content_sha256 bytea, nonce bytea, rp_id text, credential_id bytea, public_key bytea,
    authenticator_data bytea, client_data bytea, signature bytea
) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    s public.people_session := people.live_session(token);
    k public.authority_kind%ROWTYPE;
    made bigint;
BEGIN
    IF s.id IS NULL THEN
        RAISE EXCEPTION 'The session is unknown, ended or expired: sign in again.' USING ERRCODE = 'invalid_authorization_specification';
    END IF;
    SELECT k2.* INTO k FROM public.authority_proposal p JOIN public.authority_kind k2 ON k2.slug = p.kind_id WHERE p.id = attest.proposal_id;
    IF NOT FOUND OR NOT k.signed OR verdict IS NULL OR verdict NOT IN ('approved', 'amended') THEN
        RAISE EXCEPTION 'Nothing is signed here: proposal % is not of a kind that is decided with a passkey.', proposal_id
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF octet_length(content_sha256) IS DISTINCT FROM 32 OR octet_length(nonce) IS DISTINCT FROM 32 OR coalesce(rp_id, '') = '' THEN
        RAISE EXCEPTION 'A signature is over a SHA-256 and a nonce of 32 bytes each, for a named site.' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    INSERT INTO public.authority_attestation
        (person_id, session_id, proposal_id, verdict, content_sha256, nonce, rp_id, credential_id, public_key, authenticator_data, client_data,
         signature, at, expires_at)
    VALUES (s.person_id, s.id, proposal_id, verdict, content_sha256, nonce, rp_id, credential_id, public_key, authenticator_data, client_data,
            signature, authority.moment(), authority.moment() + interval '5 minutes') RETURNING id INTO made;
    PERFORM audit.record_at_gate(s.person_id, s.id, 'decision.signed', 'authority_attestation', made::text,
        jsonb_build_object('content_sha256', encode(content_sha256, 'hex'), 'person_id', s.person_id::text,
                           'proposal_id', proposal_id::text, 'verdict', verdict),
        jsonb_build_object(
            'authenticator_data', authority.base64url(authenticator_data), 'client_data_json', authority.base64url(client_data),
            'kind', 'passkey', 'public_key', authority.base64url(public_key), 'rp_id', rp_id, 'signature', authority.base64url(signature),
            'signed', jsonb_build_object('content', encode(content_sha256, 'hex'), 'nonce', encode(nonce, 'hex'),
                                         'person', s.person_id::text, 'proposal', proposal_id::text, 'verdict', verdict)));
    RETURN made;
END $$;

-- The compensating review of a decision taken alone. Where there is anybody else, somebody else does it.
CREATE OR REPLACE FUNCTION authority.review(decision_id bigint, note text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    who bigint := authority.actor();
    d public.authority_decision%ROWTYPE;
BEGIN
    PERFORM authority.acting_session();
    IF coalesce(note, '') = '' THEN
        RAISE EXCEPTION 'A review says what was found.' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT * INTO d FROM public.authority_decision x WHERE x.id = review.decision_id AND x.compensating <> '';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'Decision % owes no review.', decision_id USING ERRCODE = 'no_data_found';
    END IF;
    IF people.natural_person(d.decided_by_id) = people.natural_person(who)
       AND (SELECT m.mode FROM public.authority_mode m ORDER BY m.id DESC LIMIT 1) IS DISTINCT FROM 'one-person' THEN
        RAISE EXCEPTION 'A decision taken alone is reviewed by somebody else.' USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO public.authority_review (decision_id, reviewed_by_id, reviewed_at, note) VALUES (decision_id, who, authority.moment(), note);
    PERFORM audit.record('decision.reviewed', 'authority_decision', decision_id::text, NULL, NULL, note, decision_id);
EXCEPTION WHEN unique_violation THEN
    RAISE EXCEPTION 'Decision % was already reviewed.', decision_id USING ERRCODE = 'object_not_in_prerequisite_state';
END $$;
