-- What a cut taught is written once.
CALL audit.keep_history('public.disputes_hindsight');
