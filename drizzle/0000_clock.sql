-- Due times and leases are read from this clock only. A test moves it with
--   ALTER DATABASE ... SET podcore.now_offset = '30 days'
-- or, for one session, set_config('podcore.now_offset', '30 days', false). Unset, it is now().
CREATE FUNCTION podcore_now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT now() + coalesce(nullif(current_setting('podcore.now_offset', true), '')::interval, interval '0')
$$;
