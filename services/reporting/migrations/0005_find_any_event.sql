-- Single events to be sent again are sought in the ledger, no longer among what was sent.
drop index reporting.webhook_deliveries_event;
