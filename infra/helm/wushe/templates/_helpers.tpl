{{- define "wushe.fullname" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name | trunc 40 | trimSuffix "-" }}{{ else }}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 40 | trimSuffix "-" }}{{ end }}
{{- end }}

{{/* What a Deployment may never change of itself. Takes a dict of root and component. */}}
{{- define "wushe.selector" -}}
app.kubernetes.io/name: {{ .root.Chart.Name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{- define "wushe.labels" -}}
{{ include "wushe.selector" . }}
app.kubernetes.io/part-of: wushe
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end }}

{{- define "wushe.image" -}}
{{ .root.Values.image.repository }}/{{ .component }}:{{ .root.Values.image.tag | default .root.Chart.AppVersion }}
{{- end }}

{{- define "wushe.serviceAccount" -}}
{{- .Values.serviceAccount.name | default (ternary (include "wushe.fullname" .) "default" .Values.serviceAccount.create) }}
{{- end }}

{{- define "wushe.podSecurity" -}}
runAsNonRoot: true
runAsUser: 1000
runAsGroup: 1000
fsGroup: 1000
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "wushe.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}

{{/* {service} stands for the service's name: every process reads the same environment. */}}
{{- define "wushe.env" -}}
- name: DATABASE_URL_FILE
  value: /run/secrets/wushe/{service}_database_url
- name: VAULT_DATABASE_URL_FILE
  value: /run/secrets/wushe/vault_database_url
- name: VAULT_MASTER_KEY_FILE
  value: /run/secrets/wushe/vault_master_key
- name: CURSOR_SECRET_FILE
  value: /run/secrets/wushe/cursor_secret
- name: API_URL
  value: http://{{ include "wushe.fullname" . }}-{peer}:8080
{{- if .Values.eventStore.existingSecret }}
- name: EVENT_STORE_URL_FILE
  value: /run/secrets/wushe/event_store_url
{{- else if .Values.eventStore.url }}
- name: EVENT_STORE_URL
  value: {{ .Values.eventStore.url | quote }}
{{- end }}
- name: KAFKA_BROKERS
  value: {{ .Values.kafka.brokers | quote }}
- name: KAFKA_PREFIX
  value: {{ .Values.kafka.prefix | quote }}
- name: KAFKA_TLS
  value: {{ .Values.kafka.tls | quote }}
{{- if .Values.kafka.existingSecret }}
- name: KAFKA_USERNAME_FILE
  value: /run/secrets/wushe/kafka_username
- name: KAFKA_PASSWORD_FILE
  value: /run/secrets/wushe/kafka_password
{{- end }}
{{- end }}

{{/* Takes a dict of root and databases, the names of those whose address is shown. */}}
{{- define "wushe.secretSources" -}}
- secret:
    name: {{ .root.Values.secrets.databases }}
    items:
      {{- range .databases }}
      - { key: {{ . }}_database_url, path: {{ . }}_database_url }
      {{- end }}
- secret:
    name: {{ .root.Values.secrets.keys }}
    items:
      - { key: vault_master_key, path: vault_master_key }
      - { key: cursor_secret, path: cursor_secret }
{{- with .root.Values.eventStore.existingSecret }}
- secret:
    name: {{ . }}
    items:
      - { key: event_store_url, path: event_store_url }
{{- end }}
{{- with .root.Values.kafka.existingSecret }}
- secret:
    name: {{ . }}
    items:
      - { key: username, path: kafka_username }
      - { key: password, path: kafka_password }
{{- end }}
{{- end }}
