-- Suggestions are preparation: what becomes of them is kept.
CALL audit.keep_history('public.capture_suggestion');
