//! Names of span attributes: OpenTelemetry semantic conventions for messaging (status: development, v1.38), and our own.
//! The conventions still rename theirs; this is the only place that knows them.

pub(super) const SYSTEM: &str = "messaging.system";
pub(super) const OPERATION: &str = "messaging.operation.name";
pub(super) const OPERATION_TYPE: &str = "messaging.operation.type";
pub(super) const TOPIC: &str = "messaging.destination.name";
pub(super) const PARTITION: &str = "messaging.destination.partition.id";
pub(super) const OFFSET: &str = "messaging.kafka.offset";
pub(super) const BYTES: &str = "messaging.message.body.size";
pub(super) const GROUP: &str = "messaging.consumer.group.name";
pub(super) const CLIENT: &str = "messaging.client.id";
pub(super) const ERROR: &str = "error.type";

pub(super) const EVENTS: &str = "dateline.events";
pub(super) const ENTITIES: &str = "dateline.entities";
pub(super) const STAGE: &str = "dateline.stage";

pub(super) const VERSION: &str = "service.version";
pub(super) const INSTANCE: &str = "service.instance.id";
