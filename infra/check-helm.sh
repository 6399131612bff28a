#!/usr/bin/env bash
# Builds helm from its Go module into infra/.cache (once, some minutes) and checks the chart with it: helm lint, helm
# template with the default values and with every option, the schemas of Kubernetes. Needs Go 1.26 or newer.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
version=v3.22.0
export GOBIN="$PWD/.cache/bin" PATH="$PWD/.cache/bin:$PWD/../node_modules/.bin:$PATH"

command -v helm >/dev/null || {
  command -v go >/dev/null || { echo 'Neither helm nor Go is here.' >&2; exit 1; }
  echo "Building helm $version …"
  go install "helm.sh/helm/v3/cmd/helm@$version"
}
# A helm of one's own making believes that Kubernetes is still at 1.20.
kubernetes=1.36.3
helm version --short
for values in '' '-f helm/all-options.yaml'; do
  helm lint --strict --kube-version "$kubernetes" helm/wushe $values
  helm template wushe helm/wushe --kube-version "$kubernetes" $values | grep '^kind:' | sort | uniq -c
done
cd ..
NODE_OPTIONS='--experimental-vm-modules --disable-warning=ExperimentalWarning' jest infra/helm
