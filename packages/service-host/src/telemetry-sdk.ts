import { PrometheusExporter } from '@opentelemetry/exporter-prometheus'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { node, NodeSDK } from '@opentelemetry/sdk-node'
import { instrumentsOf, observer } from './metrics-observed.ts'
import { openDoor } from './run.ts'
import { hooks } from './telemetry-hooks.ts'
import type { Telemetry, TelemetryConfig } from './telemetry.ts'

/**
 * Starts the SDK, once in a process. It instruments nothing by itself and looks for nothing: what it would find in
 * requests, statements, messages and the command line are names, ids and secrets.
 */
export const startTelemetry = async ({ traces, metrics }: TelemetryConfig, serviceName: string): Promise<Telemetry> => {
  // The port comes first: who finds it taken has started nothing.
  const door = metrics && (await openDoor(metrics.port, metrics.host))
  const exporter = metrics && new PrometheusExporter({ preventServerStart: true, withoutScopeInfo: true })
  const sdk = new NodeSDK({
    serviceName,
    autoDetectResources: false,
    instrumentations: [],
    textMapPropagator: null,
    logRecordProcessors: [],
    metricReaders: exporter ? [exporter] : [],
    ...(traces
      ? {
          // A collector that does not answer holds nobody up at the end for longer than this.
          traceExporter: new OTLPTraceExporter({
            url: `${traces.endpoint.replace(/\/$/, '')}/v1/traces`,
            timeoutMillis: 3000,
          }),
          sampler: new node.ParentBasedSampler({ root: new node.TraceIdRatioBasedSampler(traces.ratio) }),
        }
      : { spanProcessors: [] }),
  })
  sdk.start()

  if (exporter)
    door!.serve((req, res) => {
      if (req.url === '/metrics') exporter.getMetricsRequestHandler(req, res)
      else res.writeHead(404).end()
    })
  const instruments = instrumentsOf()
  return {
    ...(door && { metricsUrl: `${door.url}/metrics` }),
    ...hooks(instruments),
    observe: observer(instruments),
    close: async () => {
      await door?.close()
      await sdk.shutdown().catch(() => {})
    },
  }
}
