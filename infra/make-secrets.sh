#!/usr/bin/env bash
# Makes in infra/secrets what docker-compose.yml hands out, and .env beside it. What exists is never overwritten.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
command -v openssl >/dev/null || { echo 'openssl is needed.' >&2; exit 1; }

mkdir -p secrets
# The folder is closed to others. Compose mounts each file with the owner and mode that it has here, and the processes
# in the containers are other users: a file of mode 0600 could not be read by those it is for.
chmod 700 secrets

make() { # NAME VALUE
  [ -e "secrets/$1" ] && return
  printf '%s' "$2" > "secrets/.new"
  chmod 444 "secrets/.new"
  mv "secrets/.new" "secrets/$1"
  echo "made infra/secrets/$1"
}
secret() { openssl rand -hex 32; }
address() { echo "postgres://$1:$2@postgres:5432/$3"; }

make postgres_password "$(secret)"
make admin_database_url "$(address postgres "$(cat secrets/postgres_password)" postgres)"
for name in access case volunteer resources reporting vault; do
  make "${name}_database_url" "$(address "wushe_$name" "$(secret)" "wushe_$name")"
done
# Without it nothing that is sealed can be read again: keep a copy, apart from the databases' copies.
make vault_master_key "$(secret)"
make cursor_secret "$(secret)"
make operator_key_secret "$(secret)"
make grafana_admin_password "$(secret)"

[ -e ../.env ] || { cp env.example ../.env; echo 'made .env'; }
