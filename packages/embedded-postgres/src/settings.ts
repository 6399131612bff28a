/** What every cluster of ours runs with. The caller's settings come after these, and win. */
export const defaults = {
  shared_buffers: '96MB',
  max_prepared_transactions: 0,
  idle_in_transaction_session_timeout: '10s',
  timezone: 'UTC',
  jit: 'off',

  // What people entrusted to us never reaches the log. An error's text may quote a value ("invalid input syntax for
  // type uuid: …"), its detail may quote a row, its statement may hold literals; the client that caused it hears all
  // of that anyway. So statements' errors are not logged (`log` ranks above `error` here), and what is logged has no
  // detail.
  log_min_messages: 'log',
  log_error_verbosity: 'terse',
  log_min_error_statement: 'panic',
  log_parameter_max_length: 0,
  log_parameter_max_length_on_error: 0,
  log_lock_waits: 'off',
  log_timezone: 'UTC',
}
