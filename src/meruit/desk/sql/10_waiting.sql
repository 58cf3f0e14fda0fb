-- What waits for whom: the open proposals that a person could decide now, himself or as a stand-in.
-- A list to look at. Whether a decision stands is asked of authority.decide() and of nothing here.

CREATE SCHEMA IF NOT EXISTS desk;

CREATE OR REPLACE FUNCTION desk.waiting()
RETURNS TABLE (proposal_id bigint, on_behalf_of bigint, needs_another boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH me AS MATERIALIZED (
        SELECT authority.actor() AS id, authority.moment() AS now_, authority.today() AS day
    ), open AS MATERIALIZED (
        SELECT p.id, p.kind_id, p.prepared_by_id, p.due_at, p.client_id, p.matter_id, k.signed OR k.trust AS personal,
               ROW (p.client_id, p.matter_id, p.payer_id, p.owner_person_id, p.amount, p.currency, NULL, p.live_sha256)::authority.subject AS s
          FROM public.authority_proposal p JOIN public.authority_kind k ON k.slug = p.kind_id
         WHERE NOT EXISTS (SELECT 1 FROM public.authority_decision d WHERE d.proposal_id = p.id)
           AND NOT EXISTS (SELECT 1 FROM public.authority_withdrawal w WHERE w.proposal_id = p.id)
    ), mine AS MATERIALIZED (
        SELECT o.*, authority.grant_for(me.id, o.kind_id, o.s, me.now_, o.prepared_by_id) AS grant_id FROM open o CROSS JOIN me
    )
    SELECT m.id, NULL::bigint,
           coalesce(authority.needs_second(me.id, m.prepared_by_id, m.kind_id, m.s, me.now_), false)
           AND people.natural_person(m.prepared_by_id) = people.natural_person(me.id)
      FROM mine m CROSS JOIN me
     WHERE m.grant_id IS NOT NULL
    UNION ALL
    SELECT DISTINCT ON (m.id) m.id, i.decider_id,
           people.natural_person(m.prepared_by_id) IN (people.natural_person(me.id), people.natural_person(i.decider_id))
      FROM mine m CROSS JOIN me
      JOIN public.authority_standin i ON i.stand_in_id = me.id AND i.ended_at IS NULL
           AND i.from_at <= me.now_ AND i.until_at > me.now_ AND (i.kind_id IS NULL OR i.kind_id = m.kind_id)
           AND (i.within_hours IS NULL OR (m.due_at IS NOT NULL AND m.due_at <= me.now_ + make_interval(hours => i.within_hours)))
     WHERE m.grant_id IS NULL AND NOT m.personal
       AND authority.grant_for(i.decider_id, m.kind_id, m.s, me.now_, m.prepared_by_id) IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM public.matters_wall w WHERE w.person_id = me.id AND w.from_on <= me.day
                          AND (w.until_on IS NULL OR w.until_on >= me.day) AND (w.client_id = m.client_id OR w.matter_id = m.matter_id))
     ORDER BY 1
$$;
