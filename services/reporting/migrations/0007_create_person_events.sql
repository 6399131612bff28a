-- Which events of the ledger mention a person, in their data or as the owner of a sealed section.
create table reporting.person_events (
  tenant   text collate "C",
  person   text collate "C",
  position bigint,           -- place in the ledger
  primary key (tenant, person, position)
);
