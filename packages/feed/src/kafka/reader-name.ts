/** Whoever fills the inbox from Kafka holds the lock of this name, and hears what is said to it. */
export const readerName = 'inbox from kafka'
