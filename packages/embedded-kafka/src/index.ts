export { startBroker, type Broker, type BrokerOptions } from './broker.ts'
export { findJars, KafkaMissing } from './jars.ts'
